"""What the network answers, and what its layers hold for one image."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.template import (
    ACCENT,
    CLEAR,
    DIVERGING,
    MUTED,
    RIGHT,
    SEQUENTIAL,
    TEXT,
    WRONG,
    bare_axis,
    empty,
    framed,
    note,
    number,
)

PLAIN = "#00003759"  # bars of the outputs that are not the answer
PALE = 3.4  # a cell with a number takes so much less color that the number can be read on both themes


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


def plot_strip(
    values: Sequence[float],
    title: str = "",
    symbol: str = "a",
    signed: bool | None = None,
    columns: int = 50,
    selected: int | None = None,
) -> go.Figure:
    """Return the values of a large layer as rows of colored cells.

    Args:
        values: (n,), one for each unit.
        title: Above the cells.
        symbol: What the values are called on hover: z, a, Δ.
        signed: Whether zero is the middle of the colors; None when there are negative values.
        columns: Cells in a row.
        selected: Number of the unit that is outlined.

    Returns:
        The figure; a click gives the unit's number, from 0, as customdata.
    """
    values = np.asarray(values, float).ravel()
    if not values.size:
        return empty(title, "This layer has no units.", height=120)
    cells = layer_cells(values, columns, symbol, values_signed(values, signed), pale=1.0)
    low, high = number(values.min()), number(values.max())
    alt = f"{title or symbol}: {values.size} values from {low} to {high}."
    return layer_figure(cells, values.size, columns, 22, title, alt, selected, f"from {low} to {high}")


def plot_vector(
    values: Sequence[float],
    title: str = "",
    symbol: str = "a",
    signed: bool | None = None,
    columns: int = 10,
    selected: int | None = None,
) -> go.Figure:
    """Return the values of a small layer as cells with their numbers; all else is as for `plot_strip`."""
    values = np.asarray(values, float).ravel()
    if not values.size:
        return empty(title, "This layer has no units.", height=120)
    texts = [number(value) for value in values]
    cells = {
        **layer_cells(values, columns, symbol, values_signed(values, signed), pale=PALE),
        "text": [f"{text}<br><span style='font-size:10px'>{unit}</span>" for unit, text in enumerate(texts)],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"color": TEXT, "size": 12},
    }
    alt = f"{title or symbol}: {', '.join(texts)}."
    return layer_figure(cells, values.size, columns, 50, title, alt, selected, "")


def values_signed(values: np.ndarray, signed: bool | None) -> bool:
    """Return whether zero is the middle of the colors."""
    return bool((values < 0).any()) if signed is None else signed


def layer_cells(values: np.ndarray, columns: int, symbol: str, signed: bool, pale: float) -> dict:
    """Return one colored bar for each unit, laid out row by row; bars, unlike heat-maps, can be clicked."""
    units = np.arange(values.size)
    gap = 0.08
    reach = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
    top = (reach if signed else max(1.0, reach)) * pale
    return {
        "type": "bar",
        "x": (units % columns).tolist(),
        "y": [1 - gap] * values.size,
        "base": (units // columns - 0.5 + gap / 2).tolist(),
        "width": 1 - gap,
        "marker": {
            "color": values.tolist(),
            "colorscale": DIVERGING if signed else SEQUENTIAL,
            "cmin": -top if signed else 0.0,
            "cmax": top,
            "line": {"width": 0, "color": CLEAR},
        },
        "customdata": units.tolist(),
        "hovertemplate": f"unit %{{customdata}}<br>{symbol} = %{{marker.color:.6g}}<extra></extra>",
        "unselected": {"marker": {"opacity": 0.45}},
    }


def layer_figure(
    cells: dict,
    count: int,
    columns: int,
    row_height: int,
    title: str,
    alt: str,
    selected: int | None,
    span: str,
) -> go.Figure:
    """Return rows of cells under a title, with the span of the values at its right and a unit outlined."""
    columns = min(columns, count)
    rows = -(-count // columns)
    # A lone row of few cells would be stretched over the page; ten places are kept, and the cells stay left.
    x = bare_axis(range=[-0.5, max(columns, 10) - 0.5])
    y = bare_axis(range=[rows - 0.5, -0.5])
    at_right = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom"}
    return framed(
        [cells],
        title=title,
        height=(44 if title else 24) + max(32, row_height * rows) + 8,
        alt=alt,
        x=x,
        y=y,
        shapes=[] if selected is None else [outline(selected % columns, selected // columns)],
        uniformtext={"minsize": 6, "mode": "show"},
        annotations=[note(span, 1, 1, **at_right, font={"color": MUTED, "size": 12})] if span else [],
    )


def outline(column: int, row: int) -> dict:
    """Return a frame around one cell."""
    edges = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return {"type": "rect", **edges, "line": {"color": TEXT, "width": 2}}
