"""Why the network answered: what each pixel said for and against, in colors over the ink."""

import numpy as np
from PIL import Image

from mnistlab.figures.html_figure import DIVERGING, NOTHING, Sketch, field_markup, pixels, reach_of
from mnistlab.figures.image_grid import SIDE, titled
from mnistlab.figures.ink import PAPER, mixed, png_source, rgb
from mnistlab.figures.theme import number

FAINT_INK = "#A9A7A3"
# On paper, whatever the theme: against is orange, for is blue, and what says nothing is clear.
SHARES = (-1.0, -0.5, 0.0, 0.5, 1.0)
COLORS = ((122, 54, 0), (204, 109, 31), (140, 130, 125), (72, 140, 195), (11, 65, 120))
OPACITIES = (0.95, 0.8, 0.0, 0.8, 0.95)


def draw_evidence(evidence: np.ndarray, image: np.ndarray, title: str, size: int = 262) -> Sketch:
    """Return what each pixel said for (blue) and against (orange) a unit, over the ink.

    Args:
        evidence: (28, 28) or (784,), any sign.
        image: The digit, 0..255, drawn faintly beneath.
        title: Above the figure.
        size: Width and height in px.
    """
    evidence = np.asarray(evidence, float).reshape(SIDE, SIDE)
    field = pixels(
        np.full((SIDE, SIDE), NOTHING, np.uint8),
        DIVERGING,
        "row {row}, column {column}\n{value}",
        {"value": [f"{value:.6g}" for value in evidence.ravel().tolist()]},
    )
    painted = png_source(Image.fromarray(over_ink(evidence, image)))
    beneath = f"background:url({painted}) 0 0/100% 100%;image-rendering:pixelated"
    style = f"width:min(100%,{size}px);aspect-ratio:1;{beneath}"
    low, high, total = (number(float(value)) for value in (evidence.min(), evidence.max(), evidence.sum()))
    alt = f"{title}: from {low} to {high}; the sum is {total}."
    return Sketch(titled(title) + field_markup(0, field, "framed", style), [field], alt)


def over_ink(evidence: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return the colors of signed values over a digit in faint ink, (28, 28, 3) uint8; zero is clear."""
    shares = np.clip(evidence / reach_of(evidence), -1, 1)
    color = np.stack([np.interp(shares, SHARES, channel) for channel in zip(*COLORS, strict=True)], axis=-1)
    under = mixed(rgb(PAPER), rgb(FAINT_INK), np.asarray(image).reshape(SIDE, SIDE) / 255)
    return np.rint(mixed(under, color, np.interp(shares, SHARES, OPACITIES))).astype(np.uint8)
