"""Frame a drawing the way MNIST framed its digits: cut, scaled to 20x20, centered in 28x28 by its mass.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database; C. Yadav, L. Bottou, "Cold case: the lost MNIST
digits", 2019, whose reconstruction (QMNIST) fixed the details: a square of at least ten pixels around the
ink, area-weighted resampling, a shift by whole pixels.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from mnistlab.data.segmentation import segmented, stroke_of

SIDE = 28  # of the framed image
BOX = 20  # of the box that the digit is scaled into
CENTER = 14.0  # where MNIST has the center of mass, in pixel indices counted from 0
SMALLEST_SQUARE = 10  # pixels of the drawing: a dot is not blown up into a disc that fills the box
LARGEST_GAIN = 4  # a hairline turns gray when it is scaled down; it is darkened again, within bounds
FULL = 255  # full ink
FINE = 4  # cells to a pixel of the box, where strokes are measured
THIN = 1.1  # pixels of the box; 1 of 1,000 digits of MNIST have strokes as thin
THICKENED = 1.7  # what a thin stroke is given: 9 of 10 digits of MNIST have wider strokes


class Stages(NamedTuple):
    """One digit of a picture on its way to the network.

    contrast: uint8 (height, width), 0 = paper, 255 = full ink: the whole picture, its paper taken away.
    ink: uint8 (height, width), of this digit alone.
    boxed: uint8 (20, 20), cut out and scaled; thin strokes are thickened.
    framed: uint8 (28, 28), what the network reads.
    """

    contrast: np.ndarray
    ink: np.ndarray
    boxed: np.ndarray
    framed: np.ndarray


def frame(image_data: np.ndarray, by_pen: bool = False) -> np.ndarray | None:
    """Return the digit in a picture as MNIST would have stored it; of several the largest.

    Args:
        image_data: uint8 (height, width, 4), (height, width, 3) or (height, width): dark ink on light paper
            or light ink on dark paper, of any color. Transparent parts are laid on white.
        by_pen: See `segmented`.

    Returns:
        uint8 (28, 28), ink 255 on 0, or None when there is no digit.

    Raises:
        ValueError: image_data is not such an array.
    """
    found = stages(image_data, by_pen)
    return None if found is None else found.framed


def stages(image_data: np.ndarray, by_pen: bool = False) -> Stages | None:
    """Return the way of the digit in a picture, of several the largest; None where there is none."""
    digits, _ = all_stages(image_data, by_pen)
    return digits[0] if digits else None


def all_stages(image_data: np.ndarray, by_pen: bool = False) -> tuple[list[Stages], str]:
    """Return the way of each digit in a picture, the largest first, and why there is none; "" with one."""
    found = segmented(image_data, by_pen)
    contrast = _levels(found.contrast)
    digits = []
    for digit in found.digits:
        height, width = digit.ink.shape
        ink = np.zeros_like(contrast)
        ink[digit.top : digit.top + height, digit.left : digit.left + width] = _levels(digit.ink)
        boxed = boxes_of(_thickened(digit.ink)[None])
        digits.append(Stages(contrast, ink, boxed[0], centered(boxed)[0]))
    return digits, found.reason


def _levels(ink: np.ndarray) -> np.ndarray:
    """Return ink in 0..1 as uint8 in 0..255."""
    return np.rint(FULL * ink).astype(np.uint8)


def _thickened(ink: np.ndarray) -> np.ndarray:
    """Return the ink of a digit, float32 (height, width); strokes thinner than MNIST's are made wider.

    A stroke as narrow as a pixel of the box is gray wherever it lies across two; no digit of MNIST is.
    """
    size = max(ink.shape)
    if size < SMALLEST_SQUARE or BOX * stroke_of(ink > 0.5)[0] > 1.5 * THIN * size:
        return ink
    fine = boxes_of(ink[None], FINE * BOX)[0]
    width, _ = stroke_of(fine >= fine.max() / 2)
    if width >= THIN * FINE:
        return ink
    grown = np.pad(fine, FINE)
    for turn in range(round((THICKENED * FINE - width) / 2)):  # an octagon: diamond and square by turns
        grown = ndimage.grey_dilation(grown, footprint=ndimage.generate_binary_structure(2, 1 + turn % 2))
    return grown / np.float32(FULL)


def raw_resize(image_data: np.ndarray) -> np.ndarray:
    """Return the whole canvas averaged to uint8 (28, 28), not framed: what a network cannot read."""
    contrast = segmented(image_data).contrast
    averages = Image.fromarray(FULL * contrast).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.rint(np.asarray(averages)).astype(np.uint8)


def shift(image: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return a copy of an image moved down by rows and right by columns; what leaves it is lost."""
    height, width = image.shape
    up, left = max(0, -rows), max(0, -columns)
    padded = np.pad(image, ((max(0, rows), up), (max(0, columns), left)))
    return padded[up : up + height, left : left + width].copy()


