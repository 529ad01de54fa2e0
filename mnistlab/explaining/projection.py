"""Digits as points in a plane: the two directions in which a sample of them differs most."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

FULL_INK = 255.0
AMONG = 10  # directions that are followed to find two
ROUNDS = 12  # multiplications; the first two are then right to float32


class Projection(NamedTuple):
    """A sample of images, seen from the side on which it is widest."""

    indices: np.ndarray  # (n,) of the images in their data set
    points: np.ndarray  # (n, 2)
    directions: np.ndarray  # (2, 28, 28), of length 1, perpendicular to each other
    shares: np.ndarray  # (2,) of the variance of all pixels that lies along each


def project(images: np.ndarray, sample: int = 800, seed: int = 123) -> Projection:
    """Return the first two principal components of a sample of images.

    With the mean image m, the rows x - m of the sample are U S V^T; the rows of V^T are the directions, and
    U S are the points.

    Args:
        images: uint8, (n, 28, 28).
        sample: How many of them, drawn at random.
        seed: Of the draw.

    Source: Pearson, On lines and planes of closest fit to systems of points in space, 1901.
    """
    size = min(sample, len(images))
    indices = np.sort(np.random.default_rng(seed).choice(len(images), size, replace=False))
    rows = jnp.asarray(images[indices].reshape(size, -1), jnp.float32) / FULL_INK
    rows = rows - rows.mean(axis=0)
    left, spreads, directions = widest(rows, seed)
    # A direction may be turned round: its largest pixel is made positive, so that the map never flips.
    largest = jnp.abs(directions).argmax(axis=1)
    signs = jnp.sign(directions[jnp.arange(2), largest])
    return Projection(
        indices,
        np.asarray(left * spreads * signs),
        np.asarray(directions * signs[:, None]).reshape(2, *images.shape[1:]),
        np.asarray(spreads**2 / (rows**2).sum()),
    )


def widest(rows: jnp.ndarray, seed: int) -> tuple[jnp.ndarray, jnp.ndarray, jnp.ndarray]:
    """Return the first two singular vectors and values of a matrix: left (n, 2), values (2,), right (2, m).

    The whole decomposition would find hundreds and take seconds. Some random directions, multiplied a few
    times by the matrix and its transpose, turn towards the widest ones; the decomposition is done among them.

    Source: Halko, Martinsson, Tropp, Finding structure with randomness, SIAM Review 2011.
    """
    span = jnp.asarray(np.random.default_rng(seed).standard_normal((rows.shape[1], AMONG)), jnp.float32)
    for _ in range(ROUNDS):
        span, _ = jnp.linalg.qr(rows.T @ (rows @ span))
    left, spreads, right = jnp.linalg.svd(rows @ span, full_matrices=False)
    return left[:, :2], spreads[:2], right[:2] @ span.T
