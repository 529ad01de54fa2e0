"""A set of digits as a whole: how many of each, what they have in common, which are near each other."""

from typing import NamedTuple

import numpy as np

from mnistlab.config import NUM_CLASSES

CHUNK = 4_096  # images looked at together; wider numbers than bytes never exist for all of them at once
BLOCK = 2  # pixels; digits are compared block by block first


class ClassPictures(NamedTuple):
    """Two pictures for each digit; NaN for a digit without images."""

    means: np.ndarray  # (10, 28, 28), 0..255
    spreads: np.ndarray  # (10, 28, 28), standard deviation of each pixel


class Blocks(NamedTuple):
    """What is made once to find neighbors fast: images as the means of their blocks of 2 x 2 pixels."""

    means: np.ndarray  # (n, 196) float32
    block_norms: np.ndarray  # (n,) float32, sums of the squares of the means
    pixel_norms: np.ndarray  # (n,) float32, sums of the squares of the pixels


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


def blocks_of(images: np.ndarray) -> Blocks:
    """Return images, uint8 (n, 28, 28), as the means of their blocks."""
    n, height, width = images.shape
    means = np.empty((n, height // BLOCK * (width // BLOCK)), np.float32)
    pixel_norms = np.empty(n, np.float32)
    for start in range(0, n, CHUNK):
        part = images[start : start + CHUNK].astype(np.float32)
        across = part[:, :, ::BLOCK] + part[:, :, 1::BLOCK]
        means[start : start + CHUNK] = (across[:, ::BLOCK] + across[:, 1::BLOCK]).reshape(len(part), -1)
        pixel_norms[start : start + CHUNK] = np.einsum("nij,nij->n", part, part)
    means /= BLOCK**2
    return Blocks(means, np.einsum("nb,nb->n", means, means), pixel_norms)


def nearest(
    image: np.ndarray, images: np.ndarray, count: int = 5, blocks: Blocks | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the images that differ least from one image, the nearest first.

    The mean square of some differences is no less than the square of their mean, so two images are at least
    as far apart as their blocks: only those whose blocks are near are compared pixel by pixel. The result is
    that of comparing all.

    Args:
        image: uint8, (28, 28).
        images: uint8, (n, 28, 28).
        count: How many to find.
        blocks: `blocks_of(images)`, where it is at hand.

    Returns:
        Indices into `images`, (min(count, n),), and distances, the root of the sum of squared differences in
        gray levels, (min(count, n),).
    """
    blocks = blocks or blocks_of(images)
    own = blocks_of(image[None])
    bounds = BLOCK**2 * (blocks.block_norms - 2 * (blocks.means @ own.means[0]) + own.block_norms[0])
    count = min(count, len(images))
    likely = np.argpartition(bounds, count - 1)[:count]
    rounding = 1e-5 * float(own.pixel_norms[0] + blocks.pixel_norms.max())
    within = exact_squares(image, images[likely]).max() + rounding
    possible = np.flatnonzero(bounds <= within)
    squares = rounded_squares(own.pixel_norms[0], image, blocks.pixel_norms, images, possible)
    possible = possible[squares <= within]
    squares = exact_squares(image, images[possible])
    first = np.argsort(squares, kind="stable")[:count]
    return possible[first], np.sqrt(squares[first])


def rounded_squares(
    norm: float, image: np.ndarray, norms: np.ndarray, images: np.ndarray, chosen: np.ndarray
) -> np.ndarray:
    """Return |x|² - 2 x·y + |y|² for some images y, in float32: fast enough for all of them."""
    flat = image.reshape(-1).astype(np.float32)
    products = [
        images[chosen[start : start + CHUNK]].reshape(-1, flat.size).astype(np.float32) @ flat
        for start in range(0, len(chosen), CHUNK)
    ]
    return norm - 2 * np.concatenate(products) + norms[chosen]


def exact_squares(image: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return the sum of squared differences between one image and each of some, (n,) int64."""
    differences = images.reshape(len(images), -1).astype(np.int32) - image.reshape(-1)
    return (differences * differences).sum(axis=1, dtype=np.int64)
