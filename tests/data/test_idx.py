"""Reading IDX files, gzipped or not."""

import gzip
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.data.mnist.originals import read_idx


@given(st.integers(0, 5), st.integers(0, 4), st.integers(0, 3), st.data())
def test_an_array_comes_back_as_it_was_written_and_read_only(count, rows, columns, data):
    values = data.draw(st.binary(min_size=count * rows * columns, max_size=count * rows * columns))
    file = struct.pack(">HBB3I", 0, 8, 3, count, rows, columns) + values
    for content in (file, gzip.compress(file, 1)):
        array = read_idx(content)
        assert array.shape == (count, rows, columns)
        assert array.dtype == np.uint8
        assert array.tobytes() == values
        assert not array.flags.writeable
