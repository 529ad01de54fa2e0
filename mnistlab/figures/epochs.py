"""Lines over epochs: one line, and the axis that does not move while training."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from mnistlab.figures.template import framed

if TYPE_CHECKING:  # the records' module imports JAX, which no figure needs
    from mnistlab.evaluation import EpochMetrics

    History = Sequence[EpochMetrics]

# Room for numbers is kept, not measured: Plotly would draw twice or more, and these are drawn all the time.
LIVE = {"automargin": False, "fixedrange": False}
MARKED = 12  # epochs up to which each is marked, so that a single one can be seen


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


def epochs_figure(
    traces: Sequence[dict], title: str, alt: str, y: dict, x_max: int, height: int, **layout
) -> go.Figure:
    """Return lines over a fixed range of epochs.

    Args:
        traces: From `curve`.
        title: Above the figure.
        alt: What it shows, in a sentence.
        y: Settings of the vertical axis.
        x_max: Epoch at the right edge.
        height: In px.
        **layout: Other settings; `showlegend=True` makes room for a legend.
    """
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
        height=height,
        alt=alt,
        x=x,
        y={**y, **LIVE},
        hovermode="x unified",
        dragmode="zoom",
        margin={"l": 64, "r": 28, "t": 74 if layout.get("showlegend") else 44, "b": 54, "pad": 0},
        **layout,
    )
