"""What a link carries, settings, a run and a teacher's lesson: text that anybody may have typed."""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from mnistlab.analysis.experiments import EXPERIMENTS, Experiment
from mnistlab.engine.config import BOUNDS, TrainConfig, config_from, shown
from mnistlab.runs.run import Run, bounded_name
from mnistlab.setting_labels import SETTING_NAMES as LABELS
from mnistlab.setting_labels import on_screen
from mnistlab.ui.page_list import TO_LEAVE_OUT

LONGEST = 200  # characters of one value; no setting needs more
NO_LAYERS = "none"
RUN = "run"
DEFAULTS = TrainConfig()
SETTING_NAMES = tuple(field.name for field in fields(TrainConfig))
MAX_NOTE = 400  # characters
CONTROLS = tuple(name for name in SETTING_NAMES if name != "order_seed")
BY_SLUG = {experiment.slug: experiment for experiment in EXPERIMENTS}


def query_of(config: TrainConfig, prepared: TrainConfig = DEFAULTS) -> dict[str, str]:
    """Return what a link to these settings holds: what is not as by default, and always the seed.

    Args:
        config: The settings.
        prepared: Those of the experiment that the link also names, which are the defaults of who opens it.
    """
    return {
        name: as_text(getattr(config, name))
        for name in SETTING_NAMES
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
    for name in SETTING_NAMES:
        if not (given := list(query.get(name, ()))):
            continue
        try:
            if len(given) > 1:
                raise ValueError(f"{name} must be given once. Got {shown(' and '.join(given))}.")
            value = as_setting(name, given[0])
            config_from({**good, name: value})
            good[name] = value
        except ValueError as error:  # of another setting, where two that are good do not go together
            own = name in str(error).split("must")[0]
            other = "" if own else f"{LABELS[name]} {shown(given[0])} does not go with the rest: "
            complaints.append(other + on_screen(error))
    return good, complaints


def as_text(value: object) -> str:
    """Return a setting as it is written in an address."""
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or NO_LAYERS
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def as_setting(name: str, text: str) -> object:
    """Return the value that a text stands for, in the type of that setting, or the text where it has none."""
    if len(text) <= LONGEST:
        with suppress(KeyError, ValueError):
            return READERS[type(getattr(DEFAULTS, name))](text)
    return text


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
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 12):
        raise ValueError
    return int(text)


READERS: dict[type, Callable[[str], object]] = {
    int: whole,
    float: number,
    bool: {"true": True, "false": False}.__getitem__,
    tuple: widths,
    str: str,
}


def linked_name(query: Mapping[str, Sequence[str]]) -> str:
    """Return the name of the run that a link repeats; "" where it is none to a run."""
    return bounded_name(query[RUN][0]) if query.get(RUN) else ""


def link_to_run(base: str, run: Run) -> str:
    """Return the address that opens a lab with the settings that a run began with."""
    longest = min(max(run.config.num_epochs, run.epoch), BOUNDS["num_epochs"][1])
    config = replace(run.config, num_epochs=longest)
    # The dataset stands in it always: without, who has no MNIST would get another one and not be told.
    query = {RUN: run.name, "dataset": config.dataset, **query_of(config)}
    return f"{base}?{urlencode(query)}"


def reach_of(link: str) -> str:
    """Return for whom a link works, where it does not work for everybody."""
    host, is_own = urlsplit(link).hostname or "", False
    with suppress(ValueError):
        is_own = ipaddress.ip_address(host).is_loopback
    if not is_own and host != "localhost":
        return ""
    return (
        f"This link works on this computer only: {host} is what every computer calls itself. For others, "
        "open the lab by this computer's address in the network, and copy the link there."
    )


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """How this lab was prepared; the default is a lab with everything in sight."""

    note: str = ""  # the teacher's words, plain text
    hide: tuple[str, ...] = ()  # settings without a control
    without: tuple[str, ...] = ()  # pages that are not in the menu
    experiment: str = ""  # slug

    @property
    def chosen(self) -> Experiment | None:
        """The experiment that is open."""
        return BY_SLUG.get(self.experiment)


LESSON_NAMES = tuple(field.name for field in fields(Lesson))
TITLES = {
    "note": "Note",
    "hide": "Settings not shown",
    "without": "Pages not shown",
    "experiment": "Experiment",
}


def query_of_lesson(lesson: Lesson, config: TrainConfig) -> dict[str, str]:
    """Return what a link to this lesson, with these settings, holds."""
    query = {"note": lesson.note, "experiment": lesson.experiment}
    query |= {"hide": ",".join(lesson.hide), "without": ",".join(lesson.without)}
    prepared = lesson.chosen.config if lesson.chosen else TrainConfig()
    return {**query_of(config, prepared), **{name: text for name, text in query.items() if text}}


def lesson_from(query: Mapping[str, Sequence[str]]) -> tuple[Lesson, list[str]]:
    """Read a lesson out of an address, which anybody may have typed.

    Returns:
        The lesson, without what was not good, and a sentence for each such thing.
    """
    complaints, texts = [], dict.fromkeys(LESSON_NAMES, "")
    for name in LESSON_NAMES:
        given = list(query.get(name, ()))
        if len(given) > 1:
            complaints.append(f"{TITLES[name]} must be given once. It was {shown(' and '.join(given))}.")
        elif given:
            texts[name] = given[0]
    if len(texts["note"]) > MAX_NOTE:
        length = f"{len(texts['note']):,}"
        complaints.append(f"{TITLES['note']} must be at most {MAX_NOTE} characters long. It was {length}.")
        texts["note"] = ""
    if texts["experiment"] and texts["experiment"] not in BY_SLUG:
        given_slug = shown(texts["experiment"])
        complaints.append(f"{TITLES['experiment']} must be one of {', '.join(BY_SLUG)}. It was {given_slug}.")
        texts["experiment"] = ""
    return (
        Lesson(
            note="".join(c for c in texts["note"] if c.isprintable() or c == "\n"),
            hide=known("hide", texts["hide"], CONTROLS, complaints),
            without=known("without", texts["without"], TO_LEAVE_OUT, complaints),
            experiment=texts["experiment"],
        ),
        complaints,
    )


def known(name: str, text: str, choices: Sequence[str], complaints: list[str]) -> tuple[str, ...]:
    """Return the choices named in a text; add a sentence for the first name that is none."""
    wanted = [word.strip() for word in text.split(",") if word.strip()][:100]
    if wrong := [word for word in wanted if word not in choices]:
        complaints.append(f"{TITLES[name]} must be some of {', '.join(choices)}. It was {shown(wrong[0])}.")
    return tuple(choice for choice in choices if choice in wanted)


def link_to(base: str, config: TrainConfig, lesson: Lesson) -> str:
    """Return the address that opens a lab with these settings, prepared like this."""
    return f"{base}?{urlencode(query_of_lesson(lesson, config))}"
