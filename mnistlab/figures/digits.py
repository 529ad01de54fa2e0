"""Digits as ink on paper: one, a sheet of them, one as numbers, and one as the strokes of a pen."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.sheet import cells, ink_sheet
from mnistlab.figures.template import (
    INK,
    INK_COLOR,
    MUTED,
    PAPER,
    bare_axis,
    empty,
    framed,
    note,
)

SIDE = 28
GAP = 3  # px between the digits of a sheet
CAPTION = 7  # px below a digit for its caption
UNWRITTEN = "#1B1C2233"  # on paper, whatever the theme
STROKE_NUMBER = "#5146B8"
WHITE_ABOVE = 149  # pixel value from which white is easier to read on its gray than black


def picture_axes(height: int, width: int) -> dict:
    """Return the axes of a picture: square pixels, the first row at the top, at the left under its title."""
    left = {"constrain": "domain", "constraintoward": "left"}
    top = {"constrain": "domain", "constraintoward": "top", "scaleanchor": "x"}
    return {
        "x": bare_axis(range=[-0.5, width - 0.5], **left),
        "y": bare_axis(range=[height - 0.5, -0.5], **top),
    }


def plot_digit(image: np.ndarray, title: str = "", height: int = 240, name: str = "image") -> go.Figure:
    """Return one image, (28, 28) of 0..255; hovering gives row, column and value."""
    image = np.asarray(image)
    if image.size == 0:
        return empty(title, height=height)
    ink = go.Heatmap(
        z=image.astype(np.uint8).tolist(),
        colorscale=INK,
        zmin=0,
        zmax=255,
        showscale=False,
        hovertemplate="row %{y}, column %{x}<br>value %{z} of 255<extra></extra>",
    )
    alt = f"{title or name}: a handwritten digit as {image.shape[0]} by {image.shape[1]} pixels."
    return framed([ink], title=title, height=height, alt=alt, **picture_axes(*image.shape))


def plot_digit_grid(
    images: np.ndarray,
    captions: Sequence[str] | None = None,
    columns: int = 4,
    title: str = "",
    hover: Sequence[str] | None = None,
    tile: int = 84,
) -> go.Figure:
    """Return a sheet of digits; a click on one gives its place in `images` as customdata.

    Args:
        images: uint8, (n, 28, 28).
        captions: One short line under each; None for none.
        columns: Digits in a row.
        title: Above the sheet.
        hover: What hovering says of each; the caption without it.
        tile: Height of one digit in px where the page is wide enough.
    """
    images = np.asarray(images)
    count = len(images)
    if count == 0:
        return empty(title, "No images to show.")
    gap = GAP + (CAPTION if captions is not None else 0)
    rows, step = -(-count // columns), SIDE + gap
    lefts = [(index % columns) * step - 0.5 for index in range(count)]
    tops = [(index // columns) * step - 0.5 for index in range(count)]
    says = hover or captions or [f"image {index + 1}" for index in range(count)]
    click = cells(
        lefts,
        tops,
        SIDE,
        SIDE,
        list(range(count)),
        "%{hovertext}<extra></extra>",
        hovertext=[str(s) for s in says],
    )
    below = (
        []
        if captions is None
        else [
            note(
                str(caption),
                left + SIDE / 2,
                top + SIDE + 0.5,
                yanchor="top",
                font={"color": MUTED, "size": 13},
            )
            for caption, left, top in zip(captions, lefts, tops, strict=True)
        ]
    )
    width_px, height_px = columns * step - gap, rows * step - (gap if captions is None else GAP)
    return framed(
        [ink_sheet(images, columns, gap), click],
        title=title,
        height=height_px * tile // SIDE + (52 if title else 20),
        alt=f"{title or 'A sheet'}, {count} handwritten digits: {', '.join(map(str, says[:16]))}.",
        annotations=below,
        **picture_axes(height_px, width_px),
    )


def plot_pixel_table(image: np.ndarray, title: str = "", height: int = 680) -> go.Figure:
    """Return an image, (28, 28) of 0..255, as the table of its numbers, each on its grey."""
    image = np.asarray(image).astype(np.uint8)
    if image.size == 0:
        return empty(title, height=height)
    dark = image >= WHITE_ABOVE
    traces = [numbers_on_ink(image, ~dark, "#000000"), numbers_on_ink(image, dark, "#FFFFFF")]
    axes = picture_axes(*image.shape)
    numbered = {"visible": True, "dtick": 4, "tick0": 0, "automargin": True}
    alt = f"{title or 'The image'} as numbers: {(image > 0).sum()} of {image.size} pixels are not 0."
    x = {**axes["x"], **numbered, "title": "column"}
    y = {**axes["y"], **numbered, "title": "row"}
    return framed(traces, title=title, height=height, alt=alt, x=x, y=y)


def numbers_on_ink(image: np.ndarray, where: np.ndarray, color: str) -> go.Heatmap:
    """Return some pixels of an image with their numbers in one color."""
    rows = zip(image.tolist(), where.tolist(), strict=True)
    return go.Heatmap(
        z=[[value if here else None for value, here in zip(*row, strict=True)] for row in rows],
        colorscale=INK,
        zmin=0,
        zmax=255,
        showscale=False,
        xgap=1,
        ygap=1,
        texttemplate="%{z}",
        hoverongaps=False,
        textfont={"color": color},
        hovertemplate="row %{y}, column %{x}<br>value %{z} of 255<extra></extra>",
    )


def plot_strokes(
    strokes: Sequence[np.ndarray], upto: int | None = None, title: str = "", height: int = 240
) -> go.Figure:
    """Return the path of a pen, stroke by stroke in the order of writing.

    Args:
        strokes: Points (n, 2) of x and y for each stroke, y downwards.
        upto: How many of all points have been written so far; None for all of them.
        title: Above the figure.
        height: In px.
    """
    points = [np.asarray(stroke, float).reshape(-1, 2) for stroke in strokes]
    if not sum(map(len, points)):
        return empty(title, "No strokes to show.", height)
    low = np.min([stroke.min(axis=0) for stroke in points if len(stroke)], axis=0)
    high = np.max([stroke.max(axis=0) for stroke in points if len(stroke)], axis=0)
    middle, reach = (low + high) / 2, max(float((high - low).max()), 1e-6) * 0.62
    total = sum(map(len, points))
    left = total if upto is None else min(max(0, upto), total)
    traces, starts = [], []
    for number, stroke in enumerate(points, start=1):
        written, left = stroke[:left], max(0, left - len(stroke))
        traces.append(ink_line(stroke, UNWRITTEN, 3, f"stroke {number}, not yet written"))
        if len(written):
            traces.append(ink_line(written, INK_COLOR, 7, f"stroke {number}"))
            starts.append(
                note(
                    str(number), *written[0], font={"color": STROKE_NUMBER, "size": 14}, xshift=-12, yshift=8
                )
            )
    axes = picture_axes(1, 1)
    x = {**axes["x"], "range": [middle[0] - reach, middle[0] + reach]}
    y = {**axes["y"], "range": [middle[1] + reach, middle[1] - reach]}
    strokes_said = "1 stroke" if len(points) == 1 else f"{len(points)} strokes"
    alt = f"{title or 'A digit'}: the path of the pen, {strokes_said}."
    return framed(
        traces, title=title, height=height, alt=alt, x=x, y=y, annotations=starts, plot_bgcolor=PAPER
    )


def ink_line(stroke: np.ndarray, color: str, width: float, name: str) -> go.Scatter:
    """Return one stroke as a line."""
    rounded = np.round(stroke, 4)
    return go.Scatter(
        x=rounded[:, 0].tolist(),
        y=rounded[:, 1].tolist(),
        mode="lines",
        line={"color": color, "width": width, "shape": "spline", "smoothing": 0.4},
        hovertemplate=f"{name}<extra></extra>",
    )
