"""The gradient of a layer's weights: a picture of one unit's, a sheet of many, a matrix of a last layer's."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.sheet import cells
from mnistlab.figures.template import DIVERGING, MUTED, TEXT, bare_axis, color_bar, empty, framed

SIDE = 28
GAP = 3
CAPTION = 7
UNTOUCHED = {"selected": {"marker": {"opacity": 0}}}  # the outline says what is chosen


def plot_gradient_picture(
    gradient: np.ndarray, title: str = "", chosen: int | None = None, height: int = 300
) -> go.Figure:
    """Return dL/dW of one unit of the first layer, (784,), as a picture; a click gives the pixel's number."""
    picture = np.asarray(gradient, float).reshape(SIDE, SIDE)
    pixels = range(SIDE * SIDE)
    click = cells(
        [pixel % SIDE - 0.5 for pixel in pixels],
        [pixel // SIDE - 0.5 for pixel in pixels],
        1,
        1,
        list(pixels),
        "pixel %{customdata}<br>dL/dW = %{hovertext}<extra></extra>",
        hovertext=[f"{value:.6g}" for value in picture.ravel()],
        **UNTOUCHED,
    )
    largest = np.abs(picture).max()
    alt = f"{title or 'Gradient of one unit'}: 28 by 28 slopes, the largest {largest:.3g}."
    return framed(
        [colored(picture, limit_of(picture)), click],
        title=title,
        height=height,
        alt=alt,
        x=bare_axis(range=[-0.5, SIDE - 0.5], constrain="domain"),
        y=bare_axis(range=[SIDE - 0.5, -0.5], scaleanchor="x", constrain="domain"),
        shapes=[outline(0, 0, SIDE, 0.5)]
        + ([] if chosen is None else [outline(chosen % SIDE, chosen // SIDE)]),
    )


def plot_gradient_sheet(
    gradients: np.ndarray, units: Sequence[int], title: str = "", chosen: int | None = None, columns: int = 4
) -> go.Figure:
    """Return dL/dW of some units of the first layer, (n, 784), on one scale; a click gives the unit."""
    if not len(gradients):
        return empty(title)
    rows, across, down = -(-len(units) // columns), SIDE + GAP, SIDE + GAP + CAPTION
    sheet = np.full((rows * down, columns * across - GAP), np.nan)
    corners = [((place // columns) * down, (place % columns) * across) for place in range(len(units))]
    for (top, left), gradient in zip(corners, np.asarray(gradients, float), strict=True):
        sheet[top : top + SIDE, left : left + SIDE] = gradient.reshape(SIDE, SIDE)
    click = cells(
        [left - 0.5 for _, left in corners],
        [top - 0.5 for top, _ in corners],
        SIDE,
        SIDE,
        list(map(int, units)),
        "unit %{customdata}<extra></extra>",
        **UNTOUCHED,
    )
    names = go.Scatter(
        x=[left + SIDE / 2 - 0.5 for _, left in corners],
        y=[top + SIDE for top, _ in corners],
        mode="text",
        text=[f"unit {unit}" for unit in units],
        textposition="bottom center",
        textfont={"color": MUTED, "size": 11},
        hoverinfo="skip",
    )
    where = {int(unit): corner for unit, corner in zip(units, corners, strict=True)}
    chosen_frame = [outline(where[chosen][1], where[chosen][0], SIDE)] if chosen in where else []
    return framed(
        [colored(sheet, limit_of(gradients)), click, names],
        title=title,
        height=int(rows * down * 2.4) + (44 if title else 8),
        alt=f"{title or 'Gradients'}: {len(units)} pictures of 28 by 28 slopes.",
        x=bare_axis(range=[-1, sheet.shape[1]], constrain="domain"),
        y=bare_axis(range=[sheet.shape[0], -1], scaleanchor="x", constrain="domain"),
        margin={"l": 2, "r": 2, "t": 44 if title else 4, "b": 2},
        shapes=[thin_frames(corners), *chosen_frame],
    )


def plot_gradient_matrix(
    gradient: np.ndarray, sources: Sequence[int], title: str = "", chosen: tuple[int, int] | None = None
) -> go.Figure:
    """Return dL/dW of a layer as a matrix; a click gives [unit, source] as customdata.

    Args:
        gradient: (n_out, m), the columns that are shown.
        sources: Number of the unit of the layer before to which each column belongs, (m,).
        title: Above it.
        chosen: Unit and source of the weight that is outlined.
    """
    gradient = np.asarray(gradient, float)
    if not gradient.size:
        return empty(title)
    units, places = range(len(gradient)), range(len(sources))
    click = cells(
        [place - 0.5 for _ in units for place in places],
        [unit - 0.5 for unit in units for _ in places],
        1,
        1,
        [[unit, int(source)] for unit in units for source in sources],
        "to unit %{customdata[0]} from unit %{customdata[1]}<br>dL/dW = %{hovertext}<extra></extra>",
        hovertext=[f"{value:.6g}" for value in gradient.ravel()],
        **UNTOUCHED,
    )
    where = {int(source): place for place, source in enumerate(sources)}
    shapes = [outline(where[chosen[1]], chosen[0])] if chosen and chosen[1] in where else []
    step = max(1, len(sources) // 10)
    labels = {"tickvals": list(places)[::step], "ticktext": [str(source) for source in sources][::step]}
    shape, largest = " by ".join(map(str, gradient.shape)), np.abs(gradient).max()
    return framed(
        [colored(gradient, limit_of(gradient), color_bar(nticks=3)), click],
        title=title,
        height=24 * len(gradient) + (108 if title else 76),
        alt=f"{title or 'Gradient'}: {shape} slopes, the largest {largest:.3g}.",
        x={"title": "from unit j", "showgrid": False, "range": [-0.5, len(sources) - 0.5], **labels},
        y={"title": "to unit i", "showgrid": False, "range": [len(gradient) - 0.5, -0.5], "dtick": 1},
        shapes=shapes,
    )


def colored(values: np.ndarray, limit: float, bar: dict | None = None) -> go.Heatmap:
    """Return signed values as colors around zero; what is not a number stays empty."""
    decimals = 3 - int(np.floor(np.log10(limit)))  # a thousandth of the scale; more is not seen, only sent
    rounded = np.round(np.asarray(values, float), decimals)
    empty_where = np.isnan(rounded)
    shown = np.where(empty_where, None, rounded) if empty_where.any() else rounded
    return go.Heatmap(
        z=shown.tolist(),
        colorscale=DIVERGING,
        zmin=-limit,
        zmax=limit,
        showscale=bar is not None,
        colorbar=bar,
        hoverinfo="skip",
    )


def limit_of(values: np.ndarray) -> float:
    """Return the end of the scale, the largest absolute value; 1 where all are 0."""
    return float(np.nanmax(np.abs(np.asarray(values, float)), initial=0.0)) or 1.0


def thin_frames(corners: Sequence[tuple[int, int]]) -> dict:
    """Return a thin line around each picture, given the row and column of its first pixel, as one shape."""
    edges = "".join(
        f"M{left - 0.5},{top - 0.5}L{left + SIDE - 0.5},{top - 0.5}L{left + SIDE - 0.5},{top + SIDE - 0.5}"
        f"L{left - 0.5},{top + SIDE - 0.5}Z"
        for top, left in corners
    )
    return {"type": "path", "path": edges, "line": {"color": MUTED, "width": 0.5}}


def outline(column: float, row: float, side: float = 1.0, width: float = 2) -> dict:
    """Return a frame around a cell or a picture."""
    edges = {"x0": column - 0.5, "x1": column + side - 0.5, "y0": row - 0.5, "y1": row + side - 0.5}
    return {"type": "rect", **edges, "line": {"color": TEXT if width >= 1 else MUTED, "width": width}}
