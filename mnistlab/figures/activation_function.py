"""A unit's activation function with its slope, and both at a z that is marked."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from mnistlab.figures.histogram import zone
from mnistlab.figures.theme import ACCENT, MUTED, TEXT, TRAINING, dots, framed, line, number

SATURATED_SLOPE = 0.007
TURN = 0.05  # of the axis: where a curve turns its slope is 0, too, but that is soon over
EDGE = 0.8  # of the axis; from here on numbers stand on the side of the middle
LOOKS = (
    ("σ(z)", {"color": ACCENT, "width": 3}),
    ("σ′(z)", {"color": TRAINING, "width": 2, "dash": "dash"}),
)


def plot_activation(z: ArrayLike, values: ArrayLike, slopes: ArrayLike, z_marked: float) -> go.Figure:
    """Return an activation function with its slope; where the slope is under 0.007 the ground is shaded.

    Args:
        z: Pre-activations in rising order, (n,).
        values: sigma(z), (n,).
        slopes: sigma'(z), (n,).
        z_marked: Where both curves are marked.
    """
    z, curves = np.asarray(z, float), np.asarray([values, slopes], float)
    marked = [float(np.interp(z_marked, z, curve)) for curve in curves]
    lines = [
        line(z.round(4).tolist(), curve.round(6).tolist(), look, "%{y:.4f}", name=name)
        for curve, (name, look) in zip(curves, LOOKS, strict=True)
    ]
    here = dots(
        [z_marked, z_marked],
        marked,
        {"color": [look["color"] for _, look in LOOKS], "size": 10},
        "",
        mode="markers+text",
        text=[number(value) for value in marked],
        textposition=places(z_marked, float(z[-1])),
        textfont={"color": TEXT, "size": 13},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    saturated = {"text": "saturated", "font": {"color": MUTED, "size": 12}}
    return framed(
        [*lines, here],
        alt=f"The activation with its slope, z from {z[0]:g} to {z[-1]:g}. At z = {number(z_marked)}: "
        f"σ(z) = {number(marked[0])}, σ′(z) = {number(marked[1])}.",
        x={"title": "z", "range": [z[0], z[-1]], "unifiedhovertitle": {"text": "z = %{x:.2f}"}},
        hovermode="x unified",
        shapes=[zone(start, end, label=saturated) for start, end in flat_parts(z, curves[1])],
        showlegend=True,
        top=36,
    )


def places(z: float, reach: float) -> list[str]:
    """Return where the numbers of both marked points stand: beside their curves, and inside the plot."""
    value = "top left" if z > -EDGE * reach else "top right"
    if z > EDGE * reach:
        return [value, "top left"]
    return [value, "top right" if z > 0 else "bottom right"]


def flat_parts(z: np.ndarray, slopes: np.ndarray) -> list[tuple[float, float]]:
    """Return from where to where the slope stays under 0.007 in size."""
    flat = np.concatenate([[False], np.abs(slopes) < SATURATED_SLOPE, [False]])
    starts, ends = np.flatnonzero(flat[1:] & ~flat[:-1]), np.flatnonzero(~flat[1:] & flat[:-1]) - 1
    parts = [(float(z[start]), float(z[end])) for start, end in zip(starts, ends, strict=True)]
    return [(start, end) for start, end in parts if end - start > TURN * (z[-1] - z[0])]
