"""Whether the slopes that backpropagation gives are those that can be measured."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.explaining.numerals import plain
from mnistlab.figures.cost_slice import PLAIN, line
from mnistlab.figures.template import ACCENT, MUTED, axis, framed


def plot_agreement(
    by_hand: Sequence[float],
    differences: Sequence[float],
    names: Sequence[str],
    title: str = "",
    height: int = 340,
) -> go.Figure:
    """Return slopes by hand against slopes measured, both without their signs; agreement is the diagonal.

    Args:
        by_hand: (n,); the first belongs to the chosen weight.
        differences: (n,), the central differences.
        names: What hovering calls each weight.
        title: Above it.
        height: In px.
    """
    x, y = np.abs(np.asarray(by_hand, float)), np.abs(np.asarray(differences, float))
    there = (x > 0) & (y > 0)
    shown = np.flatnonzero(there).tolist()
    low, high = (float(x[there].min()), float(x[there].max())) if there.any() else (1e-3, 1.0)
    margin = 0.06 * np.log10(high / low) + 0.2
    low, high = low / 10**margin, high * 10**margin
    dots = go.Scatter(
        x=x[there].tolist(),
        y=y[there].tolist(),
        mode="markers",
        marker={
            "color": [ACCENT if number == 0 else PLAIN for number in shown],
            "size": [13 if number == 0 else 8 for number in shown],
        },
        customdata=[
            [names[number], plain(by_hand[number], 8), plain(differences[number], 8)] for number in shown
        ],
        hovertemplate="%{customdata[0]}<br>by hand %{customdata[1]}<br>"
        "measured %{customdata[2]}<extra></extra>",
    )
    same = line([low, high], [low, high], MUTED, "", "equal", width=1)
    logarithmic = {
        "type": "log",
        "range": [np.log10(low), np.log10(high)],
        "nticks": 6,
    }
    alt = (
        f"{int(there.sum())} slopes by hand against the same slopes measured; equal ones lie on the diagonal."
    )
    return framed(
        [same, dots],
        title=title,
        height=height,
        alt=alt,
        x={**axis(), **logarithmic, "title": "|∂L/∂W| by hand"},
        y={**axis(), **logarithmic, "title": "|∂L/∂W| measured"},
    )
