"""Images as points on a map, each drawn as its digit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mnistlab.figures.frame import Frame
from mnistlab.figures.sketch import Marks, Sketch

DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # of a Braille character, by place
INKED = 96  # gray level from which a pixel is a dot
HEIGHT = 460  # px of the map alone
ROOM = 0.03  # around the points, of their range


def draw_projection(
    points: np.ndarray,
    labels: ArrayLike,
    indices: ArrayLike,
    images: np.ndarray,
    chosen: int | None = None,
) -> Sketch:
    """Return images as points; a click gives the number of the image, hovering shows it in Braille dots.

    Args:
        points: (n, 2), first and second principal component.
        labels: The digit of each.
        indices: Number of each image in its set.
        images: The set, uint8, (m, 28, 28).
        chosen: Number of the image with a ring around it.
    """
    points = np.asarray(points, float)
    digits, numbers = np.asarray(labels).tolist(), np.asarray(indices).tolist()
    low, high = points.min(axis=0), points.max(axis=0)
    room = ROOM * (high - low)
    (left, bottom), (right, top) = low - room, high + room
    frame = Frame(left, right, bottom, top)
    places = np.stack([frame.across(points[:, 0]), frame.down(points[:, 1])], axis=1).round(2)
    written = "".join(
        f'<span class="point digit-{digit}" style="left:{x:g}%;top:{y:g}%">{digit}</span>'
        for (x, y), digit in zip(places.tolist(), digits, strict=True)
    )
    says = [
        f"a {digit}, image {number}\n{braille(images[number])}"
        for digit, number in zip(digits, numbers, strict=True)
    ]
    axes = frame.lines("first component", "second component")
    markup = (
        f'<div class="plot wires" style="height:{HEIGHT}px">{axes}'
        f"{ring(places, numbers, chosen)}{HOVERED}{written}</div>"
    )
    alt = f"{len(points)} images as points, each drawn as its digit."
    return Sketch(markup, alt=alt, marks=Marks(np.hstack([places, places]) / 100, says, numbers))


HOVERED = (
    '<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">'
    '<path class="hovered round"/></svg>'
)


def ring(places: np.ndarray, numbers: Sequence[int], chosen: int | None) -> str:
    """Return the ring around the chosen point, if it is on the map."""
    if chosen not in numbers:
        return ""
    x, y = places[numbers.index(chosen)].tolist()
    return f'<span class="ring" style="left:{x:g}%;top:{y:g}%"></span>'


def braille(image: np.ndarray) -> str:
    """Return an image, (28, 28), as six lines of Braille characters of four by two dots each.

    Its margin is left out: two rows above and below, four columns at either side.
    """
    dots = (np.asarray(image)[2:26, 4:24] >= INKED).reshape(6, 4, 10, 2).transpose(0, 2, 1, 3)
    codes = 0x2800 + (dots * DOTS).sum(axis=(2, 3))
    return "\n".join("".join(map(chr, row)).rstrip("\u2800") for row in codes.tolist())
