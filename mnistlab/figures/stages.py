"""A drawing on its way to the network: cut out and scaled, then centered, on the same scale side by side."""

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.digits import SIDE, picture_axes
from mnistlab.figures.template import ACCENT, INK, TEXT, empty, framed, note

GAP = 6  # pixels between the pictures
CAPTION = 5.5  # pixels below them for two lines of words
CENTER = 14  # where MNIST has the center of mass


def plot_stages(
    framed_image: np.ndarray,
    boxed: np.ndarray | None = None,
    captions: tuple[str, str] = ("20 × 20", "28 × 28"),
    title: str = "",
    height: int = 260,
) -> go.Figure:
    """Return what the network reads, and at its left the box that it came from.

    Args:
        framed_image: What the network reads, 0..255, (28, 28).
        boxed: The digit cut out and scaled, 0..255, (20, 20); None where there is no such stage.
        captions: Below the box and below the image.
        title: Above them.
        height: In px.

    Returns:
        The figure; a cross marks where MNIST has a digit's center of mass, a ring where this one has it.
    """
    image = np.asarray(framed_image)
    if not image.any():
        return empty(title, "No ink is left.", height)
    row, column = center_of_mass(image)
    where = "row %{y}, column %{x}<br>value %{z} of 255"
    traces = [inked(image, 0, 0, where)]
    below = [caption(captions[1], SIDE / 2 - 0.5)]
    left = 0
    if boxed is not None:
        side = len(boxed)
        left = -GAP - side
        traces.append(inked(np.asarray(boxed), left, (SIDE - side) / 2, "value %{z} of 255"))
        below.append(caption(captions[0], left + side / 2 - 0.5))
    marks = [
        mark(CENTER, CENTER, "cross-thin", "where MNIST has the center of mass"),
        mark(column, row, "circle-open", f"center of mass: row {row:.1f}, column {column:.1f}"),
    ]
    axes = picture_axes(SIDE, SIDE)
    axes["x"]["range"] = [left - 0.5, SIDE - 0.5]
    axes["y"]["range"] = [SIDE - 0.5 + CAPTION, -0.5]
    return framed(
        [*traces, *marks],
        title=title,
        height=height,
        alt=f"{title or 'What the network reads'}: 28 by 28 pixels, center of mass at row {row:.1f}, "
        f"column {column:.1f}.",
        annotations=below,
        margin={"l": 4, "r": 4, "t": 44 if title else 4, "b": 0},
        **axes,
    )


def center_of_mass(image: np.ndarray) -> tuple[float, float]:
    """Return row and column of the center of mass of an image that has ink."""
    mass = image.astype(float)
    rows, columns = np.indices(image.shape)
    return float((rows * mass).sum() / mass.sum()), float((columns * mass).sum() / mass.sum())


def inked(picture: np.ndarray, left: float, top: float, says: str) -> dict:
    """Return a picture in ink, beginning at a column and a row."""
    return {
        "type": "heatmap",
        "z": picture.astype(np.uint8),
        "x0": left,
        "dx": 1,
        "y0": top,
        "dy": 1,
        "colorscale": INK,
        "zmin": 0,
        "zmax": 255,
        "showscale": False,
        "hovertemplate": f"{says}<extra></extra>",
    }


def caption(words: str, middle: float) -> dict:
    """Return the words below a picture."""
    return note(words, middle, SIDE, yanchor="top", font={"color": TEXT, "size": 12})


def mark(column: float, row: float, symbol: str, says: str) -> dict:
    """Return a mark on a picture."""
    return {
        "type": "scatter",
        "x": [column],
        "y": [row],
        "mode": "markers",
        "marker": {"symbol": symbol, "size": 11, "color": ACCENT, "line": {"width": 2, "color": ACCENT}},
        "hovertemplate": f"{says}<extra></extra>",
    }
