"""A run as a .safetensors file to take away, and back; the file may come from anywhere."""

import json
from pathlib import Path

from mnistlab.atomic_file import write_whole
from mnistlab.runs.named_file import content_of
from mnistlab.runs.run import Run
from mnistlab.runs.safetensors_io import (
    MAX_FILE_BYTES,
    MAX_HEADER_BYTES,
    NetworkFileError,
    bounded_json,
    packed,
    unpacked,
)
from mnistlab.runs.serialization import run_from, run_record

__all__ = ["NetworkFileError", "dumps", "load", "loads", "save"]

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
