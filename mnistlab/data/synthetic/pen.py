"""Write a stroke template as a person would: never twice the same, with a pen of some width and pressure."""

from typing import NamedTuple

import numpy as np

from mnistlab.data.framing import BOX
from mnistlab.data.synthetic.strokes import DOTS, Basis

CANVAS = 44  # pixels; CANVAS x CANVAS x DOTS stays below the size at which OpenBLAS starts its threads
DIGIT = 40  # pixels along the longer side of a digit on the canvas, twice MNIST's
SPREAD = 0.5  # of a dot of ink, as a share of the pen's radius
FARTHEST = np.float32(36)  # exp(-36) of a dot is nothing, and its square still a normal float32

# How much handwriting varies. Standard deviations, in heights of the digit unless said.
# All but HARD, HARDNESS, TREMOR and POINT were tuned on MNIST's training part, never its test part, so that a
# network taught by these digits reads it well and learns them in the notebook's ten epochs.
POINT = 0.015  # each control point, by itself
WANDER = 0.044  # of the hand along a stroke; neighboring points go together
STROKE = 0.02  # a whole stroke against the others
SLOPPINESS = 0.28  # of the logarithm of the factor by which one image exceeds these
HARD = 0.03  # share of images that are sloppier still
HARDNESS = 1.8  # by this factor
ROUNDNESS = 0.17  # share by which curves are flattened (or bulged) between the control points
SLANT = 0.22  # x per y
MEAN_SLANT = 0.1
ROTATION = 0.08  # radians
ASPECT = 0.2  # of the logarithm of width by height
BEND = 0.14  # quadratic and cubic warps of the whole digit
TREMOR = 0.008
WIDTH = 2.3  # of the pen, in MNIST's pixels, at the middle
WIDTH_SPREAD = 0.25  # of its logarithm
PRESSURE = 0.17  # slow changes of the width along the strokes, as a share
NIB = 0.10  # change of the width with the direction, as a share


class Writing(NamedTuple):
    """Strokes of n digits as dots: points (n, DOTS, 2) in heights, y down; width (n, DOTS) relative."""

    points: np.ndarray
    width: np.ndarray


def written(form: Basis, count: int, rng: np.random.Generator) -> Writing:
    """Return a form of a digit written count times."""
    slop = np.exp(SLOPPINESS * rng.standard_normal(count))
    slop *= np.where(rng.random(count) < HARD, HARDNESS, 1)
    slop = slop[:, None, None]
    jitter, wandering = rng.standard_normal((2, count, *form.points.shape))
    points = form.points + slop * (POINT * jitter + WANDER * (form.wander @ wandering))
    by_stroke = rng.standard_normal((count, form.stroke_of_point[-1] + 1, 2))
    points += slop * STROKE * by_stroke[:, form.stroke_of_point]
    flatness = ROUNDNESS * rng.standard_normal((count, 1, 1))
    dots = (1 - flatness) * (form.curve @ points) + flatness * (form.polygon @ points)
    dots = _styled(dots - 0.5, slop, rng)
    return Writing(dots, _pressed(dots, form.stroke_of_dot, rng))


def _styled(dots: np.ndarray, slop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return dots (n, DOTS, 2) around the origin, warped, stretched, slanted and turned."""
    n = len(dots)
    x, y = dots[..., 0], dots[..., 1]
    terms = np.stack([x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3], axis=-1)  # (n, DOTS, 7)
    dots = dots + slop * BEND * (terms @ rng.standard_normal((n, 7, 2)))
    wave = (
        2 * np.pi * (rng.uniform(2, 7, (n, 1, 2)) * np.linspace(0, 1, DOTS)[:, None] + rng.random((n, 1, 2)))
    )
    dots += slop * TREMOR * np.sin(wave)
    x = dots[..., 0] * np.exp(ASPECT * rng.standard_normal((n, 1)))
    y = dots[..., 1]
    x = x - (MEAN_SLANT + SLANT * rng.standard_normal((n, 1))) * y
    turn = ROTATION * rng.standard_normal((n, 1))
    return np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], axis=-1)


def _pressed(dots: np.ndarray, stroke: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the width of the line at each dot, (n, DOTS), 1 on average."""
    n = len(dots)
    wave = 2 * np.pi * (rng.uniform(0.3, 2.5, (n, 1)) * np.linspace(0, 1, DOTS) + rng.random((n, 1)))
    step = np.gradient(dots, axis=1)
    direction = np.arctan2(step[..., 1], step[..., 0]) + np.pi * rng.random((n, 1))
    width = 1 + PRESSURE * np.abs(rng.standard_normal((n, 1))) * np.sin(wave)
    width *= 1 + NIB * rng.standard_normal((n, 1)) * np.cos(2 * direction)
    return np.clip(width, 0.5, 1.6)


def inked(writing: Writing, pen: np.ndarray, stroke: np.ndarray) -> np.ndarray:
    """Return the ink of n digits, float32 (n, CANVAS, CANVAS) in 0..1.

    Each dot of ink spreads as a Gaussian; where their sum exceeds a threshold, there is ink. A Gaussian is
    one in x times one in y, so the sum over the dots is a matrix product.

    Args:
        writing: The strokes of n digits.
        pen: Width of the pen in MNIST's pixels, (n,).
        stroke: Index of the stroke of each dot, (DOTS,).
    """
    low, high = writing.points.min(axis=1), writing.points.max(axis=1)  # (n, 2)
    radius = (pen * DIGIT / BOX / 2)[:, None]
    scale = (DIGIT - 2 * radius) / (high - low).max(axis=1, keepdims=True)
    dots = (writing.points - (low + high)[:, None] / 2) * scale[..., None] + CANVAS / 2
    sharpness = 1 / (2 * (SPREAD * radius) ** 2)
    step = np.linalg.norm(np.diff(dots, axis=1), axis=2) * (np.diff(stroke) == 0)  # (n, DOTS - 1)
    length = (np.pad(step, ((0, 0), (1, 0))) + np.pad(step, ((0, 0), (0, 1)))) / 2
    # A straight line of such dots has the density exp(sharpness * (width**2 * radius**2 - distance**2)).
    weight = length * np.sqrt(sharpness / np.pi) * np.exp(sharpness * radius**2 * (writing.width**2 - 1))
    density = _density(dots.astype(np.float32), weight.astype(np.float32), sharpness.astype(np.float32))
    distance = np.sqrt(np.maximum(0, -np.log(np.maximum(density, 1e-30))) / sharpness[..., None])
    return np.clip(radius[..., None] - distance + 0.5, 0, 1).astype(np.float32)


def _density(dots: np.ndarray, weight: np.ndarray, sharpness: np.ndarray) -> np.ndarray:
    """Return the sum over the dots of weight * exp(-sharpness * distance**2), (n, CANVAS, CANVAS).

    Far from a dot a trace is left that no rounding shows: the true values are so close to zero that a
    processor takes many times as long to multiply them.
    """
    pixel = np.arange(CANVAS, dtype=np.float32) + np.float32(0.5)
    squares = (sharpness[..., None] * (dots[..., i, None] - pixel) ** 2 for i in (0, 1))
    across, down = (np.exp(-np.minimum(square, FARTHEST)) for square in squares)
    return (down * weight[..., None]).transpose(0, 2, 1) @ across
