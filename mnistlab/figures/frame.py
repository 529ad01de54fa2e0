"""Where numbers lie in a plot of plain markup, and the lines behind the data with their numbers."""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Ticks = Sequence[tuple[float, str]]  # numbers on an axis, with their words
Position = TypeVar("Position", float, np.ndarray)  # one or many

STEPS = (0.2, 0.5, 1, 2, 5, 10, 20)  # between two numbers on an axis
MOST = 7  # of these steps on an axis


class Frame:
    """Where numbers lie in a plot, in percent from its upper left corner."""

    def __init__(self, left: float, right: float, bottom: float, top: float):
        self.left, self.right, self.bottom, self.top = left, right, bottom, top

    def across(self, x: Position) -> Position:
        """Return how far from the left something stands."""
        return 100 * (x - self.left) / (self.right - self.left)

    def down(self, y: Position) -> Position:
        """Return how far from the top something stands."""
        return 100 * (self.top - y) / (self.top - self.bottom)

    def lines(self, x_name: str, y_name: str = "", y_ticks: Ticks = (), x_ticks: Ticks = ()) -> str:
        """Return the lines behind the data with their numbers, and the names of the axes.

        Args:
            x_name: Of the horizontal axis.
            y_name: Of the vertical axis.
            y_ticks: Heights with their words; without them, round numbers.
            x_ticks: The same for the horizontal axis.
        """
        rows = "".join(
            f'<div class="row" style="top:{self.down(y):.2f}%"><span class="muted">{words}</span></div>'
            for y, words in y_ticks or ticks(self.bottom, self.top)
        )
        columns = "".join(
            f'<div class="column" style="left:{self.across(x):.2f}%"><span class="muted">{words}</span></div>'
            for x, words in x_ticks or ticks(self.left, self.right)
        )
        beside = f'<div class="beside muted">{y_name}</div>' if y_name else ""
        return f'{rows}{columns}{beside}<div class="name muted">{x_name}</div>'


def ticks(low: float, high: float) -> Ticks:
    """Return round numbers between two."""
    step = next(step for step in STEPS if (high - low) / step <= MOST)
    values = [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return [(value, written(value)) for value in values]


def whole_ticks(x_max: int) -> list[int]:
    """Return at most eight epochs for the axis, none beyond the last that was trained."""
    step = next(size * 10**power for power in range(6) for size in (1, 2, 5) if x_max <= 7 * size * 10**power)
    return list(range(0, x_max + 1, step))


def written(value: float) -> str:
    """Return a number on an axis."""
    return f"{round(value, 6) + 0.0:g}".replace("-", "−")