# From ink to the framed digit: for n drawings of one size at once.


def frame_ink(ink: np.ndarray) -> np.ndarray:
    """Return drawings framed, uint8 (n, 28, 28), from their ink, float32 (n, height, width) in 0..1."""
    return centered(boxes_of(ink))


def boxes_of(ink: np.ndarray, box: int = BOX) -> np.ndarray:
    """Cut the ink out of each drawing and scale its longer side to 20 pixels, or to `box`.

    The cut starts a whole number of cells before the ink, so an MNIST digit, however much enlarged, comes
    back exactly.

    Args:
        ink: float32 (n, height, width) in 0..1; none of the drawings is empty.
        box: Pixels of the longer side.

    Returns:
        uint8 (n, box, box), the darkest pixel 255 unless that takes a gain above LARGEST_GAIN.
    """
    levels = np.rint(FULL * ink).astype(np.uint8)
    top, bottom = _extent(levels.any(axis=2))
    left, right = _extent(levels.any(axis=1))
    side = np.maximum(np.maximum(bottom - top, right - left), SMALLEST_SQUARE)
    rows = cell_sums(levels, _edges(top, bottom, side, box), box)
    cells = cell_sums(rows.transpose(0, 2, 1), _edges(left, right, side, box), box).transpose(0, 2, 1)
    # A cell of full ink holds FULL * side**2; the darkest one becomes FULL, as far as the gain allows.
    full = np.maximum(LARGEST_GAIN * cells.max(axis=(1, 2)), FULL * side**2)[:, None, None]
    grays = np.rint(FULL * LARGEST_GAIN * cells / full)
    # A pixel that ink has touched is never quite paper: the longer side stays 20.
    return np.where(cells > 0, np.clip(grays, 1, FULL), 0).astype(np.uint8)


def centered(boxed: np.ndarray) -> np.ndarray:
    """Return boxes, uint8 (n, 20, 20), in images (n, 28, 28): their center of mass nearest to (14, 14).

    The shift is by whole pixels and stops where ink would be lost.
    """
    first_row, first_column = _offset(boxed.sum(axis=2)), _offset(boxed.sum(axis=1))
    padded = np.zeros((len(boxed), SIDE + BOX * 2, SIDE + BOX * 2), np.uint8)
    for row, column in set(zip(first_row.tolist(), first_column.tolist(), strict=True)):
        chosen = (first_row == row) & (first_column == column)
        padded[chosen, BOX + row : 2 * BOX + row, BOX + column : 2 * BOX + column] = boxed[chosen]
    return np.ascontiguousarray(padded[:, BOX : BOX + SIDE, BOX : BOX + SIDE])


def cell_sums(values: np.ndarray, edges: np.ndarray, box: int) -> np.ndarray:
    """Return `box` times the sums of pixels over cells of any size: whole numbers, so no place is favored.

    Args:
        values: (n, pixels, width), whole numbers.
        edges: Where cells begin and end, in parts of a pixel, ascending, (n, cells + 1). Outside is paper.
        box: How many such parts a pixel has.

    Returns:
        int64 (n, cells, width).
    """
    n, pixels, width = values.shape
    running = np.zeros((n, pixels + 1, width), np.int64)
    np.cumsum(values, axis=1, out=running[:, 1:])
    inside = np.clip(edges, 0, box * pixels)
    below = np.minimum(inside // box, pixels - 1)
    part = (inside - box * below)[..., None]
    sums = np.take_along_axis(running, below[..., None], axis=1) * (box - part)
    sums += np.take_along_axis(running, below[..., None] + 1, axis=1) * part
    return np.diff(sums, axis=1)


def _extent(inked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first inked index and the one after the last, (n,) each, of bool (n, length)."""
    return inked.argmax(axis=1), inked.shape[1] - inked[:, ::-1].argmax(axis=1)


def _edges(begin: np.ndarray, end: np.ndarray, side: np.ndarray, box: int) -> np.ndarray:
    """Return the edges of `box` cells across a square with ink from begin to end in its middle.

    They are (n, box + 1), in parts of a pixel, of which it has `box`: there a cell is `side` wide.
    """
    cells_before = box * (side - (end - begin)) // (2 * side)
    return box * begin[:, None] + (np.arange(box + 1) - cells_before[:, None]) * side[:, None]


def _offset(mass: np.ndarray) -> np.ndarray:
    """Return where the boxes begin in the image along one axis, (n,), from the mass of each line, (n, 20)."""
    center = (mass * np.arange(BOX)).sum(axis=1) / mass.sum(axis=1)
    begin, end = _extent(mass > 0)
    wanted = np.rint(CENTER - center).astype(int)
    return np.clip(wanted, -begin, SIDE - end)
