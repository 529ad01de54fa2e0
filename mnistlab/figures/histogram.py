"""Where the pre-activations of a layer fall on a unit's activation."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.spread import SATURATED, even_edges, round_ticks, shares_text, spread
from mnistlab.figures.template import (
    axis,
    empty,
    framed,
    legend_above,
    note,
)

ZONE = "#00003714"


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
    row_height: int = 130,
    names: Sequence[str] = (),
) -> go.Figure:
    """Return for each layer how its pre-activations are spread; |z| > 5 is shaded.

    The axis is logarithmic in both directions away from zero, because raw pixels give |z| of hundreds.

    Args:
        before: For each layer its z of some images, any shape, untrained.
        after: The same of the trained network.
        title: Above the figure.
        row_height: Of one layer, in px.
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
