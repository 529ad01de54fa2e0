"""Histograms of what is inside a network: pre-activations, layer by layer, and weights."""

from collections.abc import Sequence
from itertools import pairwise, zip_longest

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.html_figure import reach_of
from mnistlab.figures.theme import (
    ACCENT,
    CLEAR,
    DASHES,
    TRAINING,
    axis,
    framed,
    legend_above,
    line,
    note,
    number,
)

ZONE = "#00003714"
ROW_HEIGHT = 130  # px, of one layer
HEIGHT = 360  # px, of the weights
LAYER_COLORS = ("#000020", "#000018", "#000016")  # with the dashes, all seven layers differ
SATURATED = 5.0  # beyond this |z| the slope of a sigmoid is under 0.007
LEAST = 10.0  # |z| at the ends of the axis
Z_BINS, WEIGHT_BINS = 60, 61
TICKS = (1, 5, 20, 100, 1000, 10_000, 100_000)
STATES = (
    ("before training", {"color": TRAINING, "width": 1}, {"fill": "tozeroy", "fillcolor": "#00003726"}),
    ("after training", {"color": ACCENT, "width": 2}, {"fill": "none", "fillcolor": CLEAR}),
)


def zone(start: float, end: float, **own) -> dict:
    """Return shaded ground from one place on the horizontal axis to another."""
    edges = {"x0": start, "x1": end, "y0": 0, "y1": 1, "yref": "y domain"}
    return {"type": "rect", **edges, "fillcolor": ZONE, "line": {"width": 0}, "layer": "below", **own}


def row_axis(level: int, levels: int, name: str) -> dict:
    """Return the vertical axis of one layer of several, the first at the top."""
    own = {"domain": [1 - (level + 0.8) / levels, 1 - level / levels], "visible": True}
    own |= {"showticklabels": False, "title": name}
    return axis({**own, "showgrid": False, "rangemode": "tozero"})


def plot_pre_activations(
    before: Sequence[np.ndarray], after: Sequence[np.ndarray] | None, title: str, names: Sequence[str]
) -> go.Figure:
    """Return for each layer the distribution of its pre-activations; |z| > 5 is shaded.

    The axis is logarithmic in both directions away from zero, because raw pixels give |z| of hundreds.

    Args:
        before: For each layer its z of some images, any shape, untrained.
        after: The same of the trained network.
        title: Above the figure.
        names: Of the layers.
    """
    layers = [
        [np.asarray(z, float).ravel() for z in states if z is not None]
        for states in zip_longest(before, after or ())
    ]
    reach = max(LEAST, *(reach_of(z) for states in layers for z in states))
    edges = np.linspace(-np.arcsinh(reach), np.arcsinh(reach), Z_BINS + 1)
    shares = [shares_text(states) for states in layers]
    traces, shapes, notes, axes = [], [], [], {}
    for level, (states, name, words) in enumerate(zip(layers, names, shares, strict=True)):
        suffix = "" if level == 0 else str(level + 1)
        traces += [spread(z, edges, place, f"y{suffix}") for place, z in enumerate(states)]
        axes[f"yaxis{suffix}"] = row_axis(level, len(layers), name)
        beyond = {"yref": f"y{suffix} domain"}
        shapes += [zone(-np.arcsinh(reach), -np.arcsinh(SATURATED), **beyond)]
        shapes += [zone(np.arcsinh(SATURATED), np.arcsinh(reach), **beyond)]
        notes.append(note(words, 1, 1, xref="paper", **beyond, xanchor="right", yanchor="bottom"))
    said = "; ".join(f"{name}: {words}" for name, words in zip(names, shares, strict=True))
    # Under the last row stands the axis of all.
    ends = {"range": [float(edges[0]), float(edges[-1])], "anchor": f"y{suffix}"}
    return framed(
        traces,
        title=title,
        height=92 + 50 + ROW_HEIGHT * len(layers),
        alt=f"{title}. {said}.",
        x={"title": "z, logarithmic away from 0", **ends, **round_ticks(reach)},
        shapes=shapes,
        annotations=notes,
        showlegend=True,
        legend={**legend_above(), "y": 1 + 22 / (ROW_HEIGHT * len(layers))},  # above the shares in words
        margin={"l": 4, "r": 16, "t": 92, "b": 8, "pad": 0},
        **axes,
    )


def round_ticks(reach: float) -> dict:
    """Return the settings of an axis, the inverse hyperbolic sine of z, that name round values of z."""
    ticks = [0, *(sign * size for size in TICKS if size <= reach for sign in (-1, 1))]
    names = [f"{tick:,.0f}".replace("-", "−") for tick in ticks]
    return {"tickvals": [float(np.arcsinh(tick)) for tick in ticks], "ticktext": names}


def shares_text(states: Sequence[np.ndarray]) -> str:
    """Return which share lies beyond 5, untrained and, where there are two, trained, in words."""
    shares = [f"{(np.abs(z) > SATURATED).mean():.0%}" for z in states]
    return "|z| > 5: " + " before and ".join(shares) + (" after training" if len(shares) > 1 else "")


def spread(z: np.ndarray, edges: np.ndarray, state: int, axis_name: str) -> dict:
    """Return the histogram of some pre-activations as a line in steps; the first row has the legend."""
    name, look, ground = STATES[state]
    share = np.histogram(np.arcsinh(z[np.isfinite(z)]), edges)[0] / max(1, z.size)
    return line(
        np.round((edges[:-1] + edges[1:]) / 2, 4).tolist(),
        np.round(share, 6).tolist(),
        {**look, "shape": "hvh"},
        f"{name}<br>z from %{{customdata[0]}} to %{{customdata[1]}}: %{{y:.1%}}<extra></extra>",
        customdata=[[number(low), number(high)] for low, high in pairwise(np.sinh(edges).tolist())],
        yaxis=axis_name,
        name=name,
        legendgroup=name,
        showlegend=axis_name == "y",
        **ground,
    )


def plot_weight_histogram(params: Sequence, reach: float) -> go.Figure:
    """Return for each layer the share of its weights in each of 61 equal intervals.

    Args:
        params: Layers with weights (n_out, n_in), first to last.
        reach: Right end of the axis, fixed from epoch to epoch.
    """
    title = "Weight histogram"
    matrices = [np.asarray(layer.weights).ravel() for layer in params]
    reach = reach or 1.0
    edges = np.linspace(-reach, reach, WEIGHT_BINS + 1)
    middles = np.round((edges[:-1] + edges[1:]) / 2, 6).tolist()
    lines = [
        line(
            middles,
            np.round(np.histogram(matrix, edges)[0] / matrix.size, 6).tolist(),
            {**layer_style(level), "shape": "hvh"},
            f"layer {level + 1}<br>weight %{{x:.4f}}: %{{y:.2%}}<extra></extra>",
            name=f"layer {level + 1}",
        )
        for level, matrix in enumerate(matrices)
    ]
    spreads = ", ".join(f"layer {i} {number(float(m.std()))}" for i, m in enumerate(matrices, start=1))
    return framed(
        lines,
        title=title,
        height=HEIGHT,
        alt=f"{title}. Standard deviations: {spreads}.",
        x={"title": "weight", "range": [-reach, reach]},
        y={"title": "share of the layer", "tickformat": "~%", "rangemode": "tozero"},
        showlegend=len(lines) > 1,
        top=74 if len(lines) > 1 else 44,
    )


def layer_style(level: int) -> dict:
    """Return the line of a layer, counted from 0."""
    color, dash = LAYER_COLORS[level % len(LAYER_COLORS)], DASHES[level % len(DASHES)]
    return {"color": color, "dash": dash, "width": 2}
