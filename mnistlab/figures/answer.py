"""What the network answers: its ten outputs as bars."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.template import (
    ACCENT,
    RIGHT,
    TEXT,
    WRONG,
    empty,
    framed,
)

PLAIN = "#00003759"  # bars of the outputs that are not the answer


def plot_outputs(
    activations: Sequence[float], truth: int | None = None, title: str = "The ten outputs", height: int = 260
) -> go.Figure:
    """Return the ten activations as bars on a fixed axis from 0 to 1, each with its value.

    Args:
        activations: (10,), each 0..1; they do not sum to one.
        truth: The digit's label where it is known; the largest bar is then colored right or wrong.
        title: Above the bars.
        height: In px.
    """
    values = [float(value) for value in np.asarray(activations).ravel()]
    if not values:
        return empty(title, "Draw a digit, and the ten outputs answer here.", height)
    digits = list(range(len(values)))
    answer = max(digits, key=values.__getitem__)
    chosen = ACCENT if truth is None else (RIGHT if truth == answer else WRONG)
    bars = {
        "type": "bar",
        "x": digits,
        "y": values,
        "text": [f"{value:.2f}" for value in values],
        "textposition": "outside",
        "textfont": {"color": TEXT, "size": 12},
        "textangle": 0,
        "cliponaxis": False,
        "marker": {"color": [chosen if digit == answer else PLAIN for digit in digits]},
        "hovertemplate": "output %{x}: activation %{y:.6f}<extra></extra>",
    }
    known = "" if truth is None else f" The image is a {truth}."
    x = {
        "title": "digit" if truth is None else f"digit (this is a {truth})",
        "tickvals": digits,
        "ticktext": [f"<b>{digit}</b>" if digit == truth else str(digit) for digit in digits],
        "tickfont": {"color": TEXT, "size": 14},
        "showgrid": False,
        "range": [-0.6, len(values) - 0.4],
    }
    y = {"title": "activation", "range": [0, 1.12], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    alt = f"{title}: the largest is {answer} with {values[answer]:.2f}.{known}"
    return framed([bars], title=title, height=height, alt=alt, x=x, y=y)
