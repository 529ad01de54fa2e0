"""The IDX format, in which MNIST was published."""

import gzip
import math
import struct
import zlib

import numpy as np

UNSIGNED_BYTES = 0x08


def read_idx(packed: bytes, name: str) -> np.ndarray:
    """Return the array that a gzipped IDX file of unsigned bytes holds.

    Args:
        packed: The whole file, as it lies on the disk.
        name: What errors call the file.

    Returns:
        uint8 array, read-only, of the shape in the file's header.

    Raises:
        ValueError: It is not gzip, its header is not IDX, or the header promises other bytes than are there.

    Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
    """
    try:
        data = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{name} must be a whole gzip file. Got: {error}.") from error
    shape, header_size = _shape_and_header_size(data, name)
    if len(data) - header_size != math.prod(shape):
        raise ValueError(f"{name} must hold {math.prod(shape)} bytes. Got {len(data) - header_size}.")
    return np.frombuffer(data, np.uint8, offset=header_size).reshape(shape)


def _shape_and_header_size(data: bytes, name: str) -> tuple[tuple[int, ...], int]:
    """Return what the header says: (shape, its own length in bytes)."""
    zeros, kind, dimensions = struct.unpack(">HBB", data[:4]) if len(data) >= 4 else (-1, -1, 0)
    header_size = 4 + 4 * dimensions
    if zeros != 0 or kind != UNSIGNED_BYTES or len(data) < header_size:
        raise ValueError(
            f"{name} must begin as an IDX file of bytes does. Got {data[:4].hex() or 'nothing'}."
        )
    return struct.unpack(f">{dimensions}I", data[4:header_size]), header_size
