"""A file of named arrays that is either whole or not taken."""

import contextlib
import hashlib
import io
import os
import time
import uuid
from pathlib import Path

import numpy as np

from mnistlab.files.atomic_file import sync_folder

DIGEST_SIZE = hashlib.sha256().digest_size
PIECE = 1 << 20
STALE_SECONDS = 3600


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
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with unfinished.open("xb") as file:
            for piece in _file_pieces(arrays):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(0o444)  # readers map it: nobody should write into it by mistake
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


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


def _sweep_unfinished(path: Path) -> None:
    """Remove what killed processes left; what a living one still writes is younger."""
    for unfinished in path.parent.glob(f"{path.name}.*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - unfinished.stat().st_mtime > STALE_SECONDS:
                unfinished.unlink()
