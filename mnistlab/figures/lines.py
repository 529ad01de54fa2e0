"""Lines that stand for layers: told apart by strength and dashes, because no color means a layer."""

import numpy as np
from numpy.typing import ArrayLike

LAYER_COLORS = ("#000020", "#000018", "#000016")  # with the dashes, all seven layers differ
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def layer_style(level: int) -> dict:
    """Return the line of a layer, counted from 0."""
    return {
        "color": LAYER_COLORS[level % len(LAYER_COLORS)],
        "dash": DASHES[level % len(DASHES)],
        "width": 2,
    }


def layer_line(xs: ArrayLike, ys: ArrayLike, level: int, hovertemplate: str) -> dict:
    """Return the histogram of a layer as a line in steps."""
    return {
        "type": "scatter",
        "x": np.round(np.asarray(xs), 6).tolist(),
        "y": np.round(np.asarray(ys), 6).tolist(),
        "name": f"layer {level + 1}",
        "mode": "lines",
        "line": {**layer_style(level), "shape": "hvh"},
        "hovertemplate": f"layer {level + 1}<br>{hovertemplate}<extra></extra>",
    }
