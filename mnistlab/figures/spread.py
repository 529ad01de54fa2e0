"""How pre-activations are spread, on an axis that is logarithmic in both directions away from zero."""

from itertools import pairwise

import numpy as np

from mnistlab.figures.template import ACCENT, CLEAR, TRAINING, number

SATURATED = 5.0  # beyond this |z| the slope of a sigmoid is under 0.007
BINS = 60
TICKS = (1, 5, 20, 100, 1000, 10_000, 100_000)


def even_edges(reach: float) -> np.ndarray:
    """Return the edges of equal bins on the axis, which is the inverse hyperbolic sine of z."""
    return np.linspace(-np.arcsinh(reach), np.arcsinh(reach), BINS + 1)


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
