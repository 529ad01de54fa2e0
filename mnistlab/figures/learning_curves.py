"""Learning curves: cost and accuracy by epoch, of one run or of several, and a sparkline of one."""

import base64
import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple

import plotly.graph_objects as go

from mnistlab.figures.curve_axes import LIVE, MARKED, View, beyond, epoch_axis, value_axis
from mnistlab.figures.theme import MUTED, TRAINING, dots, empty, framed, line, note, run_style

if TYPE_CHECKING:  # the records' module imports JAX, which no figure needs
    from mnistlab.engine.evaluation import EpochMetrics, Score

    History = Sequence[EpochMetrics]
    Change = tuple[int, str]

MARKS_LOWEST = 4  # values: from then on the lowest test cost is marked
# Of a sparkline; the color is the accent, at a lightness that stands out from a light and a dark page.
COLOR, WIDTH, SPARK_HEIGHT, EDGE = "#7166D9", 200, 40, 4


class Course(NamedTuple):
    """A run as its curves show it."""

    name: str
    history: "History"
    place: int = 0  # in the palette


def plot_cost(
    runs: Sequence[Course],
    x_max: int,
    view: View = "all",
    changes: Sequence["Change"] = (),
    only_test: bool = False,
) -> go.Figure:
    """Return the cost on training and test images by epoch; the lowest test cost is marked.

    Args:
        runs: The first is the current one and has both curves, the others have their test curve.
        x_max: Epoch at the right edge, fixed so that nothing moves while training.
        view: What the vertical axis shows: what happens now, all, or all on a logarithmic scale.
        changes: What was changed on the way in the first run: after which epoch, and to what.
        only_test: Show the test curve of each run, and none as the current one.
    """
    costs = [cost for run in runs for m in run.history for cost in (m.train.cost, m.test.cost)]
    whole = 0.0, 1.06 * (max(filter(math.isfinite, costs), default=0.0) or 1.0)
    axis = partial(value_axis, "cost L", view, whole, False)
    figure = runs_figure(runs, "Cost", lambda score: score.cost, ".4f", axis, x_max, changes, only_test)
    lowest = lowest_test_cost(runs[0]) if runs and not only_test else None
    return figure.add_trace(lowest) if lowest else figure


def lowest_test_cost(run: Course) -> dict | None:
    """Return a ring around the lowest test cost so far; None where it says nothing yet."""
    history = run.history
    costs = [m.test.cost if math.isfinite(m.test.cost) else math.inf for m in history]
    if len(costs) < MARKS_LOWEST or min(costs) == math.inf:
        return None
    epoch = costs.index(min(costs))
    look = {"symbol": "circle-open", "size": 13, "color": run_style(run.place)[0], "line": {"width": 2}}
    name, value = "lowest test cost", costs[epoch]
    own = {"name": name, "uid": name, "text": [f"{value:.4f}"]}
    return dots([history[epoch].epoch], [value], look, "%{y:.4f}", **own)


def plot_accuracy(
    runs: Sequence[Course],
    x_max: int,
    view: View = "all",
    changes: Sequence["Change"] = (),
    errors: bool = False,
    only_test: bool = False,
) -> go.Figure:
    """Return the accuracy by epoch, or with `errors` the error rate, 1 minus the accuracy.

    Accuracies near 1 all look alike, so a logarithmic axis shows the error rate, too. The other arguments are
    those of `plot_cost`.
    """
    least = None if view == "log" else 0.0  # a logarithmic axis has no zero
    title, top, value = "Accuracy", 1.02, lambda score: score.accuracy
    if errors or view == "log":
        rates = [1 - m.test.accuracy for run in runs for m in run.history]
        title, top = "Error rate", 1.06 * (max(rates, default=0.0) or 1.0)
        value = lambda score: 1 - score.accuracy or least  # noqa: E731
    axis = partial(value_axis, title.lower(), view, (0.0, top), True)
    return runs_figure(runs, title, value, ".2%", axis, x_max, changes, only_test)


