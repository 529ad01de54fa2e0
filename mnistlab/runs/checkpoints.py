"""A run as a .safetensors file to take away, and back; the file may come from anywhere."""

import json
from pathlib import Path

from mnistlab.atomic_file import write_whole
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Params, dimensions_of
from mnistlab.runs.named_file import content_of
from mnistlab.runs.run import Change, Run, bounded_name, new_run
from mnistlab.runs.safetensors_io import (
    MAX_FILE_BYTES,
    MAX_HEADER_BYTES,
    NetworkFileError,
    bounded_json,
    packed,
    unpacked,
)
from mnistlab.runs.serialization import (
    MAX_EPOCHS,
    RecordError,
    config_of,
    extra_of,
    history_of,
    run_record,
    schedule_of,
)

__all__ = ["NetworkFileError", "dumps", "load", "loads", "run_from", "save"]

FORMAT = "mnistlab 1"
ARRAYS_BYTES = 2000  # at most, of a header: names, shapes and places of 14 arrays
FORMATS = "mnistlab "  # how that of any release begins
TEXTS = "texts"  # where a record holds those of the header that a later release added


def save(run: Run, path: str | Path) -> None:
    """Write a run to a file: the network, its settings and history; not the networks of earlier epochs.

    Raises:
        OSError: It cannot be written; the file is as it was.
    """
    write_whole(Path(path), dumps(run))


def dumps(run: Run) -> bytes:
    """Return the bytes of the file.

    Raises:
        NetworkFileError: The history is too long for a header.
    """
    return packed(run.params, header_texts(run))


def header_texts(run: Run) -> dict[str, str]:
    """Return what the header of a run's file says besides its arrays.

    Raises:
        NetworkFileError: It is too long.
    """
    record = run_record(run)
    texts: dict[str, str] = {"format": FORMAT} | record.pop(TEXTS, {})
    texts["run"] = json.dumps(record, separators=(",", ":"), allow_nan=False)
    length = len(json.dumps(texts)) + ARRAYS_BYTES
    if length > MAX_HEADER_BYTES:
        raise NetworkFileError(f"The history must fit in {MAX_HEADER_BYTES:,} bytes. Got {length:,}.")
    return texts


def load(path: str | Path) -> Run:
    """Return the run in a file, under an id of its own.

    Raises:
        NetworkFileError: The file is not one of this lab's.
        OSError: It cannot be read.
    """
    try:
        data = content_of(Path(path), MAX_FILE_BYTES, "A network")
    except ValueError as error:
        raise NetworkFileError(str(error)) from error
    return loads(data)


def loads(data: bytes) -> Run:
    """Return the run in the bytes of a file, under an id of its own.

    Raises:
        NetworkFileError: They are not those of a file of this lab.
    """
    params, texts = unpacked(data)
    if not texts.get("format", "").startswith(FORMATS) or "run" not in texts:
        raise NetworkFileError("The file must come from this lab. Got a network without its settings.")
    record = bounded_json(texts.pop("run"), "The run's settings")
    if isinstance(record, dict):
        record.pop(TEXTS, None)
        record |= {TEXTS: texts} if texts != {"format": FORMAT} else {}
    run = run_from(record, params)
    header_texts(run)  # what cannot be handed back is not taken in
    return run


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
    except RecordError as error:
        raise NetworkFileError(str(error)) from error
    require_fit(config, params, schedule, len(history))
    broken = record.get("broken_in", 0)
    broken_in = broken if type(broken) is int and 0 <= broken <= MAX_EPOCHS else 0
    run = new_run(config, params, bounded_name(str(record.get("name", ""))))
    return Run(
        id=run.id,
        name=run.name,
        config=config,
        schedule=schedule,
        history=history,
        params=run.params,
        kept={len(history) - 1: run.params} if history else {},
        broken_in=broken_in,
        extra=extra,
    )


def require_fit(config: TrainConfig, params: Params, schedule: tuple[Change, ...], num_epochs: int) -> None:
    """Raise NetworkFileError unless settings, network and schedule belong to one run."""
    widths, expected = dimensions_of(params), config.dimensions
    if widths != expected:
        raise NetworkFileError(f"The network must have the widths of its settings, {expected}. Got {widths}.")
    epochs = [change.epoch for change in schedule]
    if any(epoch > num_epochs + 1 for epoch in epochs):
        raise NetworkFileError(f"A change must belong to one of {num_epochs} epochs. Got {max(epochs)}.")
