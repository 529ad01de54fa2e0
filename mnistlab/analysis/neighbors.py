"""Which images of a set are nearest to one image: exactly, and without comparing it with all of them."""

from typing import NamedTuple

import numpy as np

CHUNK = 4_096  # images looked at together; wider numbers than bytes never exist for all of them at once
SAMPLE = 5_000  # images that the axes are fitted to
NUM_AXES = 48  # with these, some hundred of 60,000 digits are left to be compared pixel by pixel


class Shadows(NamedTuple):
    """What is made once to find neighbors fast: the shadows that images cast on a few axes.

    axes: (pixels, 48) float32, at right angles to each other and of length 1.
    shadows: (n, 48) float32.
    shadow_norms: (n,) float32, sums of the squares of the shadows.
    pixel_norms: (n,) float32, sums of the squares of the pixels.
    """

    axes: np.ndarray
    shadows: np.ndarray
    shadow_norms: np.ndarray
    pixel_norms: np.ndarray


def shadows_of(images: np.ndarray) -> Shadows:
    """Return the shadows of images, uint8 (n, 28, 28), on the axes along which they differ most."""
    flat = images.reshape(len(images), -1)
    sample = flat[:SAMPLE].astype(np.float32)
    _, directions = np.linalg.eigh(sample.T @ sample)  # the eigenvalues ascend
    axes = np.ascontiguousarray(directions[:, -NUM_AXES:], np.float32)
    shadows, pixel_norms = np.empty((len(flat), NUM_AXES), np.float32), np.empty(len(flat), np.float32)
    for start in range(0, len(flat), CHUNK):
        part = flat[start : start + CHUNK].astype(np.float32)
        shadows[start : start + CHUNK] = part @ axes
        pixel_norms[start : start + CHUNK] = np.einsum("np,np->n", part, part)
    return Shadows(axes, shadows, np.einsum("na,na->n", shadows, shadows), pixel_norms)


def nearest(
    image: np.ndarray, images: np.ndarray, count: int = 5, known: Shadows | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the images that differ least from one image, the nearest first.

    No shadow is longer than what casts it, so two images are at least as far apart as their shadows: only
    those whose shadows are near are compared pixel by pixel. The result is that of comparing all.

    Args:
        image: uint8, (28, 28).
        images: uint8, (n, 28, 28).
        count: How many to find.
        known: `shadows_of(images)`, where they are at hand.

    Returns:
        Indices into `images`, (min(count, n),), and distances, the root of the sum of squared differences in
        gray levels, (min(count, n),).
    """
    known = known or shadows_of(images)
    flat = image.reshape(-1).astype(np.float32)
    shadow, norm = flat @ known.axes, flat @ flat
    bounds = known.shadow_norms - 2 * (known.shadows @ shadow) + shadow @ shadow
    count = min(count, len(images))
    likely = np.argpartition(bounds, count - 1)[:count]
    rounding = 1e-5 * float(norm + known.pixel_norms.max())
    within = exact_squares(image, images[likely]).max() + rounding
    possible = np.flatnonzero(bounds <= within)
    squares = norm - 2 * products(flat, images, possible) + known.pixel_norms[possible]
    possible = possible[squares <= within]
    squares = exact_squares(image, images[possible])
    first = np.argsort(squares, kind="stable")[:count]
    return possible[first], np.sqrt(squares[first])


def products(flat: np.ndarray, images: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return x·y for some images y, in float32: fast enough for all of them."""
    return np.concatenate([
        images[chosen[start : start + CHUNK]].reshape(-1, flat.size).astype(np.float32) @ flat
        for start in range(0, len(chosen), CHUNK)
    ])  # fmt: skip


def exact_squares(image: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return the sum of squared differences between one image and each of some, (n,) int64."""
    differences = images.reshape(len(images), -1).astype(np.int32) - image.reshape(-1)
    return (differences * differences).sum(axis=1, dtype=np.int64)
