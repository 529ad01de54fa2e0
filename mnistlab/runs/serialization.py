"""A run without its networks as plain values for JSON, and back; what comes back is checked throughout."""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from math import inf
from typing import Any

import numpy as np

from mnistlab.engine.config import (
    MAX_LEARNING_RATE,
    MAX_TRAIN_SIZE,
    NUM_CLASSES,
    TrainConfig,
    config_from,
    require_whole,
    shown,
)
from mnistlab.engine.evaluation import EpochMetrics, Score, Tally
from mnistlab.engine.network import Params, dimensions_of
from mnistlab.runs.run import (
    CHANGEABLE,
    MAX_CHANGES,
    MAX_OWN_DIGITS,
    NO_COLOR,
    Change,
    OwnDigits,
    RestoredWeights,
    Run,
    SettingChange,
    new_run,
    settings_in,
)
from mnistlab.runs.safetensors_io import NetworkFileError

VERSION = 3
MAX_COLOR = 10_000  # places in the palette
MAX_EPOCHS = 100_000  # more than are trained today: what was saved once can be read
MAX_COUNT = 10_000_000
MAX_EXTRA_BYTES = 2**18
FIELDS = ("version", "name", "config", "schedule", "history", "broken_in", "color")
PLACE = ("id", "params", "kept", "reset_of")  # what the autosave writes beside them


def run_record(run: Run) -> dict[str, Any]:
    """Return settings, schedule and history of a run as plain values, with what a later release added."""
    return _together(json.loads(run.extra) if run.extra else {}, _own_record(run))


def extra_of(record: dict[str, Any]) -> str:
    """Return what a record holds that this release does not know, as JSON, or "" where that is nothing.

    Raises:
        ValueError: It is too much.
    """
    extra: dict[str, Any] = _unknown(record, (*FIELDS, *PLACE))
    epochs = {}
    for number, values in enumerate(record["history"]):
        rest = _unknown(values, EpochMetrics._fields)
        for name in ("train", "test"):
            if score := _unknown(values[name], Score._fields):
                rest[name] = score
        if rest:
            epochs[str(number)] = rest
    if epochs:
        extra["history"] = epochs
    version = record.get("version", 1)
    if isinstance(version, int) and version > VERSION:
        extra["version"] = version
    try:
        text = json.dumps(extra, separators=(",", ":"), allow_nan=False) if extra else ""
    except (ValueError, RecursionError) as error:
        raise ValueError("What a later release added must be plain JSON. Got something else.") from error
    if len(text) > MAX_EXTRA_BYTES:
        raise ValueError(
            f"What a later release added must fit in {MAX_EXTRA_BYTES:,} bytes. Got {len(text):,}."
        )
    return text


