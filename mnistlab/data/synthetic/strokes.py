"""The strokes of hand-written digits: several forms of each, as people of different countries write them.

The points were set down by hand, from how digits are taught and written. No pixel of any data set went into
them; a look at MNIST's training part showed which forms were still missing.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np


class Template(NamedTuple):
    """One form of a digit.

    name: What tells this form from the others.
    share: How often it is written, relative to the other forms of the digit.
    strokes: The strokes in the order of writing; the points (k, 2) of each are x and y in a square of side 1,
        y down. The pen passes through all of them on a smooth curve; a point given twice is a corner.
    """

    name: str
    share: float
    strokes: tuple[np.ndarray, ...]


def read_templates(text: str) -> dict[int, tuple[Template, ...]]:
    """Return the forms of each digit, as strokes.txt has them; its first lines say how it is written."""
    templates: dict[int, tuple[Template, ...]] = {digit: () for digit in range(10)}
    for line in text.splitlines():
        if not line.startswith("#"):
            digit, form, share, points = line.split("; ")
            template = Template(f"{digit} {form}", float(share), tuple(map(stroke_from, points.split("|"))))
            templates[int(digit)] += (template,)
    return templates


def stroke_from(points: str) -> np.ndarray:
    """Return the points (k, 2) of a stroke."""
    return np.array([pair.split(",") for pair in points.split()], np.float64) / 100


TEMPLATES = read_templates(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8"))