def runs_figure(
    runs: Sequence[Course],
    title: str,
    value: Callable[["Score"], float | None],
    digits: str,
    axis: Callable[[Sequence[Sequence[float | None]]], dict],
    x_max: int,
    changes: Sequence["Change"],
    only_test: bool,
) -> go.Figure:
    """Return training and test curve of the first run and the test curves of the others."""
    runs = [run for run in runs if len(run.history)]
    if not runs:
        return empty(title, "Train, and the curve appears here.")
    traces: list[dict] = []
    for run in runs:
        values = [value(metrics.test) for metrics in run.history]
        name, width = (run.name, 2) if only_test else (f"test, {run.name}", 1.5 if traces else 3)
        traces.append(curve(run.history, values, name, digits, *run_style(run.place), width))
    if only_test:
        title = f"Test {title.lower()}"
        alt = f"{title} by epoch of {', '.join(run.name for run in runs)}."
    else:
        history, here = runs[0].history, f", {runs[0].name}" if len(runs) > 1 else ""
        values = [value(metrics.train) for metrics in history]
        traces[0]["name"] = traces[0]["uid"] = f"test{here}"
        traces.insert(1, curve(history, values, f"training{here}", digits, TRAINING, "dot", 1.5))
        alt = (
            f"{title} by epoch. After epoch {history[-1].epoch}: {values[-1] or 0:{digits}} on the training "
            f"images, {value(history[-1].test) or 0:{digits}} on the test images."
        )
    alt += "".join(f" After epoch {epoch}: {what}." for epoch, what in changes)
    y = axis([trace["y"] for trace in traces])
    return by_epoch(
        traces,
        x_max,
        y,
        title=title,
        alt=alt,
        shapes=[dotted(epoch) for epoch, _ in changes],
        annotations=[*starmap(upright, changes), *beyond(traces[0]["y"], y, digits)],
        margin={"l": 64, "r": 28, "t": 74, "b": 54, "pad": 0},
    )


def by_epoch(traces: Sequence[dict], x_max: int, y: dict, **layout: Any) -> go.Figure:
    """Return lines over epochs that can be zoomed; hovering tells all values of an epoch, their `text`.

    Args:
        traces: The lines.
        x_max: Epoch at the right edge.
        y: Settings of the vertical axis.
        **layout: What `framed` is told besides.
    """
    settings = {"margin": {"l": 64, "r": 64, "t": 44, "b": 54, "pad": 0}, **layout}
    return framed(
        traces,
        x={**epoch_axis(x_max), **LIVE},
        y={**y, **LIVE},
        hovermode="x unified",
        dragmode="zoom",
        showlegend=True,
        **settings,
    )


def dotted(epoch: int) -> dict:
    """Return a line from top to bottom at an epoch."""
    look = {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": epoch, "x1": epoch, "yref": "paper", "y0": 0, "y1": 1, "line": look}


def upright(epoch: int, what: str) -> dict:
    """Return words that stand beside the line at an epoch, where others may stand as near."""
    return note(what, epoch, 0.5, yref="paper", textangle=-90, xshift=-9)


def curve(
    history: "History",
    values: Sequence[float | None],
    name: str,
    digits: str,
    color: str,
    dash: str = "solid",
    width: float = 2,
) -> dict:
    """Return one line.

    Args:
        history: Epochs, in order.
        values: One for each; None or what is not finite leaves a gap.
        name: In the legend and on hover.
        digits: Format of the value on hover, such as ".4f".
        color: Of the line.
        dash: Plotly's name for it.
        width: In px.
    """
    return line(
        [metrics.epoch for metrics in history],
        [None if value is None or not math.isfinite(value) else float(value) for value in values],
        {"color": color, "width": width, "dash": dash},
        f"%{{y:{digits}}}",
        text=[None if value is None else f"{value:{digits}}" for value in values],
        mode="lines+markers" if len(history) <= MARKED else "lines",
        marker={"size": 5},
        name=name,
        uid=name,
    )


def plot_sparkline(values: Sequence[float], alt: str) -> str:
    """Return a line from the first value to the last, lowest at the bottom, as an HTML image.

    Args:
        values: In order; what is not finite is left out, and with fewer than two there is only a baseline.
        alt: What it shows, in a few plain words.
    """
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) > 1:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in spark_points(finite))
        shape = f'<polyline points="{points}" fill="none" stroke-linejoin="round" stroke-linecap="round"'
    else:
        floor = SPARK_HEIGHT - EDGE
        shape = f'<line x1="0" x2="{WIDTH}" y1="{floor}" y2="{floor}" stroke-opacity="0.3"'
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {SPARK_HEIGHT}" '
        f'preserveAspectRatio="none" width="{WIDTH}" height="{SPARK_HEIGHT}" stroke="{COLOR}" '
        f'stroke-width="2">{shape} vector-effect="non-scaling-stroke"/></svg>'
    )
    address = "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
    return f'<img src="{address}" alt="{alt}" style="display:block;width:100%;height:{SPARK_HEIGHT}px">'


def spark_points(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return where each value lies in the picture; equal values make a level line in the middle."""
    low, high = min(values), max(values)
    room = SPARK_HEIGHT - 2 * EDGE
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    shares = [(high - value) / (high - low) if high > low else 0.5 for value in values]
    return [(EDGE + index * step, EDGE + room * share) for index, share in enumerate(shares)]
