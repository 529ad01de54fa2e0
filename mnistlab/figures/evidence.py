"""Why the network answered: what each pixel said for and against, in colors over the ink."""

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.digits import SIDE, picture_axes
from mnistlab.figures.template import PAPER, empty, framed, note, number

GAP = 4  # pixels between the two pictures of a pair
# On paper, whatever the theme: against is orange, for is blue, and what says nothing is clear.
ON_PAPER = [
    [0.0, "rgba(122,54,0,0.95)"],
    [0.25, "rgba(204,109,31,0.8)"],
    [0.5, "rgba(140,130,125,0)"],
    [0.75, "rgba(72,140,195,0.8)"],
    [1.0, "rgba(11,65,120,0.95)"],
]
FAINT_INK = [[0.0, PAPER], [1.0, "#A9A7A3"]]


def plot_evidence(
    evidence: np.ndarray, image: np.ndarray | None = None, title: str = "", height: int = 300
) -> go.Figure:
    """Return what each pixel said for (blue) and against (orange) a unit, over the ink.

    Args:
        evidence: (28, 28) or (784,), any sign.
        image: The digit, 0..255, drawn faintly beneath; None for plain paper.
        title: Above the figure.
        height: In px.
    """
    evidence = np.asarray(evidence, float)
    if not evidence.size:
        return empty(title, "Draw a digit, and the evidence appears here.", height)
    evidence = evidence.reshape(SIDE, SIDE)
    under = np.zeros((SIDE, SIDE)) if image is None else np.asarray(image).reshape(SIDE, SIDE)
    traces = [ink_beneath(under), colored(evidence, "evidence", 0)]
    alt = f"{title or 'Evidence'}: {span(evidence)}; the sum is {number(float(evidence.sum()))}."
    return framed(traces, title=title, height=height, alt=alt, **picture_axes(SIDE, SIDE))


def plot_evidence_pair(
    weights: np.ndarray, image: np.ndarray, title: str = "", height: int = 300, scale: float = 255.0
) -> go.Figure:
    """Return a unit's weights beside weight times input, both over the ink.

    Args:
        weights: (784,), from the pixels to the unit.
        image: The digit, 0..255, (28, 28).
        title: Above the figure.
        height: In px.
        scale: What a pixel is divided by before the network gets it: 1 or 255.
    """
    weights, image = np.asarray(weights, float), np.asarray(image)
    if not weights.size or not image.size:
        return empty(title, "Draw a digit, and the evidence appears here.", height)
    weights, image = weights.reshape(SIDE, SIDE), image.reshape(SIDE, SIDE)
    product = weights * (image / scale)
    step = SIDE + GAP
    traces = [
        ink_beneath(image),
        ink_beneath(image, step),
        colored(weights, "weight", 0),
        colored(product, "weight × input", step),
    ]
    names = [
        note(text, left + SIDE / 2 - 0.5, -1, yanchor="bottom")
        for text, left in (("weights", 0), ("weight × input", step))
    ]
    axes = picture_axes(SIDE, SIDE + step)
    axes["y"]["range"] = [SIDE - 0.5, -4.5]
    total = number(float(product.sum()))
    alt = f"{title or 'Evidence'}: weight times input, {span(product)}; the sum is {total}."
    return framed(traces, title=title, height=height, alt=alt, annotations=names, **axes)


def ink_beneath(image: np.ndarray, left: int = 0) -> go.Heatmap:
    """Return a digit in faint ink, beginning at a column."""
    return go.Heatmap(
        z=image.astype(np.uint8).tolist(),
        x0=left,
        dx=1,
        colorscale=FAINT_INK,
        zmin=0,
        zmax=255,
        showscale=False,
        hoverinfo="skip",
    )


def colored(values: np.ndarray, name: str, left: int) -> go.Heatmap:
    """Return signed values as colors that are clear at zero, beginning at a column."""
    reach = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
    columns = np.broadcast_to(np.arange(SIDE), values.shape)
    return go.Heatmap(
        z=values.astype(np.float32),
        x0=left,
        dx=1,
        customdata=columns.tolist(),
        colorscale=ON_PAPER,
        zmin=-reach,
        zmax=reach,
        showscale=False,
        hovertemplate=f"row %{{y}}, column %{{customdata}}<br>{name} %{{z:.6g}}<extra></extra>",
    )


def span(values: np.ndarray) -> str:
    """Return the least and the largest value in words."""
    return f"from {number(float(values.min()))} to {number(float(values.max()))}"
