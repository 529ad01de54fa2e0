"""Which digit was taken for which: the confusion matrix."""

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.sheet import cells
from mnistlab.figures.template import TEXT, empty, framed

# From nothing to much of one color, thin enough for the numbers on it to be read on both themes.
RIGHT_TINT = [[0, "rgba(15,130,138,0.06)"], [1, "rgba(15,130,138,0.5)"]]
WRONG_TINT = [[0, "rgba(218,37,37,0)"], [1, "rgba(218,37,37,0.5)"]]


def plot_confusion(confusion: np.ndarray, title: str = "Confusion matrix", height: int = 460) -> go.Figure:
    """Return how many images of each digit were read as which.

    The colors are logarithmic, so that rare mistakes can be seen beside frequent ones.

    Args:
        confusion: Counts, (10, 10); row: what the image is, column: what was read.
        title: Above the matrix.
        height: In px.

    Returns:
        The figure; a click on a cell gives (is, read as) as customdata.
    """
    counts = np.asarray(confusion)
    total = int(counts.sum()) if counts.size else 0
    if total == 0:
        return empty(title, "No images have been read yet.", height)
    diagonal = np.eye(len(counts), dtype=bool)
    digits = list(range(len(counts)))
    pairs = [(true, read) for true in digits for read in digits]
    click = cells(
        [read - 0.5 for _, read in pairs],
        [true - 0.5 for true, _ in pairs],
        1,
        1,
        [list(pair) for pair in pairs],
        "a %{customdata[0]} read as %{customdata[1]}: %{hovertext}<extra></extra>",
        hovertext=[said(counts, true, read) for true, read in pairs],
    )
    traces = [tinted(counts, diagonal, RIGHT_TINT), tinted(counts, ~diagonal, WRONG_TINT), click]
    right = int(np.trace(counts))
    true, read = max((pair for pair in pairs if pair[0] != pair[1]), key=lambda pair: counts[pair])
    alt = (
        f"{title}: {right:,} of {total:,} read right; the most frequent mistake is {true} read as {read}, "
        f"{counts[true, read]:,} times."
    )
    axis = {"tickvals": digits, "showgrid": False, "tickfont": {"color": TEXT, "size": 13}}
    reach = [-0.5, len(counts) - 0.5]
    return framed(
        traces,
        title=title,
        height=height,
        alt=alt,
        x={**axis, "title": "read as", "range": reach},
        y={**axis, "title": "is", "range": reach[::-1]},
    )


def tinted(counts: np.ndarray, where: np.ndarray, colors: list) -> go.Heatmap:
    """Return the cells of one kind with their numbers; zeros are left blank."""
    shown = np.where(where, np.log1p(counts), np.nan)
    top = float(np.nanmax(shown)) or 1.0
    return go.Heatmap(
        z=[[None if np.isnan(value) else round(float(value), 4) for value in row] for row in shown],
        text=[
            [str(n) if w and n else "" for n, w in zip(*rows, strict=True)]
            for rows in zip(counts, where, strict=True)
        ],
        texttemplate="%{text}",
        textfont={"color": TEXT, "size": 11},
        colorscale=colors,
        zmin=0,
        zmax=top,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )


def said(counts: np.ndarray, true: int, read: int) -> str:
    """Return the count of a cell and its share of the digit's images."""
    of_digit = int(counts[true].sum())
    share = f", {counts[true, read] / of_digit:.1%} of the {true}s" if of_digit else ""
    return f"{int(counts[true, read]):,} times{share}"
