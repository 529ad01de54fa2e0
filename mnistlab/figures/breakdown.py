"""Learning curves broken down: recall of each class and gradient norm of each layer, by epoch."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.histogram import layer_style
from mnistlab.figures.learning_curves import by_epoch, curve
from mnistlab.figures.theme import DASHES, DIGITS, MUTED, empty, legend_above, note

if TYPE_CHECKING:  # the records' module imports JAX, which no figure needs
    from mnistlab.engine.evaluation import EpochMetrics

    History = Sequence[EpochMetrics]

SHOWN = 250  # epochs at most: more than there are pixels to tell them apart
LEGEND = {**legend_above(), "orientation": "v", "x": 1.02, "yanchor": "top"}  # beside the plot


def plot_recall(history: "History", x_max: int) -> go.Figure:
    """Return the recall of each digit on the test images, by epoch.

    An output that never fires is a flat line at zero; the weakest digit is named, and its line is the widest.

    Args:
        history: Epochs, in order.
        x_max: Epoch at the right edge, fixed so that nothing moves while training.
    """
    title = "Recall per class"
    if not len(history):
        return empty(title, "Train, and ten lines appear here.")
    epoch, recall = history[-1].epoch, history[-1].test.recall
    weakest = int(np.nan_to_num(recall, nan=np.inf).argmin())
    lowest = float(recall[weakest])
    shown = subsample(history)
    traces = [
        curve(
            shown,
            partial(recall_of, digit),
            str(digit),
            ".1%",
            color,
            4 if digit == weakest else 1.5,
            DASHES[digit % len(DASHES)],
        )
        for digit, color in enumerate(DIGITS)
    ]
    words = f"weakest: {weakest}, {lowest:.1%}"
    return by_epoch(
        traces,
        x_max,
        {"title": "recall", "range": [-0.02, 1.04], "tickformat": ".0%"},
        title=title,
        alt=f"{title}, by epoch. After epoch {epoch} the weakest is {weakest} with {lowest:.1%}.",
        annotations=[note(words, 1, 1, xref="paper", yref="paper", xanchor="right", yanchor="bottom")],
        legend={**LEGEND, "title": legend_title("digit")},
    )


def plot_gradient_norms(history: "History", x_max: int) -> go.Figure:
    """Return the norm of each layer's weight gradient by epoch, on a logarithmic axis.

    The arguments are those of `plot_recall`.
    """
    title = "Gradient norm per layer"
    if not len(history):
        return empty(title, "Train, and one line for each layer appears here.")
    norms, shown = history[-1].gradient_norms, subsample(history)
    traces = [
        curve(shown, partial(norm_of, level), str(level + 1), ".2e", **layer_style(level))
        for level in range(len(norms))
    ]
    last = ", ".join(f"layer {number} {norm:.1e}" for number, norm in enumerate(norms, start=1))
    return by_epoch(
        traces,
        x_max,
        {"title": "norm of ∂L/∂W", "type": "log", "tickformat": "~g"},
        title=title,
        alt=f"{title}, by epoch. After epoch {history[-1].epoch}: {last}.",
        legend={**LEGEND, "title": legend_title("layer")},
    )


def legend_title(text: str) -> dict:
    """Return the title of a legend beside the plot."""
    return {"text": text, "font": {"color": MUTED, "size": 12}}


def subsample(history: "History") -> "History":
    """Return at most 250 epochs, evenly spaced from the first to the last."""
    places = np.linspace(0, len(history) - 1, min(len(history), SHOWN)).round().astype(int)
    return [history[place] for place in places]


def recall_of(digit: int, metrics: "EpochMetrics") -> float:
    """Return the recall of a digit after an epoch."""
    return float(metrics.test.recall[digit])


def norm_of(level: int, metrics: "EpochMetrics") -> float | None:
    """Return the gradient norm of a layer after an epoch; None for 0, of which there is no logarithm."""
    return metrics.gradient_norms[level] or None
