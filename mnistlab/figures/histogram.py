"""Histograms of what is inside a network: pre-activations, layer by layer, and weights."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from mnistlab.figures.theme import (
    ACCENT,
    CLEAR,
    DASHES,
    TRAINING,
    axis,
    empty,
    framed,
    legend_above,
    note,
    number,
)

ZONE = "#00003714"
ROW_HEIGHT = 130  # px, of one layer
LAYER_COLORS = ("#000020", "#000018", "#000016")  # with the dashes, all seven layers differ
SATURATED = 5.0  # beyond this |z| the slope of a sigmoid is under 0.007
Z_BINS, WEIGHT_BINS = 60, 61
TICKS = (1, 5, 20, 100, 1000, 10_000, 100_000)


def zone(start: float, end: float, **own) -> dict:
    """Return shaded ground from one place on the horizontal axis to another."""
    edges = {"x0": start, "x1": end, "y0": 0, "y1": 1, "yref": "y domain"}
    return {"type": "rect", **edges, "fillcolor": ZONE, "line": {"width": 0}, "layer": "below", **own}


def farthest(*values: np.ndarray) -> float:
    """Return the largest finite |z|, at least 10."""
    return max(10.0, *(float(np.abs(z[np.isfinite(z)]).max(initial=0.0)) for z in values))


def row_axis(level: int, levels: int, name: str) -> dict:
    """Return the vertical axis of one layer of several, the first at the top."""
    own = {"domain": [1 - (level + 0.8) / levels, 1 - level / levels], "visible": True}
    own |= {"showticklabels": False, "title": name}
    return axis({**own, "showgrid": False, "rangemode": "tozero"})


def plot_pre_activations(
    before: Sequence[np.ndarray],
    after: Sequence[np.ndarray] | None = None,
    title: str = "Pre-activations z",
    names: Sequence[str] = (),
) -> go.Figure:
    """Return for each layer the distribution of its pre-activations; |z| > 5 is shaded.

    The axis is logarithmic in both directions away from zero, because raw pixels give |z| of hundreds.

    Args:
        before: For each layer its z of some images, any shape, untrained.
        after: The same of the trained network.
        title: Above the figure.
        names: Of the layers; without them they are numbered.
    """
    before = [np.asarray(z, float).ravel() for z in before]
    trained: list[np.ndarray | None] = [None] * len(before)
    if after is not None:
        trained = [np.asarray(z, float).ravel() for z in after]
    if not before or not before[0].size:
        return empty(title, "There are no pre-activations yet.")
    names = names or [f"layer {level}" for level in range(1, len(before) + 1)]
    reach = farthest(*before, *(z for z in trained if z is not None))
    edges = even_edges(reach)
    traces, shapes, notes, axes = [], [], [], {}
    for level, (first, last) in enumerate(zip(before, trained, strict=True)):
        suffix = "" if level == 0 else str(level + 1)
        traces.append(spread(first, edges, suffix, "before training", filled=True, legend=level == 0))
        if last is not None:
            traces.append(spread(last, edges, suffix, "after training", filled=False, legend=level == 0))
        axes[f"yaxis{suffix}"] = row_axis(level, len(before), names[level])
        beyond = {"yref": f"y{suffix} domain"}
        shapes += [zone(-np.arcsinh(reach), -np.arcsinh(SATURATED), **beyond)]
        shapes += [zone(np.arcsinh(SATURATED), np.arcsinh(reach), **beyond)]
        notes.append(
            note(shares_text(first, last), 1, 1, xref="paper", **beyond, xanchor="right", yanchor="bottom")
        )
    shares = "; ".join(
        f"{name}: {shares_text(first, last)}"
        for name, first, last in zip(names, before, trained, strict=True)
    )
    x = {
        "title": "z",
        "range": [float(edges[0]), float(edges[-1])],
        **round_ticks(reach),
        "anchor": "y" + ("" if len(before) == 1 else str(len(before))),
    }
    return framed(
        traces,
        title=title,
        height=92 + 50 + ROW_HEIGHT * len(before),
        alt=f"{title}. {shares}.",
        x=x,
        shapes=shapes,
        annotations=notes,
        showlegend=True,
        legend={**legend_above(), "y": 1 + 22 / (ROW_HEIGHT * len(before))},  # above the shares in words
        margin={"l": 4, "r": 16, "t": 92, "b": 8, "pad": 0},
        **axes,
    )


def even_edges(reach: float) -> np.ndarray:
    """Return the edges of equal bins on the axis, which is the inverse hyperbolic sine of z."""
    return np.linspace(-np.arcsinh(reach), np.arcsinh(reach), Z_BINS + 1)


def round_ticks(reach: float) -> dict:
    """Return the settings of an axis that name round values of z."""
    ticks = [0, *(sign * size for size in TICKS if size <= reach for sign in (-1, 1))]
    names = [f"{tick:,.0f}".replace("-", "−") for tick in ticks]
    return {"tickvals": [float(np.arcsinh(tick)) for tick in ticks], "ticktext": names}


def shares_text(before: np.ndarray, after: np.ndarray | None) -> str:
    """Return which share lies beyond 5, in words."""
    text = f"{(np.abs(before) > SATURATED).mean():.0%}"
    if after is not None:
        text += f" before and {(np.abs(after) > SATURATED).mean():.0%} after training"
    return f"|z| > 5: {text}"


def spread(z: np.ndarray, edges: np.ndarray, axis_suffix: str, name: str, filled: bool, legend: bool) -> dict:
    """Return the histogram of some pre-activations as a line in steps."""
    finite = np.arcsinh(z[np.isfinite(z)])
    share = np.histogram(finite, edges)[0] / max(1, z.size)
    ends = np.sinh(edges)
    return {
        "type": "scatter",
        "x": np.round((edges[:-1] + edges[1:]) / 2, 4).tolist(),
        "y": np.round(share, 6).tolist(),
        "yaxis": f"y{axis_suffix}",
        "name": name,
        "legendgroup": name,
        "showlegend": legend,
        "mode": "lines",
        "line": {"color": TRAINING if filled else ACCENT, "width": 1 if filled else 2, "shape": "hvh"},
        "fill": "tozeroy" if filled else "none",
        "fillcolor": "#00003726" if filled else CLEAR,
        "customdata": [[number(low), number(high)] for low, high in pairwise(ends.tolist())],
        "hovertemplate": f"{name}<br>z from %{{customdata[0]}} to %{{customdata[1]}}: %{{y:.1%}}"
        "<extra></extra>",
    }


def plot_weight_histogram(
    params: Sequence, title: str = "Weight histogram", height: int = 320, reach: float | None = None
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
    edges = np.linspace(-reach, reach, WEIGHT_BINS + 1)
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


def layer_style(level: int) -> dict:
    """Return the line of a layer, counted from 0."""
    return {
        "color": LAYER_COLORS[level % len(LAYER_COLORS)],
        "dash": DASHES[level % len(DASHES)],
        "width": 2,
    }


def layer_line(xs: ArrayLike, ys: ArrayLike, level: int, hovertemplate: str) -> dict:
    """Return the histogram of a layer as a line in steps."""
    return {
        "type": "scatter",
        "x": np.round(np.asarray(xs), 6).tolist(),
        "y": np.round(np.asarray(ys), 6).tolist(),
        "name": f"layer {level + 1}",
        "mode": "lines",
        "line": {**layer_style(level), "shape": "hvh"},
        "hovertemplate": f"layer {level + 1}<br>{hovertemplate}<extra></extra>",
    }
