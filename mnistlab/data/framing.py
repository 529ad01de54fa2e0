"""Frame a drawing the way MNIST framed its digits: cut, scaled to 20x20, centered in 28x28 by its mass.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database; C. Yadav, L. Bottou, "Cold case: the lost MNIST
digits", 2019, whose reconstruction (QMNIST) fixed the details: a square of at least ten pixels around the
ink, area-weighted resampling, a shift by whole pixels.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image

SIDE = 28  # of the framed image
BOX = 20  # of the box that the digit is scaled into
CENTER = 14.0  # where MNIST has the center of mass, in pixel indices counted from 0
SMALLEST_SQUARE = 10  # pixels of the drawing: a dot is not blown up into a disc that fills the box
LARGEST_GAIN = 4  # a hairline turns gray when it is scaled down; it is darkened again, within bounds
FULL = 255  # full ink
FAINTEST_CONTRAST = 16.0  # gray levels of 255; what differs less from the paper is no ink
FAINTEST_INK = 0.03  # of the strongest ink; less is paper, as around a stroke that was saved as JPEG
NOISE = 8.0  # in median deviations of the border from the paper: 5.4 standard deviations of camera noise


class Stages(NamedTuple):
    """One drawing on its way to the network.

    ink: uint8 (height, width), 0 = paper, 255 = full ink, on the whole canvas.
    boxed: uint8 (20, 20), cut out of the canvas and scaled.
    framed: uint8 (28, 28), what the network reads.
    """

    ink: np.ndarray
    boxed: np.ndarray
    framed: np.ndarray


def frame(image_data: np.ndarray) -> np.ndarray | None:
    """Return the drawing as MNIST would have stored it.

    Args:
        image_data: uint8 (height, width, 4), (height, width, 3) or (height, width): dark ink on light paper
            or light ink on dark paper, of any color. Transparent parts are laid on white.

    Returns:
        uint8 (28, 28), ink 255 on 0, or None when there is no ink.

    Raises:
        ValueError: image_data is not such an array.
    """
    found = stages(image_data)
    return None if found is None else found.framed


def stages(image_data: np.ndarray) -> Stages | None:
    """Return the ink of a drawing, the ink cut out and scaled, and the framed digit; None without ink."""
    ink = ink_of(image_data)
    if not ink.any():
        return None
    boxed = boxes_of(ink[None])
    return Stages(np.rint(FULL * ink).astype(np.uint8), boxed[0], centered(boxed)[0])


def raw_resize(image_data: np.ndarray) -> np.ndarray:
    """Return the whole canvas averaged to uint8 (28, 28), not framed: what a network cannot read."""
    averages = Image.fromarray(FULL * ink_of(image_data)).resize((SIDE, SIDE), Image.Resampling.BOX)
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


def boxes_of(ink: np.ndarray) -> np.ndarray:
    """Cut the ink out of each drawing and scale its longer side to 20 pixels.

    The cut starts a whole number of cells before the ink, so an MNIST digit, however much enlarged, comes
    back exactly.

    Args:
        ink: float32 (n, height, width) in 0..1; none of the drawings is empty.

    Returns:
        uint8 (n, 20, 20), the darkest pixel 255 unless that takes a gain above LARGEST_GAIN.
    """
    levels = np.rint(FULL * ink).astype(np.uint8)
    top, bottom = _extent(levels.any(axis=2))
    left, right = _extent(levels.any(axis=1))
    side = np.maximum(np.maximum(bottom - top, right - left), SMALLEST_SQUARE)
    rows = cell_sums(levels, _edges(top, bottom, side))
    cells = cell_sums(rows.transpose(0, 2, 1), _edges(left, right, side)).transpose(0, 2, 1)
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


def cell_sums(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return 20 times the sums of pixels over cells of any size: whole numbers, so no place is favored.

    Args:
        values: (n, pixels, width), whole numbers.
        edges: Where the cells begin and end, in twentieths of a pixel, ascending, (n, cells + 1). Outside is
            paper.

    Returns:
        int64 (n, cells, width).
    """
    n, pixels, width = values.shape
    running = np.zeros((n, pixels + 1, width), np.int64)
    np.cumsum(values, axis=1, out=running[:, 1:])
    inside = np.clip(edges, 0, BOX * pixels)
    below = np.minimum(inside // BOX, pixels - 1)
    part = (inside - BOX * below)[..., None]
    sums = np.take_along_axis(running, below[..., None], axis=1) * (BOX - part)
    sums += np.take_along_axis(running, below[..., None] + 1, axis=1) * part
    return np.diff(sums, axis=1)


def _extent(inked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first inked index and the one after the last, (n,) each, of bool (n, length)."""
    return inked.argmax(axis=1), inked.shape[1] - inked[:, ::-1].argmax(axis=1)


def _edges(begin: np.ndarray, end: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Return the edges of 20 cells across a square with ink from begin to end in its middle.

    They are (n, 21), in twentieths of a pixel: there a cell is `side` wide.
    """
    cells_before = BOX * (side - (end - begin)) // (2 * side)
    return BOX * begin[:, None] + (np.arange(BOX + 1) - cells_before[:, None]) * side[:, None]


def _offset(mass: np.ndarray) -> np.ndarray:
    """Return where the boxes begin in the image along one axis, (n,), from the mass of each line, (n, 20)."""
    center = (mass * np.arange(BOX)).sum(axis=1) / mass.sum(axis=1)
    begin, end = _extent(mass > 0)
    wanted = np.rint(CENTER - center).astype(int)
    return np.clip(wanted, -begin, SIDE - end)


# Ink, told from paper.


def ink_of(image_data: np.ndarray) -> np.ndarray:
    """Return how much ink lies on each pixel; none for a blank.

    The paper is the median color of the border; ink is whatever has another color.

    Args:
        image_data: uint8 (height, width, 4), (height, width, 3) or (height, width).

    Returns:
        float32 (height, width) in 0..1, 1 = the strongest ink.

    Raises:
        ValueError: image_data is not such an array.
    """
    colors = _opaque(_checked(image_data))
    border = np.concatenate([colors[0], colors[-1], colors[1:-1, 0], colors[1:-1, -1]])
    paper = np.median(border, axis=0)
    contrast = np.abs(colors[..., 0] - paper[0])
    for channel in range(1, colors.shape[2]):
        np.maximum(contrast, np.abs(colors[..., channel] - paper[channel]), out=contrast)
    noise = NOISE * float(np.median(np.abs(border - paper).max(axis=1)))
    strongest = float(contrast.max())
    if strongest <= max(FAINTEST_CONTRAST, noise):
        return np.zeros_like(contrast)
    contrast[contrast <= max(FAINTEST_INK * strongest, noise)] = 0.0
    return contrast / strongest


def _checked(image_data: np.ndarray) -> np.ndarray:
    """Return the picture with an axis for its color channels: uint8 (height, width, 1, 3 or 4)."""
    picture = np.asarray(image_data)
    if picture.dtype != np.uint8:
        raise ValueError(f"image_data must be an array of uint8. Got {picture.dtype}.")
    channels = picture[..., None] if picture.ndim == 2 else picture
    if channels.ndim != 3 or channels.shape[2] not in (1, 3, 4) or channels.size == 0:
        raise ValueError(
            "image_data must have the shape (height, width), (height, width, 3) or (height, width, 4), "
            f"none of them 0. Got {picture.shape}."
        )
    return channels


def _opaque(channels: np.ndarray) -> np.ndarray:
    """Return float32 (height, width, 1 or 3): a transparent picture laid on white.

    Light strokes on a transparent canvas would vanish there: they are laid on black.
    """
    if channels.shape[2] < 4:
        return channels.astype(np.float32)
    colors = channels[..., :3].astype(np.float32)
    alpha = channels[..., 3:].astype(np.float32) / 255
    if alpha.min() == 1.0:
        return colors
    on_black = colors * alpha
    on_white = on_black + 255 * (1 - alpha)
    rim = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    paper_is_clear = float(np.median(rim)) < 0.5
    return on_black if paper_is_clear and on_black.max() > 255 - on_white.min() else on_white
