"""Learning curves broken down: recall of each class and gradient norm of each layer, by epoch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.curve_axes import View, log_axis, value_axis
from mnistlab.figures.histogram import layer_style
from mnistlab.figures.learning_curves import by_epoch, curve
from mnistlab.figures.theme import DASHES, DIGITS, MUTED, empty, legend_above, note

if TYPE_CHECKING:  # the records' module imports JAX, which no figure needs
    from mnistlab.engine.evaluation import EpochMetrics

    History = Sequence[EpochMetrics]

SHOWN = 250  # epochs at most: more than there are pixels to tell them apart
NAMED = 3  # digits that are equally weak


def plot_recall(history: "History", x_max: int, view: View = "all", errors: bool = False) -> go.Figure:
    """Return the recall of each digit on the test images, by epoch, or with `errors` 1 minus the recall.

    An output that never fires is a flat line at zero; the weakest is named, and its line is the widest.

    Args:
        history: Epochs, in order.
        x_max: Epoch at the right edge, fixed so that nothing moves while training.
        view: What the vertical axis shows; a logarithmic one shows the error rate, too.
        errors: Whether the share is shown that was predicted to be another digit.
    """
    rates = errors or view == "log"
    title = "Error rate per class" if rates else "Recall per class"
    if not len(history):
        return empty(title, "Train, and ten lines appear here.")
    epoch, recall = history[-1].epoch, history[-1].test.recall
    lowest = float(np.nanmin(recall))
    weakest = np.flatnonzero(recall == lowest).tolist()
    who = ", ".join(map(str, weakest)) if len(weakest) <= NAMED else f"{len(weakest)} digits"
    shown = subsample(history)
    shares = by_digit(shown, rates, view)
    traces = [
        curve(shown, values, str(digit), ".1%", color, dash, 4 if digit == weakest[0] else 1.5)
        for digit, (values, color, dash) in enumerate(zip(shares, DIGITS, 2 * DASHES, strict=True))
    ]
    every = by_digit(history, rates, view)
    words = f"weakest: {who}, {1 - lowest if rates else lowest:.1%}"
    return by_epoch(
        traces,
        x_max,
        value_axis("error rate" if rates else "recall", view, (-0.02, 1.04), True, every),
        title=title,
        alt=f"{title}, by epoch. After epoch {epoch} the weakest is {who} with {lowest:.1%}.",
        annotations=[note(words, 1, 1, xref="paper", yref="paper", xanchor="right", yanchor="bottom")],
        legend=legend_beside("digit"),
    )


def plot_gradient_norms(history: "History", x_max: int) -> go.Figure:
    """Return the norm of each layer's weight gradient by epoch, on a logarithmic axis.

    Of 0 there is no logarithm: such a norm stands at the foot of the axis, below all others, and is called 0.
    The arguments are those of `plot_recall`.
    """
    title = "Gradient norm per layer"
    if not len(history):
        return empty(title, "Train, and one line for each layer appears here.")
    shown = subsample(history)
    layers = list(zip(*(metrics.gradient_norms for metrics in shown), strict=True))
    axis = log_axis(layers)
    foot = axis["tickvals"][0] / 10
    if any(0 in norms for norms in layers):
        names = ["0", *(f"{tick:g}" for tick in axis["tickvals"])]
        axis |= {"tickvals": [foot, *axis["tickvals"]], "ticktext": names}
    traces = [
        curve(shown, [norm or foot for norm in norms], str(level + 1), ".2e", **layer_style(level))
        | {"text": [f"{norm:.2e}" if norm else "0" for norm in norms], "hovertemplate": "%{text}"}
        for level, norms in enumerate(layers)
    ]
    last = ", ".join(f"layer {n} {norm:.1e}" for n, norm in enumerate(history[-1].gradient_norms, start=1))
    return by_epoch(
        traces,
        x_max,
        {"title": "norm of ∂L/∂W", **axis},
        title=title,
        alt=f"{title}, by epoch. After epoch {history[-1].epoch}: {last}.",
        legend=legend_beside("layer"),
    )


def by_digit(history: "History", rates: bool = False, view: View = "all") -> list[list[float | None]]:
    """Return the recall of each digit by epoch, or 1 minus it; a logarithmic axis has no zero."""
    recalls = np.transpose([metrics.test.recall for metrics in history])
    shares = (1 - recalls if rates else recalls).tolist()
    return [[share or None for share in line] for line in shares] if view == "log" else shares


def legend_beside(title: str) -> dict:
    """Return the settings of a legend at the right of the plot; a click shows one line alone, another all."""
    words = {"text": title, "font": {"color": MUTED, "size": 12}}
    alone = {"itemclick": "toggleothers", "itemdoubleclick": "toggle"}
    return {**legend_above(), "orientation": "v", "x": 1.02, "yanchor": "top", "title": words, **alone}


def subsample(history: "History") -> "History":
    """Return at most 250 epochs, evenly spaced from the first to the last."""
    places = np.linspace(0, len(history) - 1, min(len(history), SHOWN)).round().astype(int)
    return [history[place] for place in places]
