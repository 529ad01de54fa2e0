"""A network as the bytes of a .safetensors file, and back; the bytes are checked as a stranger's."""

import json
import re
from typing import Any

import numpy as np
from safetensors.numpy import save

from mnistlab.engine.config import MAX_HIDDEN_LAYERS, MAX_WIDTH, NUM_CLASSES, NUM_PIXELS, shown
from mnistlab.engine.network import Layer, Params, num_parameters

MAX_TENSORS = 64
MAX_HEADER_BYTES = 27 * 2**18  # a run as large as it may become (mnistlab.runs.run), texts of others included
# What a header may consist of: as values, a byte of it can take thirty times its place. The longest run with
# all that it may hold needs half of each or less, and 90 MB to be read.
MAX_PARTS = {
    "[": (200_000, "lists"),
    "{": (30_000, "records"),
    '"': (200_000, "quotes"),
    ",": (1_500_000, "commas"),
}
# The largest network that the settings allow, 784-1024-1024-1024-1024-1024-1024-10, in float32.
MAX_PARAMETERS = num_parameters((NUM_PIXELS, *[MAX_WIDTH] * MAX_HIDDEN_LAYERS, NUM_CLASSES))
HALF = re.compile(r"\\u[dD][89a-fA-F]")  # how JSON writes one half of a character beyond 2**16
HALF_BYTES = re.compile(HALF.pattern.encode())
MAX_FILE_BYTES = 8 + MAX_HEADER_BYTES + 4 * MAX_PARAMETERS


class NetworkFileError(ValueError):
    """The file is not a network of this lab; the text is one sentence."""


def packed(params: Params, metadata: dict[str, str]) -> bytes:
    """Return a network and some texts as the bytes of a .safetensors file."""
    tensors = {}
    for number, layer in enumerate(params):
        for name, array in layer._asdict().items():
            tensors[f"layers.{number}.{name}"] = np.ascontiguousarray(array, np.float32)
    return save(tensors, metadata)


def unpacked(data: bytes) -> tuple[Params, dict[str, str]]:
    """Return the network and the texts in a file.

    Raises:
        NetworkFileError: It is not what `packed` writes.
    """
    if len(data) > MAX_FILE_BYTES:
        raise NetworkFileError(f"The file must have at most {MAX_FILE_BYTES:,} bytes. Got {len(data):,}.")
    header, start = _header(data)
    metadata = _metadata(header.pop("__metadata__", {}))
    most = MAX_HIDDEN_LAYERS + 1
    if not 2 <= len(header) <= min(MAX_TENSORS, 2 * most) or len(header) % 2:
        raise NetworkFileError(
            f"The file must have two arrays for each of 1 to {most} layers. Got {len(header)} arrays."
        )
    arrays = _arrays(header, memoryview(data)[start:])
    return _layers(arrays), metadata


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    """Return the header of a file and where its arrays begin."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= length <= len(data) - 8:
        raise NetworkFileError(
            "The file must be a whole .safetensors file. Got something else, or a part of one."
        )
    if length > MAX_HEADER_BYTES:
        raise NetworkFileError(
            f"The file's header must have at most {MAX_HEADER_BYTES:,} bytes. Got {length:,}."
        )
    header = bounded_json(data[8 : 8 + length], "The file's header")
    if not isinstance(header, dict):
        raise NetworkFileError("The file's header must be a record. Got something else.")
    return header, 8 + length


def bounded_json(text: bytes | str, what: str) -> Any:
    """Return the values in a JSON text, if they are not too many.

    Raises:
        NetworkFileError: They are, or `read_json` refuses the text.
    """
    for mark, (most, name) in MAX_PARTS.items():
        if (count := text.count(mark) if isinstance(text, str) else text.count(mark.encode())) > most:
            raise NetworkFileError(f"{what} must have at most {most:,} {name}. Got {count:,}.")
    return read_json(text, what)


def read_json(text: bytes | str, what: str) -> Any:
    """Return the values in a JSON text that came from anywhere.

    Raises:
        NetworkFileError: It is not JSON, says a thing twice, or has numbers or characters that are none.
    """

    def record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs):
            raise ValueError("a name stands twice")
        return values

    def constant(name: str) -> None:
        raise ValueError(f"{name} is no number")

    try:
        values = json.loads(text, object_pairs_hook=record, parse_constant=constant)
        if HALF.search(text) if isinstance(text, str) else HALF_BYTES.search(text):
            json.dumps(values, ensure_ascii=False).encode()  # fails for half a character, which JSON can hold
        return values
    except (ValueError, RecursionError) as error:
        raise NetworkFileError(
            f"{what} must be plain JSON. Got something else: {shown(str(error))}."
        ) from error


def _metadata(values: Any) -> dict[str, str]:
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise NetworkFileError("The texts in the file's header must be texts. Got something else.")
    return values


def _arrays(header: dict[str, Any], body: memoryview) -> dict[str, np.ndarray]:
    """Return the arrays; they must lie one behind the other and fill the file to its end."""
    arrays, end = {}, 0
    try:
        entries = sorted(header.items(), key=lambda entry: tuple(entry[1]["data_offsets"]))
        for name, entry in entries:
            begin, end_here = entry["data_offsets"]
            shape = entry["shape"]
            whole = all(type(number) is int and number >= 0 for number in (begin, end_here, *shape))
            if not whole or begin != end or len(shape) not in (1, 2):
                raise ValueError
            if entry["dtype"] != "F32":
                raise NetworkFileError(f"The file's arrays must be F32. Got {shown(entry['dtype'])}.")
            if end_here - begin != 4 * int(np.prod(shape, dtype=object)) or end_here > len(body):
                raise ValueError
            arrays[name] = np.frombuffer(body[begin:end_here], "<f4").reshape(shape).astype(np.float32)
            end = end_here
    except NetworkFileError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NetworkFileError(
            "The file's arrays must fill it without gaps. Got a damaged header."
        ) from error
    if end != len(body):
        raise NetworkFileError(f"The file must end with its last array. Got {len(body) - end:,} bytes more.")
    return arrays


def _layers(arrays: dict[str, np.ndarray]) -> Params:
    """Return the arrays as layers that fit together."""
    layers, inputs = [], NUM_PIXELS
    for number in range(len(arrays) // 2):
        try:
            weights, biases = (arrays[f"layers.{number}.{name}"] for name in Layer._fields)
        except KeyError as error:
            raise NetworkFileError(
                f"The file must have an array {shown(str(error.args[0]))}. Got none."
            ) from error
        units = biases.shape[0]
        last = number == len(arrays) // 2 - 1
        if not 1 <= units <= MAX_WIDTH or (last and units != NUM_CLASSES):
            expected = f"{NUM_CLASSES} units" if last else f"1 to {MAX_WIDTH:,} units"
            raise NetworkFileError(f"Layer {number + 1} must have {expected}. Got {units:,}.")
        if weights.shape != (units, inputs) or biases.ndim != 1:
            raise NetworkFileError(
                f"The weights of layer {number + 1} must be {units} x {inputs}. Got shape {weights.shape}."
            )
        if not (np.isfinite(weights).all() and np.isfinite(biases).all()):
            raise NetworkFileError(f"The weights of layer {number + 1} must be finite numbers. Got others.")
        layers.append(Layer(weights, biases))
        inputs = units
    return tuple(layers)
