"""The strokes of hand-written digits, several forms of each, and the smooth curve through their points.

The points were set down by hand, from how digits are taught and written. No pixel of any data set went into
them; a look at MNIST's training part showed which forms were still missing. The curve through the points of a
template is a matrix: a digit written differently is a product.

Source: E. Catmull, R. Rom, A class of local interpolating splines, 1974.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

DOTS = 128  # a digit's strokes are a string of so many dots
REACH = 0.3  # heights of the digit along the stroke; within it a hand strays to the same side


class Template(NamedTuple):
    """One form of a digit.

    name: What tells this form from the others.
    share: How often it is written, relative to the other forms of the digit.
    strokes: The strokes in the order of writing; the points (k, 2) of each are x and y in a square of side 1,
        y down. The pen passes through all of them on a smooth curve; a point given twice is a corner.
    """

    name: str
    share: float
    strokes: tuple[np.ndarray, ...]


def read_templates(text: str) -> dict[int, tuple[Template, ...]]:
    """Return the forms of each digit, as strokes.txt has them; its first lines say how it is written."""
    templates: dict[int, tuple[Template, ...]] = {digit: () for digit in range(10)}
    for line in text.splitlines():
        if not line.startswith("#"):
            digit, form, share, points = line.split("; ")
            template = Template(f"{digit} {form}", float(share), tuple(map(stroke_from, points.split("|"))))
            templates[int(digit)] += (template,)
    return templates


def stroke_from(points: str) -> np.ndarray:
    """Return the points (k, 2) of a stroke."""
    return np.array([pair.split(",") for pair in points.split()], np.float64) / 100


TEMPLATES = read_templates(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8"))


class Basis(NamedTuple):
    """How the dots of a template follow from its control points.

    points: (u, 2), without repetitions.
    stroke_of_point: (u,)
    wander: (u, u); wander @ normal random numbers varies smoothly along a stroke, with standard deviation 1.
    curve, polygon: (DOTS, u); the dots are curve @ points, smooth, or polygon @ points, angular.
    stroke_of_dot: (DOTS,)
    """

    points: np.ndarray
    stroke_of_point: np.ndarray
    wander: np.ndarray
    curve: np.ndarray
    polygon: np.ndarray
    stroke_of_dot: np.ndarray


def basis(template: Template) -> Basis:
    """Return the maps from the control points of a template to its dots, spread evenly over the strokes."""
    lengths = np.array([_travelled(stroke)[-1] for stroke in template.strokes])
    counts = np.rint(DOTS * lengths / lengths.sum()).astype(int)
    counts[0] += DOTS - counts.sum()
    parts = [_stroke_basis(stroke, count) for stroke, count in zip(template.strokes, counts, strict=True)]
    points, wanders, curves, polygons = zip(*parts, strict=True)
    strokes = np.arange(len(parts))
    return Basis(
        np.concatenate(points),
        np.repeat(strokes, [len(own) for own in points]),
        _block_diagonal(wanders),
        _block_diagonal(curves),
        _block_diagonal(polygons),
        np.repeat(strokes, counts),
    )


def _stroke_basis(stroke: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the distinct points of one stroke, (u, 2), and its wander, curve and polygon for count dots."""
    travelled = _travelled(stroke)
    distinct = np.r_[True, np.diff(travelled) > 0]
    one = np.eye(distinct.sum())[np.cumsum(distinct) - 1]  # (points, u)
    at = np.linspace(0, travelled[-1], count)
    piece = np.searchsorted(travelled[1:-1], at, side="right")
    t = ((at - travelled[piece]) / (travelled[piece + 1] - travelled[piece]))[:, None]
    padded = np.concatenate([2 * one[:1] - one[1:2], one, 2 * one[-1:] - one[-2:-1]])
    before, start, end, after = (padded[piece + i] for i in range(4))
    quadratic = 2 * before - 5 * start + 4 * end - after
    cubic = 3 * (start - end) + after - before
    curve = start + t / 2 * (end - before + t * (quadratic + t * cubic))
    return stroke[distinct], _wander(travelled[distinct]), curve, (1 - t) * start + t * end


def _wander(travelled: np.ndarray) -> np.ndarray:
    """Return a square root of the covariance of points at these places along a stroke, (u, u)."""
    apart = travelled[:, None] - travelled
    covariance = np.exp(-0.5 * (apart / REACH) ** 2) + 1e-9 * np.eye(len(travelled))
    return np.linalg.cholesky(covariance)


def _travelled(stroke: np.ndarray) -> np.ndarray:
    """Return the length of the way from the first point of a stroke, (k, 2), to each, (k,)."""
    return np.r_[0, np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))]


def _block_diagonal(blocks: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return the matrix with the blocks along its diagonal and zeros elsewhere."""
    ends = np.cumsum([block.shape for block in blocks], axis=0)
    whole = np.zeros(ends[-1])
    for block, (row, column) in zip(blocks, ends, strict=True):
        whole[row - block.shape[0] : row, column - block.shape[1] : column] = block
    return whole
