"""The gradient of the weights as pictures, a sheet or a matrix, and its check against measured slopes."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.analysis.formatting import plain
from mnistlab.figures.cost_slice import PLAIN
from mnistlab.figures.html_figure import DIVERGING, Sketch, field_markup, pixels, reach_of, signed_levels
from mnistlab.figures.image_grid import SIDE, named_tiles, weight_picture
from mnistlab.figures.theme import ACCENT, MUTED, dots, framed, line

ROW = 24  # px


def draw_gradient_picture(gradient: np.ndarray, chosen: int | None = None) -> Sketch:
    """Return dL/dW of one unit of the first layer, (784,), as a picture; a click gives the pixel's number."""
    says = "pixel {cell}\n∂L/∂W = {value}"
    return weight_picture(gradient, says=says, chosen=chosen, clickable=True)


def draw_gradient_sheet(gradients: np.ndarray, units: Sequence[int], chosen: int | None = None) -> Sketch:
    """Return dL/dW of some units of the first layer, (n, 784), on one scale; a click gives the unit."""
    gradients, units = np.asarray(gradients, float), list(map(int, units))
    reach = reach_of(gradients)
    return named_tiles(
        signed_levels(gradients, reach).reshape(-1, SIDE, SIDE),
        DIVERGING,
        [f"unit {unit}" for unit in units],
        [
            f"unit {unit}\nlargest slope {plain(float(np.abs(row).max()), 3)}"
            for unit, row in zip(units, gradients, strict=True)
        ],
        4,
        picks=units,
        chosen=units.index(chosen) if chosen in units else None,
        alt=f"Gradients of {len(units)} units, each 28 by 28 slopes, the largest {reach:.3g}.",
        tile=76,
    )


def draw_gradient_matrix(
    gradient: np.ndarray, sources: Sequence[int], chosen: tuple[int, int] | None = None
) -> Sketch:
    """Return dL/dW of a layer as a matrix; a click gives (unit, source).

    Args:
        gradient: (n_out, m), the columns that are shown.
        sources: Number of the unit of the layer before to which each column belongs, (m,).
        chosen: Unit and source of the weight that is outlined.
    """
    gradient, sources = np.asarray(gradient, float), list(map(int, sources))
    rows = len(gradient)
    picks = [(unit, source) for unit in range(rows) for source in sources]
    field = pixels(
        signed_levels(gradient, reach_of(gradient)),
        DIVERGING,
        "to unit {row} from unit {source}\n∂L/∂W = {value}",
        {"source": sources * rows, "value": [plain(value, 6) for value in gradient.ravel().tolist()]},
        picks,
    )
    place = picks.index(chosen) if chosen in picks else None
    painted = field_markup(0, field, "framed", f"height:{ROW * rows}px", place)
    alt = f"Gradient: {rows} by {len(sources)} slopes, the largest {reach_of(gradient):.3g}."
    return Sketch(f'<div class="matrix">{down(rows)}{painted}{across(sources)}</div>', [field], alt)


def down(rows: int) -> str:
    """Return the numbers of the rows."""
    return '<div class="down muted">' + "".join(f"<span>{row}</span>" for row in range(rows)) + "</div>"


def across(sources: Sequence[int]) -> str:
    """Return the numbers of some columns, and what rows and columns are."""
    step = max(1, len(sources) // 10)
    ticks = "".join(
        f'<span style="left:{100 * (place + 0.5) / len(sources):.2f}%">{sources[place]}</span>'
        for place in range(0, len(sources), step)
    )
    return (
        f'<div></div><div class="across muted">{ticks}</div>'
        '<div class="axis muted">down: to unit <i>i</i>, across: from unit <i>j</i></div>'
    )


def plot_agreement(by_hand: Sequence[float], differences: Sequence[float], names: Sequence[str]) -> go.Figure:
    """Return slopes of backpropagation against central differences, without signs; equal is the diagonal.

    Args:
        by_hand: (n,); the first belongs to the chosen weight.
        differences: (n,), the central differences.
        names: What hovering calls each weight.
    """
    x, y = np.abs(np.asarray(by_hand, float)), np.abs(np.asarray(differences, float))
    there = (x > 0) & (y > 0)
    shown = np.flatnonzero(there).tolist()
    low, high = (float(x[there].min()), float(x[there].max())) if there.any() else (1e-3, 1.0)
    margin = 0.06 * np.log10(high / low) + 0.2
    low, high = low / 10**margin, high * 10**margin
    slopes = dots(
        x[there].tolist(),
        y[there].tolist(),
        {"color": [PLAIN if n else ACCENT for n in shown], "size": [8 if n else 13 for n in shown]},
        "%{customdata[0]}<br>backpropagation %{customdata[1]}<br>"
        "central difference %{customdata[2]}<extra></extra>",
        customdata=[[names[n], plain(by_hand[n], 8), plain(differences[n], 8)] for n in shown],
    )
    same = line([low, high], [low, high], {"color": MUTED, "width": 1}, "equal<extra></extra>")
    logarithmic = {"type": "log", "range": [np.log10(low), np.log10(high)], "nticks": 6}
    alt = (
        f"{int(there.sum())} slopes of backpropagation against central differences; equal ones lie on the "
        "diagonal."
    )
    return framed(
        [same, slopes],
        height=300,
        alt=alt,
        x={**logarithmic, "title": "|∂L/∂W|, backpropagation"},
        y={**logarithmic, "title": "|∂L/∂W|, central difference"},
    )
