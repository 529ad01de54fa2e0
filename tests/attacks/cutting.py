"""A network's file taken apart and put together again with something in it changed."""

import json
import struct

from safetensors.numpy import load as read_by_its_own_library
from safetensors.numpy import save as write_by_its_own_library


def header_of(data):
    """Return the header of a file, and the bytes of its arrays."""
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def record_of(data):
    """Return the run's record in a file."""
    return json.loads(header_of(data)[0]["__metadata__"]["run"])


def file_of(header, body):
    """Return a file with this header, given as values or as bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def with_header(data, change):
    """Return the file with its header changed by a function."""
    header, body = header_of(data)
    change(header)
    return file_of(header, body)


def with_array(data, name, **changes):
    """Return the file with other values in the header's entry of an array."""
    return with_header(data, lambda header: header[name].update(changes))


def with_texts(data, **changes):
    """Return the file with other texts in its header."""
    return with_header(data, lambda header: header["__metadata__"].update(changes))


def with_record(data, **changes):
    """Return the file with other values in the run's record."""
    return with_texts(data, run=json.dumps(record_of(data) | changes))


def with_figures(data, **changes):
    """Return the file with other figures on the test images after epoch 1."""
    record = record_of(data)
    record["history"][1]["test"] |= changes
    return with_record(data, history=record["history"])


def with_epochs(data, **changes):
    """Return the file with other values in each epoch of its history."""
    return with_record(data, history=[epoch | changes for epoch in record_of(data)["history"]])


def with_tensors(data, changes):
    """Return the file, written by its own library, with other arrays; None takes one away."""
    tensors = {**read_by_its_own_library(data), **changes}
    whole = {name: array for name, array in tensors.items() if array is not None}
    return write_by_its_own_library(whole, header_of(data)[0]["__metadata__"])
