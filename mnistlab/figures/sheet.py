"""A sheet of small pictures: their places, one image of them all, and the areas that can be clicked.

One image keeps a page light: sixteen digits are 5 kB, not sixteen figures. Plotly's heat-maps and images
cannot be clicked in Streamlit, bars can; so an invisible bar lies over each picture.
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistlab.figures.ink import ink_palette, png_source, tiled
from mnistlab.figures.template import ACCENT


def ink_sheet(images: np.ndarray, columns: int, gap: int) -> go.Image:
    """Return images of digits, uint8 (n, 28, 28), as one picture of ink on sheets of paper."""
    levels = np.minimum(images, 254).astype(np.uint8)
    return go.Image(source=png_source(tiled(levels, columns, gap, fill=255), ink_palette()), hoverinfo="skip")


def cells(
    lefts: Sequence[float],
    tops: Sequence[float],
    width: float,
    height: float,
    customdata: Sequence,
    hovertemplate: str,
    **own,
) -> go.Bar:
    """Return invisible areas that can be hovered and clicked; the chosen one is tinted.

    Args:
        lefts: Left edge of each, in data coordinates.
        tops: Upper edge of each; the vertical axis is expected to run downwards.
        width: Of all of them.
        height: Of all of them.
        customdata: What a click on each tells the page (`selection.points[0]["customdata"]`).
        hovertemplate: What hovering over one says, `<extra></extra>` included.
        **own: Other settings of the trace.
    """
    settings = {
        "marker": {"color": ACCENT, "opacity": 0, "line": {"width": 0}},
        "selected": {"marker": {"opacity": 0.3}},
        "unselected": {"marker": {"opacity": 0}},
    }
    return go.Bar(
        x=[left + width / 2 for left in lefts],
        y=[height] * len(lefts),
        base=list(tops),
        width=width,
        customdata=customdata,
        hovertemplate=hovertemplate,
        showlegend=False,
        **{**settings, **own},
    )
