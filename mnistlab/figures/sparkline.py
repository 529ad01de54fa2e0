"""A course in the space of a word: one line without axes, as a small picture that a page can hold."""

import base64
import math
from collections.abc import Sequence

COLOR = "#7166D9"  # the accent, at a lightness that stands out from a light and a dark page
WIDTH, HEIGHT, EDGE = 200, 40, 4


def plot_sparkline(values: Sequence[float], alt: str) -> str:
    """Return a line from the first value to the last, lowest at the bottom, as an HTML image.

    Args:
        values: In order; what is not finite is left out, and with fewer than two there is only a baseline.
        alt: What it shows, in a few plain words.
    """
    finite = [value for value in values if math.isfinite(value)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places(finite)) if len(finite) > 1 else ""
    shape = (
        f'<polyline points="{points}" fill="none" stroke="{COLOR}" stroke-width="2" stroke-linejoin="round" '
        'stroke-linecap="round" vector-effect="non-scaling-stroke"/>'
        if points
        else f'<line x1="0" x2="{WIDTH}" y1="{HEIGHT - EDGE}" y2="{HEIGHT - EDGE}" stroke="{COLOR}" '
        'stroke-opacity="0.3" stroke-width="2" vector-effect="non-scaling-stroke"/>'
    )
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'preserveAspectRatio="none" width="{WIDTH}" height="{HEIGHT}">{shape}</svg>'
    )
    address = "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
    return f'<img src="{address}" alt="{alt}" style="display:block;width:100%;height:{HEIGHT}px">'


def places(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return where each value lies in the picture; equal values make a level line in the middle."""
    low, high = min(values), max(values)
    room = HEIGHT - 2 * EDGE
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    return [
        (EDGE + index * step, EDGE + room * ((high - value) / (high - low) if high > low else 0.5))
        for index, value in enumerate(values)
    ]
