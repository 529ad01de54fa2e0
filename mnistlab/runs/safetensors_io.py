"""A network as the bytes of a .safetensors file, and back; the bytes are checked as a stranger's."""

import json
import re
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

from mnistlab.engine.config import MAX_HIDDEN_LAYERS, MAX_WIDTH, NUM_CLASSES, NUM_PIXELS, shown
from mnistlab.engine.network import Layer, Params, num_parameters

MAX_TENSORS = 2 * (MAX_HIDDEN_LAYERS + 1)
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
    header = _header(data)
    texts = header.pop("__metadata__", {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise NetworkFileError("The texts in the file's header must be texts. Got something else.")
    if not 2 <= len(header) <= MAX_TENSORS or len(header) % 2:
        raise NetworkFileError(
            f"The file must have two arrays for each of 1 to {MAX_HIDDEN_LAYERS + 1} layers. "
            f"Got {len(header)} arrays."
        )
    return _layers(_arrays(data)), texts


def _header(data: bytes) -> dict[str, Any]:
    """Return the header of a file."""
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
    return header


def bounded_json(text: bytes | str, what: str) -> Any:
    """Return the values in a JSON text, if they are not too many.

    Raises:
        NetworkFileError: They are, or `read_json` refuses the text.
    """
    for mark, (most, name) in MAX_PARTS.items():
        count = text.count(mark if isinstance(text, str) else mark.encode())  # type: ignore[arg-type]
        if count > most:
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
        text = text if isinstance(text, str) else text.decode("utf-8-sig")
        values = json.loads(text, object_pairs_hook=record, parse_constant=constant)
        if HALF.search(text):
            json.dumps(values, ensure_ascii=False).encode()  # fails for half a character, which JSON can hold
        return values
    except (ValueError, RecursionError) as error:
        raise NetworkFileError(
            f"{what} must be plain JSON. Got something else: {shown(str(error))}."
        ) from error


def _arrays(data: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of a file whose header is bounded; their library checks that they fill it."""
    try:
        tensors = deserialize(data)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise NetworkFileError(
            "The file's arrays must fill it without gaps. Got a damaged header."
        ) from error
    for _, tensor in tensors:
        if tensor["dtype"] != "F32":
            raise NetworkFileError(f"The file's arrays must be F32. Got {shown(tensor['dtype'])}.")
    return {
        name: np.frombuffer(tensor["data"], "<f4").reshape(tensor["shape"]).astype(np.float32, copy=False)
        for name, tensor in tensors
    }


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
        units = biases.size
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
