"""Which images of a set are nearest to one image: exactly, and without comparing it with all of them."""

from typing import NamedTuple

import numpy as np

CHUNK = 4_096  # images looked at together; wider numbers than bytes never exist for all of them at once
SAMPLE = 5_000  # images that the axes are fitted to
NUM_AXES = 48  # with these, some hundred of 60,000 digits are left to be compared pixel by pixel


class Projections(NamedTuple):
    """What is made once to find neighbors fast: images projected on a few principal axes.

    axes: (pixels, 48) float32, orthonormal.
    projected: (n, 48) float32.
    projected_norms: (n,) float32, sums of the squares of the projections.
    pixel_norms: (n,) float32, sums of the squares of the pixels.
    """

    axes: np.ndarray
    projected: np.ndarray
    projected_norms: np.ndarray
    pixel_norms: np.ndarray


def projections_of(images: np.ndarray) -> Projections:
    """Project images, uint8 (n, 28, 28), on the axes along which they differ most."""
    flat = images.reshape(len(images), -1)
    sample = flat[:SAMPLE].astype(np.float32)
    _, directions = np.linalg.eigh(sample.T @ sample)  # the eigenvalues ascend
    axes = np.ascontiguousarray(directions[:, -NUM_AXES:], np.float32)
    projected, pixel_norms = np.empty((len(flat), NUM_AXES), np.float32), np.empty(len(flat), np.float32)
    for start in range(0, len(flat), CHUNK):
        part = flat[start : start + CHUNK].astype(np.float32)
        projected[start : start + CHUNK] = part @ axes
        pixel_norms[start : start + CHUNK] = np.einsum("np,np->n", part, part)
    return Projections(axes, projected, np.einsum("na,na->n", projected, projected), pixel_norms)


def nearest(
    image: np.ndarray, images: np.ndarray, count: int = 5, known: Projections | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the images that differ least from one image, the nearest first.

    A projection never increases a distance, so the distance of two projections is a lower bound: only
    images for which it is small are compared pixel by pixel. The result is that of comparing all.

    Args:
        image: uint8, (28, 28).
        images: uint8, (n, 28, 28).
        count: How many to find.
        known: `projections_of(images)`, where they are at hand.

    Returns:
        Indices into `images`, (min(count, n),), and distances, the root of the sum of squared differences in
        gray levels, (min(count, n),).
    """
    known = known or projections_of(images)
    flat = image.reshape(-1).astype(np.float32)
    own, norm = flat @ known.axes, flat @ flat
    bounds = known.projected_norms - 2 * (known.projected @ own) + own @ own
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
