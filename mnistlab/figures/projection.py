"""Images as points: near each other where the two strongest directions of the data say so."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.template import DIGITS, MUTED, empty, framed

DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # of a Braille character, by place
INKED = 96  # gray level from which a pixel is a dot


def plot_projection(
    points: np.ndarray,
    labels: Sequence[int],
    indices: Sequence[int],
    images: np.ndarray | None = None,
    title: str = "",
    height: int = 520,
) -> go.Figure:
    """Return images as points, each drawn as its digit.

    Args:
        points: (n, 2), first and second principal component.
        labels: The digit of each.
        indices: Number of each image in its set; a click gives it as customdata.
        images: uint8, (n, 28, 28); with them hovering shows the image in Braille dots.
        title: Above the figure.
        height: In px.
    """
    points, labels, indices = np.asarray(points, float), np.asarray(labels), np.asarray(indices)
    if not len(points):
        return empty(title, "There are no images to show.", height)
    traces = [
        digit_points(points, indices, labels == digit, digit, images) for digit in np.unique(labels).tolist()
    ]
    return framed(
        traces,
        title=title,
        height=height,
        alt=f"{title or 'Projection'}: {len(points)} images as points, each drawn as its digit.",
        x={"title": "first component", "zeroline": True, "zerolinecolor": MUTED},
        y={"title": "second component", "zeroline": True, "zerolinecolor": MUTED},
    )


def digit_points(points, indices, where: np.ndarray, digit: int, images: np.ndarray | None) -> dict:
    """Return the points of one digit."""
    chosen = np.flatnonzero(where)
    pictures = {} if images is None else {"hovertext": [braille(images[index]) for index in chosen]}
    shown = "" if images is None else "<br>%{hovertext}"
    return {
        "type": "scatter",
        "x": np.round(points[chosen, 0], 3).tolist(),
        "y": np.round(points[chosen, 1], 3).tolist(),
        "mode": "text",
        "text": str(digit),
        "textfont": {"color": DIGITS[digit % 10], "size": 13},
        "name": f"digit {digit}",
        "customdata": indices[chosen].tolist(),
        "hovertemplate": f"a {digit}, image %{{customdata}}{shown}<extra></extra>",
        "unselected": {"textfont": {"color": f"{DIGITS[digit % 10]}66"}},
        **pictures,
    }


def braille(image: np.ndarray) -> str:
    """Return an image, (28, 28), as six lines of Braille characters of four by two dots each.

    Its margin is left out: two rows above and below, four columns at either side.
    """
    dots = (np.asarray(image)[2:26, 4:24] >= INKED).reshape(6, 4, 10, 2).transpose(0, 2, 1, 3)
    codes = 0x2800 + (dots * DOTS).sum(axis=(2, 3))
    return "<br>".join("".join(map(chr, row)).rstrip("\u2800") for row in codes.tolist())
