"""Learning curves: cost and accuracy by epoch, of one run or of several, and a sparkline of one."""

import base64
import math
from collections.abc import Callable, Sequence
from itertools import starmap
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from mnistlab.figures.template import DASHES, DIGITS, MUTED, TEST, TRAINING, empty, framed, note

if TYPE_CHECKING:  # the records' module imports JAX, which no figure needs
    from mnistlab.evaluation import EpochMetrics, Score

    History = Sequence[EpochMetrics]
    Run = tuple[str, History]
    Change = tuple[int, str]

ROUND_VALUES = tuple(m * 10.0**e for e in range(-5, 4) for m in (1, 2, 5))  # ticks of a logarithmic axis
# Room for numbers is kept, not measured: Plotly would draw twice or more, and these are drawn all the time.
LIVE = {"automargin": False, "fixedrange": False}
MARKED = 12  # epochs up to which each is marked, so that a single one can be seen
# Of a sparkline; the color is the accent, at a lightness that stands out from a light and a dark page.
COLOR, WIDTH, SPARK_HEIGHT, EDGE = "#7166D9", 200, 40, 4


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
    room = 0.04 * max(1, x_max)
    x = {
        "title": "epoch",
        "range": [-room, x_max + room],
        "tickformat": ",d",
        "unifiedhovertitle": {"text": "epoch %{x}"},
        **LIVE,
        **({"dtick": 1} if x_max <= MARKED else {}),
    }
    return framed(
        traces,
        title=title,
        alt=alt,
        x=x,
        y={**y, **LIVE},
        hovermode="x unified",
        dragmode="zoom",
        showlegend=True,
        shapes=[dotted(epoch) for epoch, _ in changes],
        annotations=[*starmap(upright, changes)],
        margin={"l": 64, "r": 28, "t": 74, "b": 54, "pad": 0},
    )


def dotted(epoch: int) -> dict:
    """Return a line from top to bottom at an epoch."""
    line = {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": epoch, "x1": epoch, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def upright(epoch: int, what: str) -> dict:
    """Return words that stand beside the line at an epoch, where others may stand as near."""
    return note(what, epoch, 0.5, yref="paper", textangle=-90, xshift=-9)


def curve(
    history: "History",
    value: Callable[["EpochMetrics"], float | None],
    name: str,
    digits: str,
    color: str,
    width: float = 2,
    dash: str = "solid",
) -> dict:
    """Return one line.

    Args:
        history: Epochs, in order.
        value: Of an epoch; None or what is not finite leaves a gap.
        name: In the legend and on hover.
        digits: Format of the value on hover, such as ".4f".
        color: Of the line.
        width: In px.
        dash: Plotly's name for it.
    """
    points = [value(metrics) for metrics in history]
    return {
        "type": "scatter",
        "x": [metrics.epoch for metrics in history],
        "y": [None if point is None or not math.isfinite(point) else float(point) for point in points],
        "name": name,
        "mode": "lines+markers" if len(history) <= MARKED else "lines",
        "line": {"color": color, "width": width, "dash": dash},
        "marker": {"size": 5},
        "hovertemplate": f"%{{y:{digits}}}",
    }


def plot_sparkline(values: Sequence[float], alt: str) -> str:
    """Return a line from the first value to the last, lowest at the bottom, as an HTML image.

    Args:
        values: In order; what is not finite is left out, and with fewer than two there is only a baseline.
        alt: What it shows, in a few plain words.
    """
    finite = [value for value in values if math.isfinite(value)]
    floor = SPARK_HEIGHT - EDGE
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spark_points(finite)) if len(finite) > 1 else ""
    shape = (
        f'<polyline points="{points}" fill="none" stroke="{COLOR}" stroke-width="2" stroke-linejoin="round" '
        'stroke-linecap="round" vector-effect="non-scaling-stroke"/>'
        if points
        else f'<line x1="0" x2="{WIDTH}" y1="{floor}" y2="{floor}" stroke="{COLOR}" '
        'stroke-opacity="0.3" stroke-width="2" vector-effect="non-scaling-stroke"/>'
    )
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {SPARK_HEIGHT}" '
        f'preserveAspectRatio="none" width="{WIDTH}" height="{SPARK_HEIGHT}">{shape}</svg>'
    )
    address = "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
    return f'<img src="{address}" alt="{alt}" style="display:block;width:100%;height:{SPARK_HEIGHT}px">'


def spark_points(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return where each value lies in the picture; equal values make a level line in the middle."""
    low, high = min(values), max(values)
    room = SPARK_HEIGHT - 2 * EDGE
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    return [
        (
            EDGE + index * step,
            EDGE + room * ((high - value) / (high - low) if high > low else 0.5),
        )
        for index, value in enumerate(values)
    ]
