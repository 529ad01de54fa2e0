"""Digits as ink on paper: one, and a sheet of them."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.sheet import cells, ink_sheet
from mnistlab.figures.template import (
    INK,
    MUTED,
    bare_axis,
    empty,
    framed,
    note,
)

SIDE = 28
GAP = 3  # px between the digits of a sheet
CAPTION = 7  # px below a digit for its caption


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
