"""A file that somebody named: it may be anything, a device or a pipe, and of any size."""

import stat
from pathlib import Path


def content_of(path: Path, most: int, what: str) -> bytes:
    """Return the content of a file of at most so many bytes; of another one nothing is read.

    Args:
        path: The file.
        most: How many bytes it may have.
        what: How the sentence of an error begins, as in "A picture".

    Raises:
        ValueError: It is no file, or too large.
        OSError: It cannot be read.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise ValueError(f"{what} must be a file. Got a folder, a device or a pipe.")
    with path.open("rb") as file:
        data = file.read(most + 1) if about.st_size <= most else b""  # some systems say 0 of what has content
    if (size := max(about.st_size, len(data))) > most:
        raise ValueError(f"{what} must have at most {most:,} bytes. Got {size:,}.")
    return data
