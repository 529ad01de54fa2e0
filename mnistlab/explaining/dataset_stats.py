"""A set of digits as a whole: how many of each, and what they have in common."""

from typing import NamedTuple

import numpy as np

from mnistlab.config import NUM_CLASSES

CHUNK = 4_096  # images looked at together; wider numbers than bytes never exist for all of them at once


class ClassPictures(NamedTuple):
    """Two pictures for each digit; NaN for a digit without images."""

    means: np.ndarray  # (10, 28, 28), 0..255
    spreads: np.ndarray  # (10, 28, 28), standard deviation of each pixel


def digit_counts(labels: np.ndarray) -> np.ndarray:
    """Return how many images there are of each digit, (10,)."""
    return np.bincount(labels, minlength=NUM_CLASSES)


def class_pictures(images: np.ndarray, labels: np.ndarray) -> ClassPictures:
    """Return mean and standard deviation of each pixel over the images of each digit.

    Args:
        images: uint8, (n, 28, 28).
        labels: (n,).
    """
    counts = digit_counts(labels).reshape(-1, 1, 1)
    shape = (NUM_CLASSES, *images.shape[1:])
    sums, squares = np.zeros(shape, np.float64), np.zeros(shape, np.float64)
    for start in range(0, len(images), CHUNK):
        part, of = images[start : start + CHUNK].astype(np.float32), labels[start : start + CHUNK]
        for digit in range(NUM_CLASSES):
            own = part[of == digit]
            sums[digit] += own.sum(axis=0)
            squares[digit] += np.einsum("nij,nij->ij", own, own)
    with np.errstate(invalid="ignore"):
        means = sums / counts
        return ClassPictures(means, np.sqrt(np.maximum(squares / counts - means**2, 0)))


def pixel_counts(images: np.ndarray) -> np.ndarray:
    """Return how often each value 0..255 stands in the images, (256,)."""
    parts = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
    return sum((np.bincount(part.ravel(), minlength=256) for part in parts), np.zeros(256, int))
