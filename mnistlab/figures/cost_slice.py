"""The cost along a line: as one weight moves, and as a step of gradient descent grows."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from mnistlab.analysis.formatting import plain
from mnistlab.figures.theme import ACCENT, RIGHT, TEXT, TRAINING, WRONG, dots, framed, line, note

PLAIN = "#00003759"
HEIGHT = 340  # px
TOP = 56  # px above the plot, for the legend
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def curve(x: ArrayLike, y: ArrayLike, color: str, name: str, hover: str, dash: str = "solid") -> dict:
    """Return a thin line."""
    look = {"color": color, "width": 2.5, "dash": dash}
    xs, ys = (np.asarray(values, float).tolist() for values in (x, y))
    return line(xs, ys, look, f"{hover}<extra></extra>", name=name)


def point(x: float, y: float, color: str, name: str, hover: str, symbol: str = "circle") -> dict:
    """Return one dot."""
    marker = {"color": color, "size": 11, "symbol": symbol, "line": {"width": 2}}
    return dots([float(x)], [float(y)], marker, f"{hover}<extra></extra>", name=name)


def plot_cost_of_weight(
    values: Sequence[float],
    costs: Sequence[float],
    own: tuple[float, float],
    slope: float,
    by_hand: tuple[float, float],
) -> go.Figure:
    """Return the cost of the image for each value of one weight, with the tangent whose slope is dL/dW.

    Args:
        values: Of the weight, (n,), from low to high.
        costs: (n,).
        own: The weight as it is, and the cost.
        slope: dL/dW there.
        by_hand: The weight as somebody set it, and the cost there.
    """
    low, high = float(np.min(costs)), float(np.max(costs))
    margin = max(0.08 * (high - low), 1e-3 * max(high, 1e-9))
    bottom, top = low - margin, high + margin
    half = 0.22 * (values[-1] - values[0])
    if slope:  # no steeper than the figure is high
        half = min(half, 0.5 * (top - bottom) / abs(slope))
    ends = [own[0] - half, own[0] + half]
    tangent = [own[1] + slope * (end - own[0]) for end in ends]
    traces = [
        curve(values, costs, ACCENT, "cost L(W)", "W = %{x:.5g}<br>L = %{y:.6g}"),
        curve(ends, tangent, TEXT, "tangent, slope ∂L/∂W", f"slope {plain(slope)}", "dot"),
        point(*own, TEXT, "W as it is", "as it is: W = %{x:.5g}<br>L = %{y:.6g}", "circle-open"),
        point(*by_hand, ACCENT, "W as you set it", "yours: W = %{x:.5g}<br>L = %{y:.6g}"),
    ]
    alt = (
        f"Cost of the image against one weight, from {low:.4g} to {high:.4g}; "
        f"at {own[0]:.4g} its slope is {slope:.3g}."
    )
    return framed(
        traces,
        height=HEIGHT,
        alt=alt,
        x={"title": "value of the weight", "range": [values[0], values[-1]], "nticks": 6},
        y={"title": "cost L", "range": [bottom, top], "nticks": 5},
        showlegend=True,
        top=TOP,
    )


def plot_moved_outputs(before: Sequence[float], after: Sequence[float], truth: int) -> go.Figure:
    """Return the ten outputs as bars, and a line across each where it was before.

    The largest is the prediction; its color says whether it is right.
    """
    before, after = [float(v) for v in before], [float(v) for v in after]
    answer = max(range(len(after)), key=after.__getitem__)
    digits, own = list(range(len(after))), RIGHT if answer == truth else WRONG
    bars = {
        "type": "bar",
        "x": digits,
        "y": after,
        "marker": {"color": [own if digit == answer else PLAIN for digit in digits]},
        "customdata": before,
        "hovertemplate": "output %{x}<br>now %{y:.6f}<br>before %{customdata:.6f}<extra></extra>",
    }
    marker = {"symbol": "line-ew", "size": 24, "line": {"color": TEXT, "width": 2}}
    lines = dots(digits, before, marker, "", hoverinfo="skip")
    moved = max(digits, key=lambda digit: abs(after[digit] - before[digit]))
    alt = f"The ten outputs; output {moved} moved most, from {before[moved]:.4f} to {after[moved]:.4f}."
    words = note("lines: before", 1, 1.04, xref="paper", yref="paper", xanchor="right", yanchor="bottom")
    across = {"tickvals": digits, "showgrid": False, "range": [-0.6, 9.6]}
    return framed(
        [bars, lines],
        height=HEIGHT,
        alt=alt,
        x={"title": f"digit (this is a {truth})", **across},
        y={"title": "activation", "range": [0, 1.04], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        annotations=[words],
        top=28,
    )


def plot_step(rates: np.ndarray, costs: np.ndarray, learning_rate: float, predicted: float) -> go.Figure:
    """Return the cost of a mini-batch along its gradient, beside its first-order prediction.

    Args:
        rates: Learning rates, from 0, (n,).
        costs: Summed cost after a step with each, (n,).
        learning_rate: The one in use.
        predicted: Change of the cost to first order for it.
    """
    after = float(np.interp(learning_rate, rates, costs))
    reach = min(float(rates[-1]), costs[0] / max(-predicted / learning_rate, 1e-30))
    promised = [costs[0], costs[0] + predicted / learning_rate * reach]
    traces = [
        curve(rates, costs, ACCENT, "actual cost", "η = %{x:.4g}<br>cost %{y:.5g}"),
        curve(
            [0, reach],
            promised,
            TRAINING,
            "first-order prediction",
            "η = %{x:.4g}<br>predicted %{y:.5g}",
            "dot",
        ),
        point(0, costs[0], TEXT, "before", "before: %{y:.6g}", "circle-open"),
        point(learning_rate, after, ACCENT, "after the step", "after: %{y:.6g}"),
    ]
    alt = (
        f"Summed cost of the mini-batch: {costs[0]:.4g} before the step, {after:.4g} after it; "
        f"predicted was a change of {predicted:.4g}."
    )
    shown = [*map(float, costs), max(0.0, float(costs[0]) + predicted)]  # what happens fills the figure
    margin = 0.08 * (max(shown) - min(shown)) or 0.02 * max(shown)
    bottom, top = min(shown) - margin, max(shown) + margin
    return framed(
        traces,
        height=HEIGHT,
        alt=alt,
        x={"title": "learning rate η", "range": [-0.04 * rates[-1], rates[-1]], "nticks": 6},
        y={"title": "cost, summed", "range": [bottom, top], "nticks": 5},
        showlegend=True,
        top=TOP,
    )


def plot_growth(norms: ArrayLike) -> go.Figure:
    """Return the size of the gradient, summed and averaged, for mini-batches of 1 to n images."""
    norms = np.asarray(norms, float)
    sizes = np.arange(1, len(norms) + 1)
    traces = [
        curve(sizes, norms, ACCENT, "summed, as here", "%{x} images: %{y:.4g}"),
        curve(sizes, norms / sizes, TRAINING, "averaged", "%{x} images: %{y:.4g}"),
    ]
    alt = (
        f"Size of the gradient: {norms[0]:.3g} of the first image alone; of {len(norms)} images it is "
        f"{norms[-1]:.3g} summed, averaged it is {norms[-1] / sizes[-1]:.3g}."
    )
    ticks = [n for n in TICKS if n <= sizes[-1]]
    return framed(
        traces,
        height=HEIGHT,
        alt=alt,
        x={"title": "images in the mini-batch", "type": "log", "tickvals": ticks},
        y={"title": "size of the gradient", "type": "log", "dtick": 1},
        showlegend=True,
        top=44,
    )
