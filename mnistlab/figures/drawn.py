"""Which units and lines of a network are drawn, and where they stand."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np


class Column(NamedTuple):
    """The units of a layer that are drawn."""

    units: np.ndarray  # their numbers, (n,)
    heights: np.ndarray  # where they stand, -1..1, (n,)
    width: int  # units in the layer
    gap: float | None  # where a mark stands for the units that are left out


class Edges(NamedTuple):
    """The lines of the whole diagram, one entry for each."""

    levels: np.ndarray  # layer they come from, 0 for the pixels
    sources: np.ndarray  # number of the unit they come from
    targets: np.ndarray  # number of the unit they go to
    starts: np.ndarray  # height at the left end
    ends: np.ndarray  # height at the right end
    weights: np.ndarray
    shares: np.ndarray  # |weight| of the strongest line between the same two layers


def drawn_units(width: int, sample: int) -> Column:
    """Return which units of a layer are drawn, and where: all of them, or some evenly spaced."""
    if width <= sample:
        reach = min(1.0, 0.14 * (width - 1))
        return Column(np.arange(width), np.linspace(reach, -reach, width), width, None)
    units = ((np.arange(sample) + 0.5) * width / sample).astype(int)
    places = np.linspace(1, -1, sample + 1)
    middle = (sample + 1) // 2
    return Column(units, np.delete(places, middle), width, float(places[middle]))


def drawn_edges(matrices: Sequence[np.ndarray], columns: Sequence[Column]) -> Edges:
    """Return the lines between the units that are drawn."""
    parts = []
    for level, (matrix, (before, after)) in enumerate(zip(matrices, pairwise(columns), strict=True)):
        chosen = matrix[np.ix_(after.units, before.units)]
        rows, cols = (places.ravel() for places in np.indices(chosen.shape))
        strongest = float(np.abs(chosen).max(initial=0.0)) or 1.0
        ends = (before.units[cols], after.units[rows], before.heights[cols], after.heights[rows])
        parts.append((np.full(chosen.size, level), *ends, chosen.ravel(), np.abs(chosen).ravel() / strongest))
    return Edges(*(np.concatenate(field) for field in zip(*parts, strict=True)))
