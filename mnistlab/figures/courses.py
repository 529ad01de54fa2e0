"""Lines over epochs in plain markup: what each digit's recall and each layer's gradient did so far.

They are redrawn after every epoch of a training, and cost the browser next to nothing. Hovering tells all
values of an epoch at once.
"""

import html
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mnistlab.figures.frame import Frame, Ticks, whole_ticks
from mnistlab.figures.sketch import NOTHING, SEQUENTIAL, Field, Sketch, field_markup
from mnistlab.figures.template import number
from mnistlab.figures.tiles import titled

if TYPE_CHECKING:  # the records' module imports JAX, which no figure needs
    from mnistlab.evaluation import EpochMetrics

    History = Sequence[EpochMetrics]

HEIGHT = 226  # px of the plot alone
EDGE = 0.04  # room left and right of the epochs, of their number
MARKED = 12  # epochs up to which each is marked, so that a single one can be seen
SHOWN = 250  # epochs at most: more than there are pixels to tell them apart
APART = 0.064  # least distance of two names at the ends of lines, of the height of the plot
KINDS = 7  # of lines that stand for layers, as many as a network may have


class Course(NamedTuple):
    """A line."""

    name: str
    values: Sequence[float]  # one for each epoch; what is not finite leaves a gap
    look: str  # its class in the style sheet


