"""Reading IDX files: what a whole one holds, and that a broken one is never half-read."""

import gzip
import re
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.data.mnist.originals import read_idx


def idx(values: bytes, *shape: int) -> bytes:
    header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
    return gzip.compress(header + values, 1)


@given(st.integers(0, 5), st.integers(0, 4), st.integers(0, 3), st.data())
def test_an_array_comes_back_as_it_was_written(count, rows, columns, data):
    values = data.draw(st.binary(min_size=count * rows * columns, max_size=count * rows * columns))
    packed = idx(values, count, rows, columns)
    for content in (packed, gzip.decompress(packed)):
        array = read_idx(content, "it")
        assert array.shape == (count, rows, columns)
        assert array.dtype == np.uint8
        assert array.tobytes() == values


def test_the_array_is_read_only():
    assert not read_idx(idx(b"\x01\x02", 2), "it").flags.writeable


@pytest.mark.parametrize(
    ("packed", "sentence"),
    [
        (b"", "it must begin as an IDX file of bytes does. Got nothing."),
        (b"<html>", "it must be a whole gzip file. Got: Not a gzipped file (b'<h')."),
        (idx(b"\x01\x02", 2)[:-9], "it must be a whole gzip file. Got: "),
        (idx(b"\x01", 2), "it must hold 2 bytes. Got 1."),
        (idx(b"\x01\x02\x03", 2), "it must hold 2 bytes. Got 3."),
        (idx(b"", 0xFFFFFFFF, 0xFFFFFFFF), "it must hold 18446744065119617025 bytes. Got 0."),
        (
            gzip.compress(b"\x00\x00\x0d\x01\x00\x00\x00\x00"),
            "it must begin as an IDX file of bytes does. Got 00000d01.",
        ),
        (gzip.compress(b"\x00\x00\x08\x03\x00"), "it must begin as an IDX file of bytes does. Got 00000803."),
    ],
    ids=["empty", "web page", "cut", "too few", "too many", "absurd shape", "floats", "half a header"],
)
def test_a_broken_file_is_named_in_one_sentence(packed, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_idx(packed, "it")


def outcome(packed):
    try:
        return str(read_idx(packed, "it").dtype)
    except ValueError as error:
        return str(error)


@given(st.binary(max_size=200))
def test_any_bytes_give_an_array_or_a_sentence(content):
    for packed in (content, gzip.compress(content, 1)):
        assert outcome(packed).startswith(("it must ", "uint8"))
