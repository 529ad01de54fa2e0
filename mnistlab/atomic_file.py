"""Files that are either whole or what they were before, whatever kills the process that writes them."""

import contextlib
import hashlib
import io
import os
import re
import secrets
import time
from pathlib import Path

import numpy as np

from mnistlab.operating_system import replace, sync_folder

UNFINISHED = ".tmp"  # how the name of an unfinished file ends
DIGEST_SIZE = hashlib.sha256().digest_size
PIECE = 1 << 20
STALE_SECONDS = 3600
LONGEST_STEM = 230  # bytes


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, and return it."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path


def write_whole(
    path: Path, *pieces: bytes | memoryview, mode: int = 0o600, unfinished: Path | None = None
) -> None:
    """Put data, piece after piece, in the file's place in one go, and on the disk.

    Args:
        path: The file.
        pieces: What it is to hold.
        mode: Who may read and write it.
        unfinished: A file of the caller's own to write into first; None: a new one.

    Raises:
        OSError: It cannot be written; the file is as it was.
    """
    unfinished = unfinished or path.with_name(f"{_stem(path)}.{secrets.token_hex(6)}{UNFINISHED}")
    try:
        unfinished.unlink(missing_ok=True)  # what a killed process left; a link is not followed
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(mode)
        replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


def save_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write the arrays so that `path` holds all of them or what it held before, whatever kills the process.

    The file is an .npy of one record whose fields are the arrays, and after it the SHA-256 of all before.

    Args:
        path: The file; missing folders are made.
        arrays: Name to array, of fixed-size dtypes.

    Raises:
        OSError: It cannot be written there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep_unfinished(path)
    write_whole(path, *_file_pieces(arrays), mode=0o444)  # readers map it: nobody writes into it by mistake


def load_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays, read-only and mapped from the file, or None where it is missing or damaged.

    Mapped pages are shared: any number of processes hold the data in memory once.
    """
    try:
        if not _is_whole(path):
            return None
        record = np.load(path, mmap_mode="r")
    except (OSError, ValueError):
        return None
    return {name: np.asarray(record[name]) for name in record.dtype.names}


def _file_pieces(arrays: dict[str, np.ndarray]) -> tuple[memoryview, bytes]:
    """Return the file's bytes: the .npy, then its digest."""
    record = np.empty((), [(name, array.dtype, array.shape) for name, array in arrays.items()])
    for name, array in arrays.items():
        record[name] = array
    buffer = io.BytesIO()
    np.save(buffer, record, allow_pickle=False)
    return buffer.getbuffer(), hashlib.sha256(buffer.getbuffer()).digest()


def _is_whole(path: Path) -> bool:
    """Return whether the file's last bytes are the digest of all before them."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size - DIGEST_SIZE
        while left > 0 and (piece := file.read(min(left, PIECE))):
            digest.update(piece)
            left -= len(piece)
        return left == 0 and file.read() == digest.digest()


def _stem(path: Path) -> str:
    """Return how the name of an unfinished file begins: a name may have 255 bytes in all."""
    return path.name if len(os.fsencode(path.name)) <= LONGEST_STEM else "unfinished"


def _sweep_unfinished(path: Path) -> None:
    """Remove what killed processes left; what a living one still writes is younger."""
    ours = re.compile(rf"{re.escape(_stem(path))}\.[0-9a-f]{{12}}{re.escape(UNFINISHED)}")
    for unfinished in path.parent.iterdir():
        with contextlib.suppress(OSError):
            if ours.fullmatch(unfinished.name) and time.time() - unfinished.stat().st_mtime > STALE_SECONDS:
                unfinished.unlink()
