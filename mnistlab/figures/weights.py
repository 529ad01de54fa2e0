"""What a layer has learned: its weights as images, and how they are spread."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from mnistlab.figures.digits import SIDE, picture_axes
from mnistlab.figures.ink import tiled
from mnistlab.figures.lines import layer_line
from mnistlab.figures.sheet import cells
from mnistlab.figures.template import DIVERGING, GRID, empty, framed, note, number

GAP = 2  # pixels between two images of weights
STEPS = 127  # levels of color on either side of zero; a byte for each weight keeps the page light
BINS = 61


def plot_weight_images(
    weights: ArrayLike, columns: int = 10, limit: int = 100, title: str = "", tile: int = 56
) -> go.Figure:
    """Return the weights of the first layer's units as images, all on one scale with zero in the middle.

    Args:
        weights: (n, 784), a row for each unit.
        columns: Images in a row.
        limit: Units shown at most; the figure says so.
        title: Above the images.
        tile: Height of one image in px where the page is wide enough.

    Returns:
        The figure; a click gives the number of the unit as customdata.
    """
    weights = np.asarray(weights)
    if not weights.size:
        return empty(title, "This layer has no units.")
    shown = weights[:limit]
    count, step = len(shown), SIDE + GAP
    columns = min(columns, count)
    rows = -(-count // columns)
    reach = reach_of(shown)
    levels = np.clip(np.round(shown / reach * STEPS), -STEPS, STEPS).astype(np.int8)
    sheet = tiled(levels.reshape(-1, SIDE, SIDE), columns, GAP)
    of = f" of {len(weights)}" if len(weights) > count else ""
    words = f"{count}{of} units. Colors from −{number(reach)} to {number(reach)}."
    says = [f"from {number(row.min())} to {number(row.max())}" for row in shown]
    click = cells(
        [unit % columns * step - 0.5 for unit in range(count)],
        [unit // columns * step - 0.5 for unit in range(count)],
        SIDE,
        SIDE,
        list(range(count)),
        "unit %{customdata}<br>weights %{hovertext}<extra></extra>",
        hovertext=says,
    )
    signed = {"colorscale": DIVERGING, "zmin": -STEPS, "zmax": STEPS, "showscale": False}
    return framed(
        [go.Heatmap(z=sheet, hoverinfo="skip", **signed), click],
        title=title,
        height=sheet.shape[0] * tile // SIDE + (44 if title else 12) + 28,
        alt=f"{title or 'Weights'}: {count}{of} units, each as an image; colors reach ±{number(reach)}.",
        shapes=[*rules("x", columns, step), *rules("y", rows, step)],
        annotations=[footnote(words, sheet.shape[0])],
        margin={"l": 4, "r": 4, "t": 44 if title else 12, "b": 28, "pad": 0},
        **picture_axes(*sheet.shape),
    )


def rules(direction: str, count: int, step: int) -> list[dict]:
    """Return the thin lines between the images of a sheet."""
    other = "y" if direction == "x" else "x"
    return [
        {
            "type": "line",
            f"{direction}0": place * step - 0.5 - GAP / 2,
            f"{direction}1": place * step - 0.5 - GAP / 2,
            f"{other}0": 0,
            f"{other}1": 1,
            f"{other}ref": f"{other} domain",
            "line": {"color": GRID, "width": 1},
        }
        for place in range(1, count)
    ]


def footnote(text: str, row: int) -> dict:
    """Return a line under a picture that ends with this row."""
    return note(text, -0.5, row - 0.5, xanchor="left", yanchor="top", yshift=-4, align="left")


def reach_of(weights: np.ndarray) -> float:
    """Return where the colors end: a few outliers do not make all other weights pale."""
    finite = np.abs(weights[np.isfinite(weights)])
    return float(np.quantile(finite, 0.998)) or 1.0 if finite.size else 1.0


def plot_weight_histogram(
    params: Sequence, title: str = "How the weights are spread", height: int = 320, reach: float | None = None
) -> go.Figure:
    """Return for each layer the share of its weights in each of 61 equal intervals.

    Args:
        params: Layers with weights (n_out, n_in), first to last.
        title: Above the figure.
        height: In px.
        reach: Right end of the axis, to keep it fixed from epoch to epoch; None for the largest weight.
    """
    matrices = [np.asarray(layer.weights).ravel() for layer in params]
    if not matrices:
        return empty(title, "There are no layers.", height)
    reach = reach or max(float(np.abs(matrix).max()) for matrix in matrices) or 1.0
    edges = np.linspace(-reach, reach, BINS + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    lines = [
        layer_line(middles, np.histogram(matrix, edges)[0] / matrix.size, level, "weight %{x:.4f}: %{y:.2%}")
        for level, matrix in enumerate(matrices)
    ]
    spreads = ", ".join(f"layer {i} {number(float(m.std()))}" for i, m in enumerate(matrices, start=1))
    return framed(
        lines,
        title=title,
        height=height,
        alt=f"{title}. Standard deviations: {spreads}.",
        x={"title": "weight", "range": [-reach, reach]},
        y={"title": "share of the layer", "tickformat": "~%", "rangemode": "tozero"},
        showlegend=len(lines) > 1,
        margin={"l": 4, "r": 12, "t": 74 if len(lines) > 1 else 44, "b": 8, "pad": 0},
    )
