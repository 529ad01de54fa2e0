"""Ruled lines: those of squared or lined paper are taken out of the ink."""

import numpy as np
from scipy import ndimage

from mnistlab.data.paper import COARSE

RULED = 60  # pixels; on a smaller picture nobody can tell a ruled line from a stroke
FALL = 4  # steps of two cells by which a ruled line may fall or rise across the picture


def without_ruled_lines(ink: np.ndarray, threshold: float) -> np.ndarray:
    """Return the ink without the lines of squared or lined paper; strokes that cross them stay whole."""
    return _without_rows(_without_rows(ink, threshold).T, threshold).T


def _without_rows(ink: np.ndarray, threshold: float) -> np.ndarray:
    """Return the ink without the thin lines, two at least, that run across it from side to side."""
    height, width = ink.shape
    block = -(-max(height, width) // COARSE)
    rows, columns = height // block, width // block
    ends = ink[:, : width // 7], ink[:, -(width // 7) :]
    if min(height, width) < RULED or min(end.any(axis=0).mean() for end in ends) < 0.5:
        return ink
    inked = ink[: rows * block, : columns * block] > threshold
    coarse = inked.reshape(rows, block, columns, block).any(axis=(1, 3))
    lines = _lines_across(coarse & ~ndimage.binary_opening(coarse, np.ones((4, 1))))
    if lines is None:
        return ink
    band = np.zeros(ink.shape, bool)
    band[: rows * block, : columns * block] = lines.repeat(block, axis=0).repeat(block, axis=1)
    num_lines = ndimage.label(lines[:, 0])[1]
    thickness = np.median((band & (ink > threshold / 2)).sum(axis=0)) / max(1, num_lines)
    # An opening across the line takes it out and leaves what crosses it.
    return np.where(band, ndimage.grey_opening(ink, size=(int(thickness) + 2, 1)), ink)


def _lines_across(thin: np.ndarray) -> np.ndarray | None:
    """Return the cells of lines that run from side to side, with those beside them; None with less than two.

    Args:
        thin: bool (rows, columns), cells with a thin horizontal mark.
    """
    height, width = thin.shape
    edge, columns = width // 7, np.arange(width)
    padded = np.pad(thin, ((FALL, FALL + 1), (0, 0)))
    best, found, num_lines = 0.0, None, 0
    for fall in range(-FALL, FALL + 1):
        down = np.rint(fall * (2 * columns / (width - 1) - 1)).astype(int)
        straight = padded[np.arange(height)[:, None] + down + FALL, columns]
        straight |= padded[np.arange(height)[:, None] + down + FALL + 1, columns]
        first, _, last = (part.mean(axis=1) for part in np.split(straight, [edge, width - edge], axis=1))
        whole = straight.mean(axis=1)
        across = (whole >= 0.45) & (first >= 0.5) & (last >= 0.5)
        if (score := float((whole[across] ** 2).sum())) > best:
            best, found = score, (np.flatnonzero(across)[:, None] + down).clip(0, height - 1)
            num_lines = ndimage.label(across)[1]
    if found is None or num_lines < 2:
        return None
    lines = np.zeros_like(thin)
    lines[found, columns] = True
    return ndimage.binary_dilation(lines, [[1], [1], [1]], iterations=2)
