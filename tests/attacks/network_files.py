"""Files in the place of a network: others, damaged ones, and ones whose header promises too much.

Each builder gets the bytes of a good file: 784-12-10, four epochs.
"""

import io
import json
import pickle
import struct
import zipfile

import numpy as np

from mnistlab.runs.safetensors_io import MAX_FILE_BYTES, MAX_HEADER_BYTES, MAX_PARTS
from tests.attacks.cutting import file_of, header_of, with_array, with_header, with_tensors, with_texts

FIRST, LAST = "layers.0.weights", "layers.1.biases"
EMPTY_ARRAY = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}


class Command:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def npz_bomb():
    """An .npz of 200 kB that unpacks to 200 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("w.npy", "w") as array:
        for _ in range(200):
            array.write(bytes(10**6))
    return file.getvalue()


def many_arrays(count):
    """A file that is all header."""
    return file_of({f"l{number}": EMPTY_ARRAY for number in range(count)}, b"")


def full_header(piece):
    """A file that is all header, of one piece again and again."""
    count = (MAX_HEADER_BYTES - 3) // len(piece)
    return file_of(b"[" + piece * count + b"0]", b"")


def largest_values():
    """A header that takes as much memory as one may."""
    (lists, _), (records, _), (quotes, _), (commas, _) = MAX_PARTS.values()
    texts = quotes // 2 - records
    values = "[]," * (lists - 1) + '{"":0},' * records + '"ab",' * texts
    numbers = min(commas - values.count(","), (MAX_HEADER_BYTES - len(values) - 3) // 4)
    return f"[{values}{'999,' * numbers}0]".encode()


def with_array_twice(data, name):
    """The file, good but for an array that its header names twice."""
    header, body = header_of(data)
    entry = json.dumps({name: header[name]})
    return file_of((entry[:-1] + ", " + json.dumps(header)[1:]).encode(), body)


def with_filled(data, name, value, shape):
    """The file with an array full of one value."""
    return with_tensors(data, {name: np.full(shape, value, np.float32)})


OTHERS = {
    "nothing": lambda data: b"",
    "seven bytes": lambda data: data[:7],
    "eight bytes of zero": lambda data: bytes(8),
    "a page of a portal": lambda data: b"<html><body>Sign in to the network</body></html>",
    "a pickle": lambda data: pickle.dumps({"weights": [1.0]}),
    "a pickle that runs a command": lambda data: pickle.dumps(Command("unpickled")),
    "an npz bomb": lambda data: npz_bomb(),
    "a megabyte of zeros": lambda data: bytes(2**20),
    "larger than the largest network": lambda data: bytes(MAX_FILE_BYTES + 1),
}

DAMAGED = {
    "half of it": lambda data: data[: len(data) // 2],
    "one byte short": lambda data: data[:-1],
    "one byte long": lambda data: data + b"x",
    "a megabyte long": lambda data: data + bytes(2**20),
    "twice": lambda data: data + data,
    "without its header": lambda data: data[8:],
}

HEADERS = {
    "of no length": lambda data: struct.pack("<Q", 0) + data[8:],
    "of 2**63 bytes": lambda data: struct.pack("<Q", 2**63) + data[8:],
    "a bomb of 5 MB": lambda data: file_of(b" " * (5 * 2**20), b""),
    "of 2 GB, declared": lambda data: struct.pack("<Q", 2**31) + data[8:],
    "no JSON": lambda data: file_of(b"{]" * 20, b""),
    "a list": lambda data: file_of([1, 2], b""),
    "nested 100,000 deep": lambda data: file_of(b"[" * 100_000, b""),
    "not UTF-8": lambda data: file_of(b'{"\xff\xfe": 1}', b""),
    "a number of 100,000 digits": lambda data: file_of(b'{"a": ' + b"9" * 100_000 + b"}", b""),
    "a name twice": lambda data: with_array_twice(data, FIRST),
    "200,000 arrays": lambda data: many_arrays(200_000),
    "50,000 arrays, within its bounds": lambda data: many_arrays(50_000),
    "of millions of lists": lambda data: full_header(b"[],"),
    "of millions of records": lambda data: full_header(b"{},"),
    "of millions of texts": lambda data: full_header(b'"ab",'),
    "of millions of numbers": lambda data: full_header(b"999,"),
    "nested as deep as it is long": lambda data: file_of(b"[" * MAX_HEADER_BYTES, b""),
    "of as many values as are allowed": lambda data: file_of(largest_values(), b""),
    "no arrays": lambda data: file_of({"__metadata__": {"format": "mnistlab 1", "run": "{}"}}, b""),
    "no texts": lambda data: with_header(data, lambda header: header.pop("__metadata__")),
    "another format": lambda data: with_texts(data, format="other"),
    "a text that is a number": lambda data: with_texts(data, run=1),
}

ARRAYS = {
    "of F64": lambda data: with_tensors(data, {LAST: np.zeros(10)}),
    "of F16": lambda data: with_tensors(data, {LAST: np.zeros(10, np.float16)}),
    "of I32": lambda data: with_tensors(data, {LAST: np.zeros(10, np.int32)}),
    "of BF16": lambda data: with_array(data, LAST, dtype="BF16"),
    "of a dtype with markup": lambda data: with_array(data, LAST, dtype="\n# F32 ![](http://127.0.0.1/)\n"),
    "of a dtype that is a number": lambda data: with_array(data, LAST, dtype=32),
    "one missing": lambda data: with_tensors(data, {LAST: None}),
    "one more": lambda data: with_tensors(data, {"more": np.zeros(3, np.float32)}),
    "a layer missing": lambda data: with_tensors(data, {LAST: None, "layers.1.weights": None}),
    "a layer under another number": lambda data: with_header(
        data, lambda header: header.update({"layers.7.weights": header.pop(FIRST)})
    ),
    "a layer named as a path": lambda data: with_header(
        data, lambda header: header.update({"../../layers.0.weights": header.pop(FIRST)})
    ),
    "turned": lambda data: with_filled(data, FIRST, 0, (784, 12)),
    "too wide": lambda data: with_filled(data, FIRST, 0, (12, 785)),
    "flat": lambda data: with_filled(data, FIRST, 0, 12 * 784),
    "of three dimensions": lambda data: with_filled(data, FIRST, 0, (12, 28, 28)),
    "of an empty dimension": lambda data: with_filled(data, FIRST, 0, (0, 784)),
    "of no dimension": lambda data: with_filled(data, LAST, 0, ()),
    "of eleven outputs": lambda data: with_tensors(
        data, {LAST: np.zeros(11, np.float32), "layers.1.weights": np.zeros((11, 12), np.float32)}
    ),
    "of NaN": lambda data: with_filled(data, FIRST, np.nan, (12, 784)),
    "with one infinite bias": lambda data: with_tensors(
        data, {LAST: np.array([0] * 9 + [-np.inf], np.float32)}
    ),
    "that is none": lambda data: with_header(data, lambda header: header.update({FIRST: 5})),
}

OFFSETS = {
    "overlapping": lambda data: with_array(data, FIRST, data_offsets=[0, 40]),
    "backwards": lambda data: with_array(data, FIRST, data_offsets=[40, 0]),
    "negative": lambda data: with_array(data, FIRST, data_offsets=[-4, 0]),
    "huge": lambda data: with_array(data, FIRST, data_offsets=[0, 2**62]),
    "of 2 GB": lambda data: with_array(data, FIRST, shape=[2**19, 2**10], data_offsets=[0, 2**31]),
    "fractions": lambda data: with_array(data, FIRST, data_offsets=[0.0, 4.0]),
    "true": lambda data: with_array(data, FIRST, data_offsets=[False, True]),
    "missing": lambda data: with_header(data, lambda header: header[FIRST].pop("data_offsets")),
    "a huge shape": lambda data: with_array(data, FIRST, shape=[2**40, 2**40]),
    "a negative shape": lambda data: with_array(data, FIRST, shape=[-12, -784]),
    "a shape of texts": lambda data: with_array(data, FIRST, shape=["12", "784"]),
}

REFUSED = {
    f"{part}: {kind}": build
    for part, kinds in {
        "a file": OTHERS,
        "the file": DAMAGED,
        "a header": HEADERS,
        "an array": ARRAYS,
        "offsets": OFFSETS,
    }.items()
    for kind, build in kinds.items()
}
