"""A pass through the network, forward or back: the values of every layer as cells."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from mnistlab.explaining.numerals import plain
from mnistlab.figures.template import DIVERGING, SEQUENTIAL, TEXT, bare_axis, empty, framed, note

LABEL = 26  # px above a layer for its name
SWATCH = 20  # px of color over a number
BETWEEN = 14  # px between one layer and the next


class Strip(NamedTuple):
    """The values of one layer."""

    name: str  # as hovering says it: z, a, Delta
    label: str  # above the cells
    layer: int
    values: np.ndarray  # (n,)
    signed: bool  # zero is the middle of the colors


class Grid(NamedTuple):
    """How the cells of a layer lie."""

    columns: int
    height: int  # of a row, px
    numbers: bool  # whether there is room for the values


def grid_of(count: int) -> Grid:
    """Return the cells for a layer of so many units."""
    if count <= 20:
        return Grid(min(10, count), 46, True)
    return Grid(50, 18, False) if count <= 400 else Grid(64, 12, False)


def plot_passes(
    strips: Sequence[Strip], chosen: dict[int, int] | None = None, title: str = "", alt: str = ""
) -> go.Figure:
    """Return the layers under each other.

    Args:
        strips: What is shown, from top to bottom.
        chosen: Layer -> number of the unit that is outlined in it.
        title: Above it all.
        alt: What there is to see, one sentence.

    Returns:
        The figure, about one data unit to a pixel; a click gives [layer, unit] as customdata.
    """
    if not strips:
        return empty(title)
    traces, notes, shapes, layout, top = [], [], [], {}, 0.0
    for number, strip in enumerate(strips, start=1):
        grid = grid_of(len(strip.values))
        top += LABEL
        name = f"coloraxis{number if number > 1 else ''}"
        layout[name] = value_colors(strip)
        traces.append(cells_of(strip, grid, top, name))
        if grid.numbers:
            traces.append(numbers_of(strip, grid, top))
        notes.append(note(strip.label, 0, top - 5, xanchor="left", yanchor="bottom", font={"color": TEXT}))
        if chosen and strip.layer in chosen:
            shapes.append(outlined(chosen[strip.layer], grid, top))
        top += grid.height * -(-len(strip.values) // grid.columns) + BETWEEN
    return framed(
        traces,
        title=title,
        height=int(top) + (44 if title else 4),
        alt=alt,
        x=bare_axis(range=[0, 1]),
        y=bare_axis(range=[top - BETWEEN + 2, 0]),
        margin={"l": 2, "r": 2, "t": 40 if title else 0, "b": 4},
        annotations=notes,
        shapes=shapes,
        bargap=0,
        **layout,
    )


def cells_of(strip: Strip, grid: Grid, top: float, color_axis: str) -> go.Bar:
    """Return one cell for each unit of a layer, the first at the upper left."""
    values = np.asarray(strip.values, float)
    units = np.arange(values.size)
    return go.Bar(
        x=((units % grid.columns + 0.5) / grid.columns).tolist(),
        y=[(SWATCH if grid.numbers else grid.height) - 2.0] * values.size,
        base=(top + grid.height * (units // grid.columns) + 1.0).tolist(),
        width=(1 - (0.04 if grid.numbers else 0.08)) / grid.columns,
        marker={"color": values.tolist(), "coloraxis": color_axis, "line": {"width": 0}},
        customdata=[[strip.layer, int(unit)] for unit in units],
        hovertemplate=f"unit %{{customdata[1]}}<br>{strip.name} = %{{marker.color:.6g}}<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )


def numbers_of(strip: Strip, grid: Grid, top: float) -> go.Scatter:
    """Return the values below their cells, each over the number of its unit."""
    values = np.asarray(strip.values, float)
    units = np.arange(values.size)
    return go.Scatter(
        x=((units % grid.columns + 0.5) / grid.columns).tolist(),
        y=(top + grid.height * (units // grid.columns) + SWATCH + 1.0).tolist(),
        mode="text",
        text=[
            f"{written(value)}<br><span style='font-size:9px'>{unit}</span>"
            for unit, value in enumerate(values)
        ],
        textposition="bottom center",
        textfont={"color": TEXT, "size": 11},
        cliponaxis=False,
        hoverinfo="skip",
    )


def written(value: float) -> str:
    """Return a value as it fits into a cell."""
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return (f"{value:.4g}" if abs(value) >= 1 else f"{value:.3f}").replace("-", "−") if value else "0"
    return plain(value, 1)


def value_colors(strip: Strip) -> dict:
    """Return the colors of a layer: signed values around zero, others from 0 to 1 or to their largest."""
    values = np.asarray(strip.values, float)
    reach = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
    low, high = (-reach, reach) if strip.signed else (0.0, max(1.0, reach))
    scale = DIVERGING if strip.signed else SEQUENTIAL
    return {"colorscale": scale, "cmin": low, "cmax": high, "showscale": False}


def outlined(unit: int, grid: Grid, top: float) -> dict:
    """Return a frame around the cell of a unit."""
    column, row = unit % grid.columns, unit // grid.columns
    edges = {
        "x0": column / grid.columns,
        "x1": (column + 1) / grid.columns,
        "y0": top + grid.height * row,
        "y1": top + grid.height * row + (SWATCH if grid.numbers else grid.height),
    }
    return {"type": "rect", **edges, "line": {"color": TEXT, "width": 2}}
