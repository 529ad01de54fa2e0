"""The axes of learning curves: epochs across; upwards what happens now, all there was, or its logarithm."""

import math
from collections.abc import Sequence
from typing import Any, Literal

from mnistlab.figures.theme import note

View = Literal["latest", "all", "log"]

# Room for numbers is kept, not measured: Plotly would draw twice or more, and these are drawn all the time.
LIVE = {"automargin": False, "fixedrange": False}
MARKED = 12  # epochs up to which each is marked, so that a single one can be seen
MOST_DECADES = 6  # that a logarithmic axis names
LEAVES_BEHIND = 3  # epochs: from then on the latest view no longer shows the first jump


def epoch_axis(x_max: int) -> dict[str, Any]:
    """Return the settings of a horizontal axis of epochs, with the same room at both ends."""
    room = 0.04 * max(1, x_max)
    axis = {"title": "epoch", "range": [-room, x_max + room], "tickformat": ",d"}
    return axis | {"unifiedhovertitle": {"text": "epoch %{x}"}} | ({"dtick": 1} if x_max <= MARKED else {})


def value_axis(
    title: str, view: View, whole: tuple[float, float], share: bool, curves: Sequence[Sequence[float | None]]
) -> dict[str, Any]:
    """Return the settings of a vertical axis.

    Args:
        title: Of the axis.
        view: What the axis has to show.
        whole: Its range when it shows all.
        share: Whether the values are shares of 1, to be read as percentages.
        curves: Values from epoch 0 on; those of the current run first.
    """
    if view == "log":
        return {"title": title, **log_axis(curves), "tickformat": "~%" if share else "~g"}
    low, high = latest_range(curves, whole) if view == "latest" else whole
    return {"title": title, "range": [low, high], **({"tickformat": "~%"} if share else {})}


def log_axis(curves: Sequence[Sequence[float | None]]) -> dict[str, Any]:
    """Return the settings of a logarithmic axis: few round values, so that none stands on another."""
    above = [value for curve in curves for value in curve if value and 0 < value < math.inf]
    low, high = (
        math.floor(math.log10(min(above, default=1))),
        math.ceil(math.log10(max(above, default=1))),
    )
    step = math.ceil(max(1, high - low) / MOST_DECADES)
    marks = (1, 2, 5) if high - low <= 2 else (1,)
    ticks = [mark * 10.0**power for power in range(low, high + 1, step) for mark in marks]
    return {"type": "log", "tickvals": ticks, "tickformat": "~g"}


def first_shown(epoch: int) -> int:
    """Return the first epoch that the latest view has to show after `epoch` epochs.

    It moves on in doublings, from 1 after epoch 3 to 2 after 8, 4 after 16, so that the axis seldom changes.
    """
    return 0 if epoch < LEAVES_BEHIND else max(1, 2 ** (int(math.log2(epoch)) - 2))


def latest_range(curves: Sequence[Sequence[float | None]], whole: tuple[float, float]) -> tuple[float, float]:
    """Return a range with round ends in which what happens now fills the axis.

    Args:
        curves: Values from epoch 0 on; those of the current run first.
        whole: The range that shows all; where little has happened yet, it is this one.
    """
    start = first_shown(max(map(len, curves[:1]), default=0) - 1)
    now = [value for curve in curves for value in curve[start:] if value is not None and math.isfinite(value)]
    if not start or not now:
        return whole
    low, high = min(now), max(now)
    span = max(high - low, 0.01 * (whole[1] - whole[0]))
    step = round_step(span / 4)
    bottom, top = math.floor((low - span / 20) / step) * step, math.ceil((high + span / 20) / step) * step
    return max(bottom, whole[0]), min(top, whole[1])


def round_step(size: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above a size."""
    power = 10.0 ** math.floor(math.log10(size))
    return power * max(m for m in (1, 2, 5) if m * power <= size * (1 + 1e-9))


def beyond(curve: Sequence[float | None], axis: dict[str, Any], digits: str, above: int) -> list[dict]:
    """Return the note that says which first epochs lie out of range, in a list; an empty one where none do.

    It stands beside the title, above the legend, where no curve comes.

    Args:
        curve: Values from epoch 0 on.
        axis: Settings of the vertical axis.
        digits: Format of a value, such as ".3f".
        above: How far above the plot it stands, in px.
    """
    if "range" not in axis or not curve:
        return []
    low, high = axis["range"]
    inside = [value is None or low <= value <= high for value in curve]
    count = inside.index(True) if True in inside else len(inside)
    if not count or curve[0] is None:
        return []
    epochs = "epoch 0" if count == 1 else f"epochs 0 to {count - 1}"
    far = f"{curve[0]:{digits}}" if count == 1 else f"from {curve[0]:{digits}}"
    words = f"{'↑' if curve[0] > high else '↓'} {epochs}: {far}"
    place = {"yref": "paper", "xref": "paper", "xanchor": "right", "yanchor": "bottom", "yshift": above}
    return [note(words, 1, 1, **place)]
