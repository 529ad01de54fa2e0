"""Many trainings that differ in the learning rate: their curves, the best and the worst marked."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from mnistlab.figures.template import ACCENT, MUTED, TEXT, empty, framed, note

OTHERS = "#00003766"


def plot_sweep(
    curves: Sequence[tuple[str, Sequence[float]]],
    title: str = "Learning rates compared",
    y_title: str = "test images read right",
    height: int = 360,
) -> go.Figure:
    """Return many curves; the best and the worst end are named.

    Args:
        curves: Name, such as the learning rate, and accuracy after epoch 0, 1, 2, ... of each.
        title: Above the figure.
        y_title: What the values are, shares from 0 to 1.
        height: In px.
    """
    curves = [(str(name), [float(value) for value in values]) for name, values in curves if len(values)]
    if not curves:
        return empty(title, "Start the comparison, and the curves appear here.", height)
    ends = [value[-1] if math.isfinite(value[-1]) else -1.0 for _, value in curves]
    best, worst = ends.index(max(ends)), ends.index(min(ends))
    order = sorted(range(len(curves)), key=lambda index: index in (best, worst))
    traces = [sweep_line(*curves[index], index == best, index == worst) for index in order]
    named = dict.fromkeys([best, worst])
    labels = [end_name(*curves[index], "best" if index == best else "worst") for index in named]
    x_max = max(len(values) for _, values in curves) - 1
    alt = f"{title}: of {len(curves)} curves the best is {curves[best][0]} with {max(ends):.1%}, "
    return framed(
        traces,
        title=title,
        height=height,
        alt=alt + f"the worst {curves[worst][0]} with {max(0.0, min(ends)):.1%}.",
        x={
            "title": "epoch",
            "range": [-0.04 * max(1, x_max), 1.28 * max(1, x_max)],
            "tickvals": whole_ticks(x_max),
        },
        y={"title": y_title, "range": [0, 1.02], "tickformat": ".0%"},
        annotations=labels,
    )


def whole_ticks(x_max: int) -> list[int]:
    """Return at most eight epochs for the axis, none beyond the last that was trained."""
    step = next(size * 10**power for power in range(6) for size in (1, 2, 5) if x_max <= 7 * size * 10**power)
    return list(range(0, x_max + 1, step))


def sweep_line(name: str, values: Sequence[float], best: bool, worst: bool) -> dict:
    """Return one curve; all but the best and the worst step back."""
    look = {"color": ACCENT, "width": 3} if best else {"color": OTHERS, "width": 1.5}
    if worst and not best:
        look = {"color": TEXT, "width": 2, "dash": "dash"}
    return {
        "type": "scatter",
        "x": list(range(len(values))),
        "y": [value if math.isfinite(value) else None for value in values],
        "name": name,
        "mode": "lines+markers" if len(values) == 1 else "lines",
        "line": look,
        "hovertemplate": f"{name}<br>epoch %{{x}}: %{{y:.2%}}<extra></extra>",
    }


def end_name(name: str, values: Sequence[float], word: str) -> dict:
    """Return the name beside a curve's last finite value."""
    seen = [(epoch, value) for epoch, value in enumerate(values) if math.isfinite(value)]
    epoch, value = seen[-1] if seen else (0, 0.0)
    color = ACCENT if word == "best" else MUTED
    font = {"color": color, "size": 13}
    return note(f"{word}: {name}", epoch, value, xanchor="left", xshift=8, font=font)