def _unknown(values: dict[str, Any], known: Iterable[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in known}


def _together(extra: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return a record with what a later release added, each in its place."""
    epochs, history = extra.get("history", {}), list(own["history"])
    for number in range(len(history)):
        for name, rest in epochs.get(str(number), {}).items():
            mine = history[number].get(name)
            history[number][name] = rest | mine if isinstance(mine, dict) else rest
    return own | extra | {"history": history}


def _own_record(run: Run) -> dict[str, Any]:
    return {
        "version": VERSION,
        "name": run.name,
        "config": asdict(run.config),
        "schedule": [_change_record(change) for change in run.schedule],
        "history": [_metrics_record(metrics) for metrics in run.history],
        "broken_in": run.broken_in,
        "color": run.color,
    }


def run_from(record: object, params: Params) -> Run:
    """Return the run that a record and a network make, under an id of its own.

    Raises:
        NetworkFileError: They are none, or do not belong together.
    """
    if not isinstance(record, dict):
        raise NetworkFileError("The run's settings must be a record. Got something else.")
    try:
        config = config_of(record)
        schedule = schedule_of(record, config)
        history = history_of(record, len(params))
        extra = extra_of(record)
        _require_fit(config, params, schedule, len(history))
    except ValueError as error:
        raise NetworkFileError(str(error)) from error
    broken, color = record.get("broken_in", 0), record.get("color", NO_COLOR)
    run = replace(
        new_run(config, params, str(record.get("name", ""))),
        schedule=schedule,
        history=history,
        broken_in=broken if type(broken) is int and 0 <= broken <= MAX_EPOCHS else 0,
        color=color if type(color) is int and 0 <= color <= MAX_COLOR else NO_COLOR,
        extra=extra,
    )
    return replace(run, kept={run.weights_epoch: run.params} if history and run.fine_tuned is None else {})


def _require_fit(config: TrainConfig, params: Params, schedule: tuple[Change, ...], num_epochs: int) -> None:
    """Raise ValueError unless settings, network and schedule belong to one run."""
    widths, expected = dimensions_of(params), config.dimensions
    if widths != expected:
        raise ValueError(f"The network must have the widths of its settings, {expected}. Got {widths}.")
    last = max((change.epoch for change in schedule), default=0)
    if last > num_epochs + 1:
        raise ValueError(f"A change must belong to one of {num_epochs} epochs. Got {last}.")


def config_of(record: dict[str, Any]) -> TrainConfig:
    """Return the settings in a record.

    Raises:
        ValueError: They are none.
    """
    return config_from(_typed(record, "config", dict))


def schedule_of(record: dict[str, Any], config: TrainConfig) -> tuple[Change, ...]:
    """Return the changes in a record, in order of their epochs.

    Raises:
        ValueError: One of them is none.
    """
    changes = _typed(record, "schedule", list)
    if len(changes) > MAX_CHANGES:
        raise ValueError(f"schedule must have at most {MAX_CHANGES:,} changes. Got {len(changes):,}.")
    schedule = tuple(_change(change) for change in changes)
    for change in schedule:
        settings_in(config, schedule, change.epoch)  # checks the value
    return schedule


def history_of(record: dict[str, Any], num_layers: int) -> tuple[EpochMetrics, ...]:
    """Return the figures in a record.

    Raises:
        ValueError: They are not those of epochs 0, 1, 2 ...
    """
    epochs = _typed(record, "history", list)
    if len(epochs) > MAX_EPOCHS:
        raise ValueError(f"history must have at most {MAX_EPOCHS:,} epochs. Got {len(epochs):,}.")
    history = tuple(_metrics(epoch, num_layers) for epoch in epochs)
    if [metrics.epoch for metrics in history] != list(range(len(history))):
        raise ValueError("history must have epochs 0, 1, 2 and so on. Got others.")
    return history


def _change_record(change: Change) -> dict[str, Any]:
    values = change._asdict()
    if isinstance(change, OwnDigits):
        values["images"] = base64.b64encode(np.ascontiguousarray(change.images).tobytes()).decode()
        values["labels"] = [int(label) for label in change.labels]
    return values


def _change(values: Any) -> Change:
    if not isinstance(values, dict):
        raise ValueError(f"A change must be a record. Got {shown(values)}.")
    if "images" in values:
        return _own_digits(values)
    epoch = _whole(values, "epoch", MAX_EPOCHS)
    if "from_epoch" in values:
        return RestoredWeights(epoch, _whole(values, "from_epoch", epoch))
    name = _typed(values, "name", str)
    if name not in CHANGEABLE:
        raise ValueError(f"A change must be of {', '.join(CHANGEABLE)}. Got {shown(name)}.")
    return SettingChange(epoch, name, CHANGED_TO[type(getattr(DEFAULTS, name))](values))


def _own_digits(values: dict[str, Any]) -> OwnDigits:
    labels = _typed(values, "labels", list)
    right = all(type(label) is int and 0 <= label < NUM_CLASSES for label in labels)
    if not right or not 1 <= len(labels) <= MAX_OWN_DIGITS:
        raise ValueError(
            f"Own digits must be 1 to {MAX_OWN_DIGITS:,} with labels 0 to 9. Got {shown(labels)}."
        )
    try:
        pixels = base64.b64decode(_typed(values, "images", str), validate=True)
    except ValueError as error:
        raise ValueError("Own digits must be images in base64. Got something else.") from error
    if len(pixels) != len(labels) * 784:
        raise ValueError(f"Own digits must have {len(labels) * 784:,} pixels. Got {len(pixels):,}.")
    rate, *shares = OwnDigits._fields[4:]
    return OwnDigits(
        _whole(values, "epoch", MAX_EPOCHS),
        np.frombuffer(pixels, np.uint8).reshape(-1, 28, 28),
        np.array(labels, np.uint8),
        _whole(values, "num_steps", MAX_COUNT),
        _number(values, rate, MAX_LEARNING_RATE),
        *(_number(values, share, 1.0) for share in shares),
    )


def _metrics_record(metrics: EpochMetrics) -> dict[str, Any]:
    train, test = (
        score._asdict() | {"confusion": score.confusion.tolist()} for score in (metrics.train, metrics.test)
    )
    values = metrics._asdict() | {"train": train, "test": test}
    if metrics.generated is None:
        del values["generated"]  # as it was before there was any
    return values


def _metrics(values: Any, num_layers: int) -> EpochMetrics:
    if not isinstance(values, dict):
        raise ValueError(f"The figures of an epoch must be a record. Got {shown(values)}.")
    return EpochMetrics(
        epoch=_whole(values, "epoch", MAX_EPOCHS),
        train=_score(values, "train"),
        test=_score(values, "test"),
        gradient_norms=_numbers(values, "gradient_norms", num_layers),
        saturation=_numbers(values, "saturation", num_layers, 1.0),
        learning_rate=_number(values, "learning_rate", MAX_LEARNING_RATE),
        seconds=_number(values, "seconds"),
        output_maxima=_numbers(values, "output_maxima", NUM_CLASSES, 1.0)
        if values.get("output_maxima")
        else (),
        generated=_tally(values) if "generated" in values else None,
    )


def _score(values: dict[str, Any], name: str) -> Score:
    score = _typed(values, name, dict)
    rows = _typed(score, "confusion", list)
    counts = [count for row in rows if type(row) is list and len(row) == NUM_CLASSES for count in row]
    right = all(type(count) is int and 0 <= count <= MAX_COUNT for count in counts)
    if not right or len(rows) != NUM_CLASSES or len(counts) != NUM_CLASSES**2:
        raise ValueError(f"confusion must be 10 rows of 10 counts. Got {shown(rows)}.")
    if sum(counts) > MAX_TRAIN_SIZE:
        raise ValueError(f"confusion must count at most {MAX_TRAIN_SIZE:,} images. Got {sum(counts):,}.")
    return Score(_number(score, "cost"), np.array(rows, int))


def _tally(values: dict[str, Any]) -> Tally:
    pair = _typed(values, "generated", list)
    if len(pair) != 2:
        raise ValueError(f"generated must be two counts. Got {shown(pair)}.")
    images = _whole({"images": pair[1]}, "images", MAX_TRAIN_SIZE)
    return Tally(_whole({"correct": pair[0]}, "correct", images), images)


def _numbers(values: dict[str, Any], name: str, count: int, high: float = inf) -> tuple[float, ...]:
    numbers = _typed(values, name, list)
    if len(numbers) != count:
        raise ValueError(f"{name} must have {count} numbers. Got {len(numbers)}.")
    return tuple(_number({name: number}, name, high) for number in numbers)


def _number(values: dict[str, Any], name: str, high: float = inf) -> float:
    number: Any = values.get(name)
    if type(number) not in (int, float) or not 0 <= number <= min(high, 1e300):
        allowed = "0 or more" if high == inf else f"from 0 to {high:g}"
        raise ValueError(f"{name} must be a finite number, {allowed}. Got {shown(number)}.")
    return float(number)


def _whole(values: dict[str, Any], name: str, high: int) -> int:
    require_whole(name, values.get(name), 0, high)
    return int(values[name])


def _typed(values: dict[str, Any], name: str, kind: type) -> Any:
    value = values.get(name)
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be a {kind.__name__}. Got {shown(value)}.")
    return value


DEFAULTS = TrainConfig()
CHANGED_TO: dict[type, Callable[[dict[str, Any]], float | int]] = {  # type of a setting -> reads its value
    float: lambda values: _number(values, "value", MAX_LEARNING_RATE),
    int: lambda values: _whole(values, "value", MAX_COUNT),
    bool: lambda values: _typed(values, "value", bool),
}
