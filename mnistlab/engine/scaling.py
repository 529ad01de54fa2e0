"""The one place where stored pixels become the numbers that a network is fed."""

import math

import numpy as np

SCALINGS = {"raw": 1.0, "unit": 255.0}  # what a pixel of 0..255 is divided by
ALIGNMENT = 64  # bytes; a row of 784 float32 is 49 times that, so every row of an image is aligned too


def network_inputs(images: np.ndarray, scaling: str) -> np.ndarray:
    """Return images as rows of numbers.

    Args:
        images: uint8, (..., 28, 28).
        scaling: "raw" leaves 0..255, "unit" divides by 255.

    Returns:
        float32, (..., 784), writable and not shared with the images. JAX on a CPU computes with it where it
        is, so it must not be changed before what was computed is there.
    """
    inputs = aligned((*images.shape[:-2], math.prod(images.shape[-2:])))
    inputs[...] = images.reshape(inputs.shape)
    if SCALINGS[scaling] != 1.0:
        inputs /= SCALINGS[scaling]
    return inputs


def aligned(shape: tuple[int, ...]) -> np.ndarray:
    """Return a float32 array, not filled, that JAX need not copy: it begins at a multiple of 64 bytes."""
    size, spare = math.prod(shape), ALIGNMENT // 4
    memory = np.empty(size + spare, np.float32)
    first = -memory.ctypes.data % ALIGNMENT // 4
    return memory[first : first + size].reshape(shape)
