"""A digit before the network reads it: the path of the pen, and the stages from a drawing to 28x28."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from mnistlab.figures.html_figure import Sketch, field_markup
from mnistlab.figures.image_grid import SIDE, ink_pixels, titled
from mnistlab.figures.ink import INK_COLOR, PAPER, mixed, png_source, rgb
from mnistlab.figures.theme import WRONG

CENTER = 14  # where MNIST has the center of mass
PIXEL = 6.1  # px of the screen for one of a picture's, where there is room
GAP = 36  # px between the pictures
SHEET = 100  # of the paper, in its own units
SIZE = 190  # px of the screen
FILLED = 0.8  # of the paper, by the larger side of the digit


def draw_stages(
    image: np.ndarray,
    boxed: np.ndarray | None,
    captions: tuple[str, str],
    found: tuple[np.ndarray, np.ndarray] | None = None,
) -> Sketch:
    """Return what the network reads, at its left the box that it came from, above it how that was found.

    Args:
        image: What the network reads, 0..255, (28, 28).
        boxed: The digit cut out and scaled, 0..255, (20, 20); None where there is no such stage.
        captions: Below the box and below the image; a line break parts them in two lines.
        found: The picture without its paper, and the ink of the digit alone, 0..255, (height, width) each.

    Returns:
        The figure; a cross marks where MNIST has a digit's center of mass, a ring where this one has it.
    """
    if not image.any():
        return Sketch('<p class="muted">No ink is left.</p>', alt="No ink is left.")
    row, column = center_of_mass(image)
    marks = mark(CENTER, CENTER, "cross", "where MNIST has the center of mass") + mark(
        row, column, "mass", f"center of mass: row {row:.1f}, column {column:.1f}"
    )
    pictures = [(image, captions[1], marks)]
    if boxed is not None:
        pictures.insert(0, (boxed, captions[0], ""))
    fields = [ink_pixels(picture) for picture, _, _ in pictures]
    shown = "".join(
        f'<div class="stage" style="--side:{len(picture)}"><div class="picture">{field_markup(place, field)}'
        f"{over}</div><div>{caption.replace(chr(10), '<br>')}</div></div>"
        for place, (field, (picture, caption, over)) in enumerate(zip(fields, pictures, strict=True))
    )
    widths = " ".join(f"{len(picture)}fr" for picture, _, _ in pictures)
    most = PIXEL * sum(len(picture) for picture, _, _ in pictures) + GAP * (len(pictures) - 1)
    alt = f"What the network reads: 28 by 28 pixels, center of mass at row {row:.1f}, column {column:.1f}."
    style = f"grid-template-columns:{widths};max-width:{most:.0f}px;column-gap:{GAP}px"
    above = "" if found is None else found_markup(*found)
    return Sketch(f'{above}<div class="stages" style="{style}">{shown}</div>', fields, alt)


def found_markup(contrast: np.ndarray, ink: np.ndarray) -> str:
    """Return a picture without its paper, and the same with what was left out in another color."""
    left_out = np.clip(contrast.astype(int) - ink, 0, 255)
    is_left_out = bool((left_out > ink.max() / 8).any())
    pictures = (
        (contrast, np.zeros_like(contrast), "paper taken away"),
        (ink, left_out, "what was left out,\nin red" if is_left_out else "nothing else\nwas left out"),
    )
    shown = "".join(
        f'<div class="stage"><div class="whole"><img src="{source}" alt="The picture: {words}."></div>'
        f"<div>{words.replace(chr(10), '<br>')}</div></div>"
        for source, words in ((png_source(painted(kept, other)), words) for kept, other, words in pictures)
    )
    return f'<div class="stages found">{shown}</div>'


def painted(ink: np.ndarray, left_out: np.ndarray) -> Image.Image:
    """Return ink on paper, 0..255, with what was left out in another color."""
    paper, kept, other = (rgb(color).astype(np.float32) for color in (PAPER, INK_COLOR, WRONG))
    colors = mixed(paper, kept, ink / np.float32(255))
    if left_out.any():
        colors = mixed(colors, other, left_out / np.float32(255))
    return Image.fromarray(colors.astype(np.uint8))


def center_of_mass(image: np.ndarray) -> tuple[float, float]:
    """Return row and column of the center of mass of an image that has ink."""
    mass = image.astype(float)
    rows, columns = np.indices(image.shape)
    return float((rows * mass).sum() / mass.sum()), float((columns * mass).sum() / mass.sum())


def mark(row: float, column: float, look: str, says: str) -> str:
    """Return a mark on what the network reads."""
    place = f"left:{100 * (column + 0.5) / SIDE:.2f}%;top:{100 * (row + 0.5) / SIDE:.2f}%"
    return f'<span class="{look}" style="{place}" data-says="{says}"></span>'


def draw_strokes(strokes: Sequence[np.ndarray], upto: int, title: str) -> Sketch:
    """Return the strokes with the number of each at its beginning; what is not yet written is pale.

    Args:
        strokes: Points (n, 2) of x and y for each stroke, y downwards.
        upto: How many of all points have been written so far.
        title: Above the figure.
    """
    low = np.min([stroke.min(axis=0) for stroke in strokes], axis=0)
    high = np.max([stroke.max(axis=0) for stroke in strokes], axis=0)
    scale = FILLED * SHEET / max(float((high - low).max()), 1e-6)
    lines, numbers, left = [], [], upto
    for number, stroke in enumerate(strokes, start=1):
        points = SHEET / 2 + scale * (np.asarray(stroke) - (low + high) / 2)
        written, left = points[: max(0, left)], left - len(points)
        lines.append(line(points, "unwritten"))
        if len(written):
            lines.append(line(written, "written"))
            x, y = written[0].tolist()
            numbers.append(f'<text x="{x - 8:.1f}" y="{y + 2:.1f}">{number}</text>')
    markup = (
        f'{titled(title)}<svg class="paper" viewBox="0 0 {SHEET} {SHEET}" width="{SIZE}" height="{SIZE}" '
        f'aria-hidden="true">{"".join(lines)}{"".join(numbers)}</svg>'
    )
    count = "1 stroke" if len(strokes) == 1 else f"{len(strokes)} strokes"
    return Sketch(markup, alt=f"{title}: the path of the pen, {count}.")


def line(points: np.ndarray, kind: str) -> str:
    """Return one stroke as a line."""
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points.tolist())}"/>'
