"""Many trainings that differ in the learning rate: their curves, the best and the worst marked."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from mnistlab.figures.curve_axes import epoch_axis
from mnistlab.figures.theme import ACCENT, TEXT, empty, framed, legend_above, line

LOOKS = {
    "best": {"color": ACCENT, "width": 3},
    "worst": {"color": TEXT, "width": 2, "dash": "dash"},
    "": {"color": "#00003766", "width": 1.5},  # the others step back
}
HEIGHT = 360  # px


def plot_sweep(curves: Sequence[tuple[str, Sequence[float]]], title: str, x_max: int) -> go.Figure:
    """Return many curves; the best and the worst end are named above the plot.

    Args:
        curves: Name, such as the learning rate, and accuracy after epoch 0, 1, 2, ... of each.
        title: Above the figure.
        x_max: The last epoch there will be, so that the axis stays while curves grow.
    """
    curves = [(str(name), [float(value) for value in values]) for name, values in curves if len(values)]
    if not curves:
        return empty(title, "The curves appear here, epoch by epoch.", HEIGHT)
    ends = [value[-1] if math.isfinite(value[-1]) else -1.0 for _, value in curves]
    best, worst = ends.index(max(ends)), ends.index(min(ends))
    words = {worst: "worst", best: "best"}
    order = sorted(range(len(curves)), key=lambda index: (index in words, words.get(index) == "best"))
    last = max(x_max, max(len(values) for _, values in curves) - 1)
    alt = f"{title}: of {len(curves)} curves the best is {curves[best][0]} with {max(ends):.1%}, "
    return framed(
        [sweep_line(*curves[index], words.get(index, "")) for index in order],
        title=title,
        height=HEIGHT,
        alt=alt + f"the worst {curves[worst][0]} with {max(0.0, min(ends)):.1%}.",
        x=epoch_axis(last),
        y={"title": "test accuracy", "range": [0, 1.02], "tickformat": ".0%"},
        showlegend=True,
        legend={**legend_above(), "traceorder": "reversed"},
        top=76,
    )


def sweep_line(name: str, values: Sequence[float], word: str) -> dict:
    """Return one curve; only the best and the worst have a place in the legend."""
    return line(
        list(range(len(values))),
        [value if math.isfinite(value) else None for value in values],
        LOOKS[word],
        f"{name}<br>epoch %{{x}}: %{{y:.2%}}<extra></extra>",
        mode="lines+markers" if len(values) == 1 else "lines",
        name=f"{word}: {name}" if word else name,
        showlegend=bool(word),
    )
