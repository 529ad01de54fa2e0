"""One step of training: what it promised and what it did, and why it grows with the mini-batch."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from mnistlab.figures.cost_slice import line, point
from mnistlab.figures.template import ACCENT, TEXT, TRAINING, framed

TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def plot_step(
    rates: Sequence[float],
    costs: Sequence[float],
    learning_rate: float,
    predicted: float,
    title: str = "",
    height: int = 340,
) -> go.Figure:
    """Return the cost of a mini-batch along its gradient, beside the line that the gradient promises.

    Args:
        rates: Learning rates, from 0, (n,).
        costs: Summed cost after a step with each, (n,).
        learning_rate: The one in use.
        predicted: Change of the cost that is promised for it.
        title: Above it.
        height: In px.
    """
    after = float(np.interp(learning_rate, rates, costs))
    reach = min(float(rates[-1]), costs[0] / max(-predicted / learning_rate, 1e-30)) if learning_rate else 0.0
    traces = [
        line(rates, costs, ACCENT, "what it does", "η = %{x:.4g}<br>cost %{y:.5g}"),
        line(
            [0, reach],
            [costs[0], costs[0] + predicted / learning_rate * reach],
            TRAINING,
            "what the gradient promises",
            "η = %{x:.4g}<br>promised %{y:.5g}",
            dash="dot",
        ),
        point(0, costs[0], TEXT, "before", "before: %{y:.6g}", filled=False),
        point(learning_rate, after, ACCENT, "after the step", "after: %{y:.6g}"),
    ]
    top = 1.06 * max(map(float, costs))
    alt = (
        f"Summed cost of the mini-batch: {costs[0]:.4g} before the step, {after:.4g} after it; "
        f"promised was a change of {predicted:.4g}."
    )
    return framed(
        traces,
        title=title,
        height=height,
        alt=alt,
        x={"title": "learning rate η", "range": [-0.04 * rates[-1], rates[-1]], "nticks": 6},
        y={"title": "cost, summed", "range": [min(0.94 * float(min(costs)), 0.0), top], "nticks": 5},
        showlegend=True,
        margin={"l": 8, "r": 12, "t": 84 if title else 56, "b": 8},
    )


def plot_growth(norms: ArrayLike, title: str = "", height: int = 300) -> go.Figure:
    """Return the size of the gradient, summed and averaged, for mini-batches of 1 to n images."""
    norms = np.asarray(norms, float)
    sizes = np.arange(1, len(norms) + 1)
    traces = [
        line(sizes, norms, ACCENT, "summed, as here", "%{x} images: %{y:.4g}"),
        line(sizes, norms / sizes, TRAINING, "averaged", "%{x} images: %{y:.4g}"),
    ]
    alt = (
        f"Size of the gradient: {norms[0]:.3g} of the first image alone; of {len(norms)} images it is "
        f"{norms[-1]:.3g} summed, averaged it is {norms[-1] / sizes[-1]:.3g}."
    )
    return framed(
        traces,
        title=title,
        height=height,
        alt=alt,
        x={
            "title": "images in the mini-batch",
            "type": "log",
            "tickvals": [n for n in TICKS if n <= sizes[-1]],
        },
        y={"title": "size of the gradient", "type": "log", "dtick": 1},
        showlegend=True,
        margin={"l": 8, "r": 12, "t": 72 if title else 44, "b": 8},
    )
