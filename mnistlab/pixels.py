"""The one place where stored pixels become the numbers that a network is fed."""

import numpy as np

SCALINGS = {"raw": 1.0, "unit": 255.0}  # what a pixel of 0..255 is divided by


def network_inputs(images: np.ndarray, scaling: str) -> np.ndarray:
    """Return images as rows of numbers.

    Args:
        images: uint8, (..., 28, 28).
        scaling: "raw" leaves 0..255, "unit" divides by 255.

    Returns:
        float32, (..., 784), writable and not shared with the images.
    """
    inputs = images.reshape(*images.shape[:-2], -1).astype(np.float32)
    if SCALINGS[scaling] != 1.0:
        inputs /= SCALINGS[scaling]
    return inputs