def draw_recall(history: "History", x_max: int) -> Sketch:
    """Return for each digit the share of its test images that are read right, by epoch.

    An output that never fires is a flat line at zero.

    Args:
        history: Epochs, in order.
        x_max: Epoch at the right edge, fixed so that nothing moves while training.
    """
    title = "Recall of each digit"
    if not len(history):
        return nothing_yet(title, "Train, and ten lines appear here.")
    lines = [
        Course(f"digit {digit}", [float(m.test.recall[digit]) for m in history], f"digit-{digit}")
        for digit in range(10)
    ]
    last = {line.look: line.values[-1] for line in lines if math.isfinite(line.values[-1])}
    weakest = min(last, key=last.__getitem__, default="")
    alt = (
        f"{title}, by epoch. After epoch {history[-1].epoch} the weakest is {weakest.removeprefix('digit-')} "
        f"with {last.get(weakest, 0.0):.1%}."
    )
    frame = framed(x_max, -0.02, 1.04)
    rows = [(share, f"{share:.0%}") for share in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    ends = names_at_ends(frame, history[-1].epoch, last)
    axes = frame.lines("epoch", "recall", rows, epoch_ticks(x_max))
    return drawn(title, history, lines, frame, axes, "{:.1%}".format, alt, over=ends)


def draw_gradient_norms(history: "History", x_max: int) -> Sketch:
    """Return the norm of each layer's weight gradient by epoch, on a logarithmic axis.

    The arguments are those of `draw_recall`.
    """
    title = "Gradient, layer by layer"
    if not len(history):
        return nothing_yet(title, "Train, and one line for each layer appears here.")
    norms = np.array([m.gradient_norms for m in history], float)
    with np.errstate(divide="ignore", invalid="ignore"):
        heights = np.log10(norms)  # of 0 there is none
    lines = [
        Course(f"layer {layer + 1}", heights[:, layer].tolist(), f"layer-{layer % KINDS + 1}")
        for layer in range(norms.shape[1])
    ]
    seen = heights[np.isfinite(heights)]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (-1.0, 0.0)
    frame = framed(x_max, math.floor(4 * low) / 4 - 0.1, math.ceil(4 * high) / 4 + 0.1)
    last = ", ".join(f"layer {i} {norm:.1e}" for i, norm in enumerate(norms[-1], start=1))
    alt = f"{title}, by epoch. After epoch {history[-1].epoch}: {last}."
    key = "layer" + "".join(
        f'<span class="line {line.look}"></span>{n}' for n, line in enumerate(lines, start=1)
    )
    rows = [(math.log10(value), short(value)) for value in round_values(frame.bottom, frame.top)]
    axes = frame.lines("epoch", "norm of ∂L/∂W", rows, epoch_ticks(x_max))
    return drawn(title, history, lines, frame, axes, lambda y: f"{10**y:.2e}", alt, key=key)


def drawn(
    title: str,
    history: "History",
    lines: Sequence[Course],
    frame: Frame,
    axes: str,
    written: Callable[[float], str],
    alt: str,
    key: str = "",
    over: str = "",
) -> Sketch:
    """Return lines over epochs.

    Args:
        title: Above the figure.
        history: The epochs.
        lines: One value for each epoch.
        frame: Where the numbers lie.
        axes: The lines behind the data, as markup.
        written: Writes a height on hover.
        alt: What there is to see, one sentence.
        key: Which line is which, in a line above the plot.
        over: Further markup in the plot.
    """
    epochs = [m.epoch for m in history]
    chosen = np.unique(np.linspace(0, len(epochs) - 1, min(len(epochs), SHOWN)).round().astype(int)).tolist()
    x = [epochs[place] for place in chosen]
    shown = [line._replace(values=[line.values[place] for place in chosen]) for line in lines]
    says = [told(place, epoch, shown, written) for place, epoch in enumerate(x)]
    field = Field(np.full((1, len(x)), NOTHING, np.uint8), SEQUENTIAL, len(x), 1, "{told}", {"told": says})
    half = (x[-1] - x[0]) / max(1, len(x) - 1) / 2 or 0.5
    left, right = frame.across(x[0] - half), frame.across(x[-1] + half)
    above = f'<div class="key muted">{key}</div>'
    paths = "".join(path(frame, x, line) for line in shown)
    markup = (
        f'{titled(title)}{above}<div class="plot courses" style="height:{HEIGHT}px">'
        f"{axes}"
        f'<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">{paths}</svg>{over}'
        f"{field_markup(0, field, 'over', f'left:{left:.3f}%;width:{right - left:.3f}%')}</div>"
    )
    return Sketch(markup, [field], alt)


def nothing_yet(title: str, words: str) -> Sketch:
    """Return the figure before there is anything to show, as high as it will be."""
    place = f'<div class="plot courses" style="height:{HEIGHT}px"><div class="zone muted">{words}</div></div>'
    return Sketch(f'{titled(title)}<div class="key"></div>{place}', alt=f"{title}: {words}")


def told(place: int, epoch: int, lines: Sequence[Course], written: Callable[[float], str]) -> str:
    """Return the values of an epoch, one in each line."""
    values = [(line.name, line.values[place]) for line in lines]
    return "\n".join([f"epoch {epoch}", *(f"{name}: {written(y)}" for name, y in values if math.isfinite(y))])


def path(frame: Frame, x: Sequence[int], line: Course) -> str:
    """Return a line, with a mark at each epoch where there are few."""
    pen, marks, down = [], [], False
    for epoch, value in zip(x, line.values, strict=True):
        if not math.isfinite(value):
            down = False
            continue
        place = f"{10 * frame.across(epoch):.1f} {10 * frame.down(value):.1f}"
        pen.append(f"{'L' if down else 'M'}{place}")
        marks.append(f"M{place}h0")
        down = True
    few = f'<path class="mark {line.look}" d="{"".join(marks)}"/>' if len(x) <= MARKED else ""
    return f'<path class="{line.look}" d="{"".join(pen)}"/>{few}'


def framed(x_max: int, bottom: float, top: float) -> Frame:
    """Return a frame around the epochs up to the last there will be."""
    room = EDGE * max(1, x_max)
    return Frame(-room, x_max + room, bottom, top)


def epoch_ticks(x_max: int) -> Ticks:
    """Return the epochs on the axis, with their words."""
    return [(epoch, f"{epoch:,}") for epoch in whole_ticks(x_max)]


def round_values(low: float, high: float) -> list[float]:
    """Return round numbers between two powers of ten, given by their exponents; eight at most."""
    first, last = math.ceil(low), math.floor(high)
    if high - low > 2.5:
        step = -(-(last - first + 1) // 7)
        return [10.0**exponent for exponent in range(first, last + 1, step)]
    every = [m * 10.0**e for e in range(first - 1, last + 1) for m in (1, 2, 5)]
    return [value for value in every if low <= math.log10(value) <= high]


def short(value: float) -> str:
    """Return a round number in few characters."""
    return f"{value:g}" if 0.001 <= value < 100_000 else number(value)


def names_at_ends(frame: Frame, epoch: int, last: dict[str, float]) -> str:
    """Return the digits at the right ends of their lines."""
    heights = apart({look: frame.down(value) / 100 for look, value in last.items()})
    return "".join(
        f'<span class="end {look}" style="left:calc({frame.across(epoch):.2f}% + {6 + 11 * (index % 2)}px);'
        f'top:{100 * height:.2f}%">{html.escape(look.removeprefix("digit-"))}</span>'
        for index, (look, height) in enumerate(heights.items())
    )


def apart(heights: dict[str, float], least: float = APART) -> dict[str, float]:
    """Return the heights of names, 0 at the top and 1 at the bottom, moved apart where they would meet.

    Neighbors stand in two columns, so every second one has to keep its distance.
    """
    order = sorted(heights, key=heights.__getitem__, reverse=True)
    places: list[float] = []
    for name in order:  # from the bottom up
        places.append(min([heights[name], *(place - least / 2 for place in places[-1:])]))
    lowest = 0.0
    for index in reversed(range(len(places))):  # what was pushed out at the top comes back in
        places[index] = max(places[index], lowest)
        lowest = places[index] + least / 2
    return dict(zip(order, places, strict=True))
