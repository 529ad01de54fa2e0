"""The settings as they stand in the address bar: text that anybody may have typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from mnistlab.config import TrainConfig, config_from, shown

LONGEST = 200  # characters of one value; no setting needs more
NO_LAYERS = "none"
DEFAULTS = TrainConfig()
NAMES = tuple(field.name for field in fields(TrainConfig))


def query_of(config: TrainConfig, prepared: TrainConfig = DEFAULTS) -> dict[str, str]:
    """Return what a link to these settings holds: what is not as by default, and always the seed.

    Args:
        config: The settings.
        prepared: Those of the experiment that the link also names, which are the defaults of who opens it.
    """
    return {
        name: as_text(getattr(config, name))
        for name in NAMES
        if name == "seed" or not getattr(config, name) == getattr(prepared, name) == getattr(DEFAULTS, name)
    }


def settings_from(query: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], list[str]]:
    """Read settings out of an address, one by one, so that a slip in one loses none of the others.

    Args:
        query: Values of each parameter, in the order in which they were given.

    Returns:
        The settings that were given and are good, and a sentence for each that is not.
    """
    good: dict[str, Any] = {}
    complaints = []
    for name in NAMES:
        if not (given := list(query.get(name, ()))):
            continue
        try:
            if len(given) > 1:
                raise ValueError(f"{name} must be given once. Got it {len(given)} times.")
            value = as_setting(name, given[0])
            config_from({**good, name: value})
            good[name] = value
        except ValueError as error:
            said = str(error)  # of another setting, where two that are good do not go together
            own = name in said.split("must")[0]
            complaints.append(said if own else f"{name} {shown(given[0])} does not go with the rest: {said}")
    return good, complaints


def as_text(value: object) -> str:
    """Return a setting as it is written in an address."""
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or NO_LAYERS
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def as_setting(name: str, text: str) -> object:
    """Return the value that a text stands for, in the type of that setting.

    Raises:
        ValueError: It stands for none.
    """
    if len(text) > LONGEST:
        raise ValueError(f"{name} must be at most {LONGEST} characters long. Got {len(text):,}.")
    kind = type(getattr(DEFAULTS, name))
    reading: dict[type, Callable[[str], object]] = {int: whole, float: number, str: str, tuple: widths}
    try:
        return reading[kind](text)
    except ValueError:
        form = {int: "a whole number", float: "a number", tuple: "whole numbers with commas between"}[kind]
        raise ValueError(f"{name} must be {form}. Got {shown(text)}.") from None


def widths(text: str) -> tuple[int, ...]:
    """Return widths of hidden layers written with commas between, or as "none"."""
    return () if text == NO_LAYERS else tuple(whole(width) for width in text.split(","))


def number(text: str) -> float:
    """Return a number written in plain digits; `float` would take those of other scripts and `_` as well."""
    if not text.isascii() or "_" in text:
        raise ValueError
    return float(text)


def whole(text: str) -> int:
    """Return a whole number written in plain digits; `int` would take those of other scripts as well."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ValueError
    return int(text)
