"""The network as a diagram: which units are drawn, in columns, and weights as lines between them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mnistlab.figures.html_figure import Marks, Sketch

SAMPLE = 14  # units drawn of a layer with more
HEIGHT = 460  # px
# Up to which share of the strongest line between two layers, how wide, how opaque.
STRENGTHS = ((0.25, 0.6, 0.14), (0.6, 1.1, 0.4), (1.0, 2.0, 0.9))
LEFT, RIGHT = 0.05, 0.93  # where the first and the last layer stand
MIDDLE, REACH = 0.525, 0.4  # of the heights, and how far units stand from it
CAPTIONS = 0.05  # from the top


class Column(NamedTuple):
    """The units of a layer that are drawn; places are shares of the figure from its upper left corner."""

    x: float
    units: np.ndarray  # their numbers, (n,)
    ys: np.ndarray  # where they stand, (n,)
    width: int  # units in the layer
    gap: float | None  # where a mark stands for the units that are left out


class Edges(NamedTuple):
    """The lines of the whole diagram, one entry for each."""

    ends: np.ndarray  # x and y of both ends, (n, 4)
    weights: np.ndarray
    shares: np.ndarray  # |weight| of the strongest line between the same two layers


def draw_network(params: Sequence) -> Sketch:
    """Return the network as a diagram; hovering over a line gives its weight, over a unit its bias.

    Args:
        params: Layers with weights (n_out, n_in) and biases (n_out,), first to last.
    """
    matrices = [np.asarray(layer.weights) for layer in params]
    widths = [matrices[0].shape[1], *(len(matrix) for matrix in matrices)]
    places = LEFT + (RIGHT - LEFT) * np.arange(len(widths)) / len(matrices)
    columns = [drawn_units(width, x) for width, x in zip(widths, places.tolist(), strict=True)]
    edges, says = drawn_edges(matrices, columns)
    biases = [None, *(np.asarray(layer.biases) for layer in params)]
    layers = "".join(
        column_markup(level, column, len(columns), own)
        for level, (column, own) in enumerate(zip(columns, biases, strict=True))
    )
    drawn = f"{wires(edges)}{layers}{output_names(columns[-1])}"
    markup = f'<div class="wires" style="height:{HEIGHT}px">{drawn}</div>'
    if max(widths) > SAMPLE:
        markup += f'<div class="muted">Of layers with more units, {SAMPLE} are drawn, evenly spaced.</div>'
    shape = "-".join(map(str, widths))
    alt = f"The network {shape} as a diagram; lines are colored by the sign of their weight."
    return Sketch(markup, alt=alt, marks=Marks(edges.ends, says))


def drawn_units(width: int, x: float) -> Column:
    """Return which units of a layer are drawn, and where: all of them, or some evenly spaced."""
    if width <= SAMPLE:
        reach = min(1.0, 0.14 * (width - 1))
        return Column(x, np.arange(width), MIDDLE - REACH * np.linspace(reach, -reach, width), width, None)
    units = ((np.arange(SAMPLE) + 0.5) * width / SAMPLE).astype(int)
    ys = MIDDLE - REACH * np.linspace(1, -1, SAMPLE + 1)
    middle = (SAMPLE + 1) // 2
    return Column(x, units, np.delete(ys, middle), width, float(ys[middle]))


def drawn_edges(matrices: Sequence[np.ndarray], columns: Sequence[Column]) -> tuple[Edges, list[str]]:
    """Return the lines between the units that are drawn, and what hovering over each says."""
    parts, says = [], []
    for level, (matrix, (before, after)) in enumerate(zip(matrices, pairwise(columns), strict=True)):
        chosen = matrix[np.ix_(after.units, before.units)]
        rows, cols = np.indices(chosen.shape).reshape(2, -1)
        ends = np.broadcast_arrays(before.x, before.ys[cols], after.x, after.ys[rows])
        weights = chosen.ravel()
        strongest = float(np.abs(weights).max(initial=0.0)) or 1.0
        parts.append(Edges(np.stack(ends, axis=1), weights, np.abs(weights) / strongest))
        lines = zip(after.units[rows].tolist(), before.units[cols].tolist(), weights.tolist(), strict=True)
        says += [
            f"layer {level + 1}, to unit {target} from {kind(level)} {source}\nweight {signed(weight)}"
            for target, source, weight in lines
        ]
    return Edges(*map(np.concatenate, zip(*parts, strict=True))), says


def wires(edges: Edges) -> str:
    """Return the lines as a path for each strength and sign, and one for the line that is hovered over."""
    paths, weaker = [], -1.0
    for upto, width, opacity in STRENGTHS:
        strength = (edges.shares > weaker) & (edges.shares <= upto)
        for sign, own in (("negative", edges.weights < 0), ("positive", edges.weights >= 0)):
            ends = np.round(1000 * edges.ends[strength & own]).astype(int)
            strokes = "".join(f"M{a} {b}L{c} {d}" for a, b, c, d in ends.tolist())
            paths.append(f'<path class="{sign}" stroke-width="{width}" opacity="{opacity}" d="{strokes}"/>')
        weaker = upto
    return (
        f'<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">{"".join(paths)}'
        '<path class="hovered"/></svg>'
    )


def column_markup(level: int, column: Column, count: int, biases: np.ndarray | None) -> str:
    """Return a layer: its width and name, its units as circles, and a mark for those that are left out."""
    units = "".join(
        f'<i style="{at(column.x, y)}" data-says="{unit_text(level, unit, biases)}"></i>'
        for unit, y in zip(column.units.tolist(), column.ys.tolist(), strict=True)
    )
    gap = "" if column.gap is None else text("⋮", column.x, column.gap, "font-size:1rem")
    caption = text(f"<b>{column.width:,}</b><br>{layer_name(level, count)}", column.x, CAPTIONS)
    return f"{caption}{units}{gap}"


def unit_text(level: int, unit: int, biases: np.ndarray | None) -> str:
    """Return what hovering over a unit says: its number and, where it has one, its bias."""
    return f"{kind(level)} {unit}" + ("" if biases is None else f"\nbias {signed(float(biases[unit]))}")


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


def layer_name(level: int, count: int) -> str:
    """Return the name of a layer, short where many stand side by side."""
    if level == 0:
        return "input"
    if level == count - 1:
        return "output"
    return f"hidden {level}" if count < 6 else f"h{level}"


def output_names(last: Column) -> str:
    """Return the digits beside the outputs."""
    return "".join(
        text(str(unit), RIGHT, y, "margin-left:16px")
        for unit, y in zip(last.units.tolist(), last.ys.tolist(), strict=True)
    )
