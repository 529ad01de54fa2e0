"""The files of a saved lab: what they are called, how they are read, and how a lab is removed.

`lab.json`, the index, names the records of runs, and a record the networks of its run. Records and networks
are called by the checksum of their content. So a file is the lab's own if the index or a record names it, or
if its name says what is in it. Nothing else is ever touched, wherever it lies and however it is called.
"""

import contextlib
import hashlib
import re
from pathlib import Path
from typing import Any

from mnistlab.runs.named_file import content_of
from mnistlab.runs.safetensors_io import MAX_FILE_BYTES, NetworkFileError, read_json

INDEX = "lab.json"
MAX_INDEX_BYTES = 2**24
NAME = re.compile(r"[0-9a-f]{32}\.(run|network|index)")
UNFINISHED_NAME = re.compile(r"([0-9a-f]{32}\.tmp)?")
FIELDS: dict[str, Any] = {  # of an index -> default
    "version": 3,
    "runs": [],
    "current": "",
    "numbered": 0,
    "undo": None,  # or record, what was done, id of the successor, epoch
    "aside": [],  # could not be read
    "unfinished": "",  # where files are written before they are whole
}


def file_name(data: bytes, suffix: str) -> str:
    """Return the name of the file with this content."""
    return hashlib.sha256(data).hexdigest()[:32] + suffix


def content(folder: Path, name: object) -> bytes:
    """Return what is in a record or network.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not what its name says, no file at all, or larger than the lab writes any.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise NetworkFileError("A file of a lab must be named by its checksum. Got another name.")
    data = content_of(folder / name, MAX_FILE_BYTES, name)
    if file_name(data, Path(name).suffix) != name:
        raise NetworkFileError(f"{name} must be as it was written. Got a damaged file.")
    return data


def is_whole(folder: Path, name: str) -> bool:
    """Return whether a file is what its name says."""
    with contextlib.suppress(OSError, ValueError):
        return bool(content(folder, name))
    return False


def read_index(folder: Path) -> dict[str, Any]:
    """Return the index of a lab, with defaults for what an earlier release did not write.

    Raises:
        OSError: It is not there, or cannot be read.
        ValueError: It is damaged, or not one of this lab's.
    """
    index = read_json(content_of(folder / INDEX, MAX_INDEX_BYTES, INDEX), INDEX)
    if not isinstance(index, dict) or not {"runs", "current"} <= index.keys():
        raise NetworkFileError(f"{INDEX} must be the index of a lab. Got something else.")
    index = FIELDS | index
    undo = index["undo"]
    right = all(type(index[name]) is type(value) for name, value in FIELDS.items() if name != "undo")
    right = right and (undo is None or (type(undo) is list and list(map(type, undo)) == [str, str, str, int]))
    right = right and UNFINISHED_NAME.fullmatch(index["unfinished"]) is not None
    right = right and all(type(each) is str for name in ("runs", "aside") for each in index[name])
    if not right or not all(NAME.fullmatch(name) for name in named(index)):
        raise NetworkFileError(f"{INDEX} must be the index of a lab. Got another one, or a damaged one.")
    return index


def named(index: dict[str, Any]) -> set[str]:
    """Return the files that an index names."""
    return {*index["runs"], *index["aside"], *(index["undo"][:1] if index["undo"] else ())}


def networks_of(folder: Path, record: str) -> set[str]:
    """Return the files of the networks that a record names.

    Raises:
        OSError, ValueError: It cannot be read.
    """
    values = read_json(content(folder, record), record)
    try:
        return {str(values["params"]), *map(str, values.get("kept", {}).values())}
    except (AttributeError, KeyError, TypeError) as error:
        raise NetworkFileError(f"{record} must be the record of a run. Got something else.") from error


def remove_lab(folder: Path) -> None:
    """Remove a lab's own files, and the folder unless somebody else has something in it.

    The index goes last: until then it says whose the others are.

    Raises:
        OSError: Something cannot be removed.
        NetworkFileError: This is no lab.
    """
    index = read_index(folder)
    records = named(index)
    own = {INDEX, *records, *filter(None, [index["unfinished"]])}
    for record in records:
        with contextlib.suppress(OSError, ValueError):
            own |= {name for name in networks_of(folder, record) if NAME.fullmatch(name)}
    there = [path.name for path in folder.iterdir()]
    own |= {name for name in there if name not in own and NAME.fullmatch(name) and is_whole(folder, name)}
    for name in sorted(own.intersection(there), key=lambda name: name == INDEX):
        (folder / name).unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()
