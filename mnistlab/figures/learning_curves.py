"""How training went, epoch by epoch: cost and accuracy, of one run or of several."""

import math
from collections.abc import Callable, Sequence
from itertools import starmap
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from mnistlab.figures.epochs import curve, epochs_figure
from mnistlab.figures.lines import DASHES
from mnistlab.figures.template import DIGITS, HEIGHT, MUTED, TEST, TRAINING, empty, note

if TYPE_CHECKING:  # the records' module imports JAX, which no figure needs
    from mnistlab.evaluation import EpochMetrics, Score

    History = Sequence[EpochMetrics]
    Run = tuple[str, History]
    Change = tuple[int, str]

ROUND_VALUES = tuple(m * 10.0**e for e in range(-5, 4) for m in (1, 2, 5))  # ticks of a logarithmic axis


def plot_cost(
    runs: Sequence["Run"], x_max: int, log: bool = False, changes: Sequence["Change"] = ()
) -> go.Figure:
    """Return the cost on training and test images by epoch.

    Args:
        runs: Name and history of each; the first is the current one and has both curves, the others
            have their test curve.
        x_max: Epoch at the right edge, fixed so that nothing moves while training.
        log: Whether the cost stands on a logarithmic axis.
        changes: What was changed on the way in the first run: after which epoch, and to what.
    """
    costs = [cost for _, history in runs for m in history for cost in (m.train.cost, m.test.cost)]
    y = {"title": "cost L", "range": [0, 1.06 * max(filter(math.isfinite, costs), default=1.0)]}
    if log:
        y = {"title": "cost L", "type": "log", "tickvals": ROUND_VALUES, "tickformat": "~g"}
    return runs_figure(runs, "Cost", lambda score: score.cost, ".4f", y, x_max, changes)


def plot_accuracy(
    runs: Sequence["Run"], x_max: int, log: bool = False, changes: Sequence["Change"] = ()
) -> go.Figure:
    """Return the share of images read right by epoch, or with `log` the share read wrong.

    Accuracies near 1 all look alike; their errors on a logarithmic axis do not. The arguments are those of
    `plot_cost`.
    """
    if log:
        y = {"title": "share read wrong", "type": "log", "tickvals": ROUND_VALUES, "tickformat": "~%"}
        return runs_figure(
            runs, "Errors", lambda score: (1 - score.accuracy) or None, ".2%", y, x_max, changes
        )
    y = {"title": "share read right", "range": [0, 1.02], "tickformat": ".0%"}
    return runs_figure(runs, "Accuracy", lambda score: score.accuracy, ".2%", y, x_max, changes)


def runs_figure(
    runs: Sequence["Run"],
    title: str,
    value: Callable[["Score"], float | None],
    digits: str,
    y: dict,
    x_max: int,
    changes: Sequence["Change"],
) -> go.Figure:
    """Return training and test curve of the first run and the test curves of the others."""
    runs = [(name, history) for name, history in runs if len(history)]
    if not runs:
        return empty(title, "Train, and the curve appears here.")
    name, history = runs[0]
    here = f", {name}" if len(runs) > 1 else ""
    traces = [
        curve(history, lambda m: value(m.test), f"test{here}", digits, TEST, 3),
        curve(history, lambda m: value(m.train), f"training{here}", digits, TRAINING, 1.5, "dot"),
    ]
    for index, (other, others) in enumerate(runs[1:]):
        color, dash = DIGITS[(3 * index + 1) % 10], DASHES[(index + 1) % len(DASHES)]
        traces.append(curve(others, lambda m: value(m.test), f"test, {other}", digits, color, 1.5, dash))
    last = history[-1]
    alt = (
        f"{title} by epoch. After epoch {last.epoch}: {value(last.train) or 0:{digits}} on the training "
        f"images, {value(last.test) or 0:{digits}} on the test images."
    )
    alt += "".join(f" After epoch {epoch}: {what}." for epoch, what in changes)
    marks = {"shapes": [dotted(epoch) for epoch, _ in changes], "annotations": [*starmap(upright, changes)]}
    return epochs_figure(traces, title, alt, y, x_max, HEIGHT, showlegend=True, **marks)


def dotted(epoch: int) -> dict:
    """Return a line from top to bottom at an epoch."""
    line = {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": epoch, "x1": epoch, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def upright(epoch: int, what: str) -> dict:
    """Return words that stand beside the line at an epoch, where others may stand as near."""
    return note(what, epoch, 0.5, yref="paper", textangle=-90, xshift=-9)
