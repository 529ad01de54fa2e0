"""The network as a diagram: which units are drawn, in columns, and weights as lines between them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np

from mnistlab.figures.html_figure import Marks, Sketch

Position = TypeVar("Position", float, np.ndarray)  # one or many

SAMPLE = 14  # units drawn of a layer with more
HEIGHT = 460  # px
# Up to which share of the strongest line between two layers, how wide, how opaque.
STRENGTHS = ((0.25, 0.6, 0.14), (0.6, 1.1, 0.4), (1.0, 2.0, 0.9))
LEFT, RIGHT = 0.05, 0.93  # where the first and the last layer stand
MIDDLE, REACH = 0.525, 0.4  # of the heights, and how far units stand from it


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


def draw_network(params: Sequence) -> Sketch:
    """Return the network as a diagram; hovering over a line gives its weight, over a unit its bias.

    Args:
        params: Layers with weights (n_out, n_in) and biases (n_out,), first to last.
    """
    matrices = [np.asarray(layer.weights) for layer in params]
    widths = [matrices[0].shape[1], *(len(matrix) for matrix in matrices)]
    columns = [drawn_units(width, SAMPLE) for width in widths]
    edges = drawn_edges(matrices, columns)
    ends = ends_of(edges, len(widths))
    biases = [None, *(np.asarray(layer.biases) for layer in params)]
    markup = (
        f'<div class="wires" style="height:{HEIGHT}px">{wires(edges, ends)}{captions(columns)}'
        f"{units(columns, biases)}{gap_marks(columns)}{output_names(columns)}</div>{sampled(columns)}"
    )
    shape = "-".join(map(str, widths))
    alt = f"The network {shape} as a diagram; lines are colored by the sign of their weight."
    return Sketch(markup, alt=alt, marks=Marks(ends, [line_text(*edge) for edge in edges_of(edges)]))


def across(level: Position, count: int) -> Position:
    """Return where a layer stands, 0..1 from the left."""
    return LEFT + (RIGHT - LEFT) * level / (count - 1)


def down(height: Position) -> Position:
    """Return how far from the top something stands, 0..1."""
    return MIDDLE - REACH * height


def ends_of(edges: Edges, count: int) -> np.ndarray:
    """Return both ends of each line, (n, 4)."""
    lefts, rights = across(edges.levels, count), across(edges.levels + 1, count)
    return np.stack([lefts, down(edges.starts), rights, down(edges.ends)], axis=1)


def wires(edges: Edges, ends: np.ndarray) -> str:
    """Return the lines as a path for each strength and sign, and one for the line that is hovered over."""
    paths, weaker = [], -1.0
    for upto, width, opacity in STRENGTHS:
        for kind in ("negative", "positive"):
            picked = (
                (edges.shares > weaker)
                & (edges.shares <= upto)
                & ((edges.weights < 0) == (kind == "negative"))
            )
            strokes = "".join(
                f"M{a} {b}L{c} {d}" for a, b, c, d in np.round(1000 * ends[picked]).astype(int).tolist()
            )
            paths.append(f'<path class="{kind}" stroke-width="{width}" opacity="{opacity}" d="{strokes}"/>')
        weaker = upto
    return (
        f'<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">{"".join(paths)}'
        '<path class="hovered"/></svg>'
    )


def edges_of(edges: Edges):
    """Yield layer, target, source and weight of each line."""
    return zip(
        edges.levels.tolist(),
        edges.targets.tolist(),
        edges.sources.tolist(),
        edges.weights.tolist(),
        strict=True,
    )


def line_text(level: int, target: int, source: int, weight: float) -> str:
    """Return what hovering over a line says."""
    return f"layer {level + 1}, to unit {target} from {kind(level)} {source}\nweight {signed(weight)}"


def units(columns: Sequence[Column], biases: Sequence) -> str:
    """Return all units as circles."""
    return "".join(
        f'<i style="{at(across(level, len(columns)), down(height))}" '
        f'data-says="{unit_text(level, unit, biases)}"></i>'
        for level, column in enumerate(columns)
        for unit, height in zip(column.units.tolist(), column.heights.tolist(), strict=True)
    )


def unit_text(level: int, unit: int, biases: Sequence) -> str:
    """Return what hovering over a unit says: its number and, where it has one, its bias."""
    bias = "" if level == 0 else f"\nbias {signed(float(biases[level][unit]))}"
    return f"{kind(level)} {unit}{bias}"


def signed(value: float) -> str:
    """Return a weight or a bias with its sign."""
    return f"{value:+.6f}".replace("-", "−")


def kind(level: int) -> str:
    """Return what stands in a column."""
    return "pixel" if level == 0 else "unit"


def at(x: float, y: float) -> str:
    """Return the style that places something."""
    return f"left:{100 * x:.3f}%;top:{100 * y:.3f}%"


def text(words: str, x: float, y: float, more: str = "") -> str:
    """Return words around a place."""
    return f'<div class="text" style="{at(x, y)};{more}">{words}</div>'


def captions(columns: Sequence[Column]) -> str:
    """Return the width of each layer above it."""
    return "".join(
        text(
            f"<b>{column.width:,}</b><br>{layer_name(level, len(columns))}", across(level, len(columns)), 0.05
        )
        for level, column in enumerate(columns)
    )


def sampled(columns: Sequence[Column]) -> str:
    """Return how many units of a large layer are drawn."""
    drawn = [len(column.units) for column in columns if column.gap is not None]
    return (
        f'<div class="muted">Of layers with more units, {max(drawn)} are drawn, evenly spaced.</div>'
        if drawn
        else ""
    )


def layer_name(level: int, count: int) -> str:
    """Return the name of a layer, short where many stand side by side."""
    if level == 0:
        return "input"
    if level == count - 1:
        return "output"
    return f"hidden {level}" if count < 6 else f"h{level}"


def output_names(columns: Sequence[Column]) -> str:
    """Return the digits beside the outputs."""
    last = columns[-1]
    return "".join(
        text(str(unit), RIGHT, down(height), "margin-left:16px")
        for unit, height in zip(last.units.tolist(), last.heights.tolist(), strict=True)
    )


def gap_marks(columns: Sequence[Column]) -> str:
    """Return a mark in each gap for the units that are left out."""
    return "".join(
        text("⋮", across(level, len(columns)), down(column.gap), "font-size:1rem")
        for level, column in enumerate(columns)
        if column.gap is not None
    )


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
