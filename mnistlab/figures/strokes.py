"""The path of a pen, stroke by stroke in the order of writing."""

from collections.abc import Sequence

import numpy as np

from mnistlab.figures.sketch import Sketch
from mnistlab.figures.tiles import titled

SIDE = 100  # of the paper, in its own units
FILLED = 0.8  # of the paper, by the larger side of the digit


def draw_strokes(strokes: Sequence[np.ndarray], upto: int, title: str, size: int = 190) -> Sketch:
    """Return the strokes with the number of each at its beginning; what is not yet written is pale.

    Args:
        strokes: Points (n, 2) of x and y for each stroke, y downwards.
        upto: How many of all points have been written so far.
        title: Above the figure.
        size: Width and height in px.
    """
    low = np.min([stroke.min(axis=0) for stroke in strokes], axis=0)
    high = np.max([stroke.max(axis=0) for stroke in strokes], axis=0)
    scale = FILLED * SIDE / max(float((high - low).max()), 1e-6)
    lines, numbers, left = [], [], upto
    for number, stroke in enumerate(strokes, start=1):
        points = SIDE / 2 + scale * (np.asarray(stroke) - (low + high) / 2)
        written, left = points[: max(0, left)], left - len(points)
        lines.append(line(points, "unwritten"))
        if len(written):
            lines.append(line(written, "written"))
            x, y = written[0].tolist()
            numbers.append(f'<text x="{x - 8:.1f}" y="{y + 2:.1f}">{number}</text>')
    markup = (
        f'{titled(title)}<svg class="paper" viewBox="0 0 {SIDE} {SIDE}" width="{size}" height="{size}" '
        f'aria-hidden="true">{"".join(lines)}{"".join(numbers)}</svg>'
    )
    count = "1 stroke" if len(strokes) == 1 else f"{len(strokes)} strokes"
    return Sketch(markup, alt=f"{title}: the path of the pen, {count}.")


def line(points: np.ndarray, kind: str) -> str:
    """Return one stroke as a line."""
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points.tolist())}"/>'
