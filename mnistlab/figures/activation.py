"""A unit's activation: the function with its slope, and where the pre-activations of a layer fall on it."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.spread import SATURATED, even_edges, round_ticks, shares_text, spread
from mnistlab.figures.template import (
    ACCENT,
    MUTED,
    TEXT,
    TRAINING,
    axis,
    empty,
    framed,
    legend_above,
    note,
    number,
)

SATURATED_SLOPE = 0.007
ZONE = "#00003714"


def plot_activation(
    z: Sequence[float],
    values: Sequence[float],
    slopes: Sequence[float],
    z_marked: float | None = None,
    title: str = "",
    height: int = 320,
) -> go.Figure:
    """Return an activation function with its slope; where the slope is under 0.007 the ground is shaded.

    Args:
        z: Pre-activations in rising order, (n,).
        values: sigma(z), (n,).
        slopes: sigma'(z), (n,).
        z_marked: Where both curves are marked.
        title: Above the figure.
        height: In px.
    """
    z, values, slopes = (np.asarray(line, float) for line in (z, values, slopes))
    if not z.size:
        return empty(title, height=height)
    traces = [
        plain_line(z, values, "σ(z)", {"color": ACCENT, "width": 3}),
        plain_line(z, slopes, "σ′(z)", {"color": TRAINING, "width": 2, "dash": "dash"}),
    ]
    marked = ""
    if z_marked is not None:
        value, slope = float(np.interp(z_marked, z, values)), float(np.interp(z_marked, z, slopes))
        traces.append(marks(z_marked, value, slope))
        marked = f" At z = {number(z_marked)}: σ(z) = {number(value)}, σ′(z) = {number(slope)}."
    return framed(
        traces,
        title=title,
        height=height,
        alt=f"{title or 'The activation'} with its slope, z from {z[0]:g} to {z[-1]:g}.{marked}",
        x={"title": "z", "range": [float(z[0]), float(z[-1])]},
        y={"title": "", "zeroline": True, "zerolinecolor": MUTED},
        showlegend=True,
        margin={"l": 4, "r": 16, "t": 74 if title else 44, "b": 8, "pad": 0},
        shapes=[zone(start, end) for start, end in flat_parts(z, slopes)],
        annotations=[
            note("saturated", (start + end) / 2, 0.5, yref="y domain") for start, end in flat_parts(z, slopes)
        ],
    )


def plain_line(z: np.ndarray, values: np.ndarray, name: str, line: dict) -> dict:
    """Return one curve."""
    return {
        "type": "scatter",
        "x": np.round(z, 4).tolist(),
        "y": np.round(values, 6).tolist(),
        "name": name,
        "mode": "lines",
        "line": line,
        "hovertemplate": f"z = %{{x:.2f}}<br>{name} = %{{y:.4f}}<extra></extra>",
    }


def marks(z: float, value: float, slope: float) -> dict:
    """Return the two marked points with their numbers."""
    return {
        "type": "scatter",
        "x": [z, z],
        "y": [value, slope],
        "mode": "markers+text",
        "marker": {"size": 10, "color": [ACCENT, TRAINING], "line": {"width": 0}},
        "text": [number(value), number(slope)],
        "textposition": "top right",
        "textfont": {"color": TEXT, "size": 13},
        "cliponaxis": False,
        "showlegend": False,
        "hovertemplate": "z = %{x:.4f}<br>%{y:.6f}<extra></extra>",
    }


def flat_parts(z: np.ndarray, slopes: np.ndarray) -> list[tuple[float, float]]:
    """Return from where to where the slope is under 0.007."""
    flat = np.concatenate([[False], np.abs(slopes) < SATURATED_SLOPE, [False]])
    starts, ends = np.flatnonzero(flat[1:] & ~flat[:-1]), np.flatnonzero(~flat[1:] & flat[:-1]) - 1
    return [(float(z[start]), float(z[end])) for start, end in zip(starts, ends, strict=True) if end > start]


def zone(start: float, end: float, **own) -> dict:
    """Return shaded ground from one place on the horizontal axis to another."""
    edges = {"x0": start, "x1": end, "y0": 0, "y1": 1, "yref": "y domain"}
    return {"type": "rect", **edges, "fillcolor": ZONE, "line": {"width": 0}, "layer": "below", **own}


def farthest(*values: np.ndarray) -> float:
    """Return the largest finite |z|, at least 10."""
    return max(10.0, *(float(np.abs(z[np.isfinite(z)]).max(initial=0.0)) for z in values))


def row_axis(level: int, levels: int) -> dict:
    """Return the vertical axis of one layer of several, the first at the top."""
    own = {"domain": [1 - (level + 0.8) / levels, 1 - level / levels], "visible": True}
    own |= {"showticklabels": False, "title": f"layer {level + 1}"}
    return axis({**own, "showgrid": False, "rangemode": "tozero"})


def plot_pre_activations(
    before: Sequence[np.ndarray],
    after: Sequence[np.ndarray] | None = None,
    title: str = "Pre-activations z",
    row_height: int = 130,
) -> go.Figure:
    """Return for each layer how its pre-activations are spread; |z| > 5 is shaded.

    The axis is logarithmic in both directions away from zero, because raw pixels give |z| of hundreds.

    Args:
        before: For each layer its z of some images, any shape, untrained.
        after: The same of the trained network.
        title: Above the figure.
        row_height: Of one layer, in px.
    """
    before = [np.asarray(z, float).ravel() for z in before]
    after = [None] * len(before) if after is None else [np.asarray(z, float).ravel() for z in after]
    if not before or not before[0].size:
        return empty(title, "There are no pre-activations yet.")
    reach = farthest(*before, *(z for z in after if z is not None))
    edges = even_edges(reach)
    traces, shapes, notes, axes = [], [], [], {}
    for level, (first, last) in enumerate(zip(before, after, strict=True)):
        suffix = "" if level == 0 else str(level + 1)
        traces.append(spread(first, edges, suffix, "before training", filled=True, legend=level == 0))
        if last is not None:
            traces.append(spread(last, edges, suffix, "after training", filled=False, legend=level == 0))
        axes[f"yaxis{suffix}"] = row_axis(level, len(before))
        beyond = {"yref": f"y{suffix} domain"}
        shapes += [zone(-np.arcsinh(reach), -np.arcsinh(SATURATED), **beyond)]
        shapes += [zone(np.arcsinh(SATURATED), np.arcsinh(reach), **beyond)]
        notes.append(
            note(shares_text(first, last), 1, 1, xref="paper", **beyond, xanchor="right", yanchor="bottom")
        )
    shares = "; ".join(
        f"layer {i}: {shares_text(*pair)}" for i, pair in enumerate(zip(before, after, strict=True), 1)
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
        height=92 + 50 + row_height * len(before),
        alt=f"{title}. {shares}.",
        x=x,
        shapes=shapes,
        annotations=notes,
        showlegend=True,
        legend={**legend_above(), "y": 1 + 22 / (row_height * len(before))},  # above the shares in words
        margin={"l": 4, "r": 16, "t": 92, "b": 8, "pad": 0},
        **axes,
    )
