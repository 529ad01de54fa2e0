"""Segmentation: the ink of each digit, told from frames, table edges, specks, neighbors and other things."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from mnistlab.data.paper import inked_box, opaque, paper_removed
from mnistlab.data.ruled_lines import without_ruled_lines

SMALLEST_PIECE = 0.1  # of the ink of the digit
SMALLEST_MAIN = 0.02  # of the ink: where less is left without what lies at the edges, those are the digit
NEAR = 0.25  # of the digit's size: what is farther away is not part of it
APART = 0.12  # of the digit's size, for a piece that is as tall: a second digit. The halves of a 4 are closer
AS_TALL = 0.6  # of the digit's height
MOST_DIGITS = 6  # more are a text
MOST_PIECES = 12  # of all digits, and of what is left out beside them: more are a text or a scene
SPECK = 0.005  # of the ink of the largest digit; what is smaller is no piece that counts
MOST_AFLOAT = 1  # piece inside what a digit encloses, as the dot in a zero: two are the eyes of a face
WIDEST = 2.6  # times as wide as tall: a car. A plain dash, as a 7 begins, is as tall as its stroke
WIDEST_STROKE = 0.6  # of the digit's size, of a disc that fits into it; wider is a thing, not writing
LARGEST_BLOT = 2.7  # widths of the stroke, of a disc that fits into it: where strokes cross it is 2
SMALLEST_BLOT = 0.06  # of the digit's size: as coarsely as is looked, a hairline is as wide
MOST_CROSSED = 3  # strokes, of a line from side to side
TANGLED = 0.1  # of the digit's size: where lines cross more over as much, it is a chart or a tangle
SMALLEST_WRITTEN = 20  # pixels; of what is smaller nobody can tell
SKETCH = 100  # cells on the longer side, for counting strokes
MOST_INK = 0.6  # of a picture; more is no writing
SMALLEST_SHARE = 0.3  # of all ink that is not at the rim; where the digits hold less they are part of a scene

NO_INK = "There is no ink in this picture: nothing in it stands out from its paper."
TEXT = "There is much in this picture, as on a page of writing: show me one digit, or a few side by side."
NO_STROKES = "I see no digit here: nothing in this picture looks like the strokes of one."
EIGHT = np.ones((3, 3))  # a pixel hangs together with all eight around it


class Digit(NamedTuple):
    """The ink of one digit, float32 (height, width) in 0..1, cut out, and where it lies in the picture."""

    ink: np.ndarray
    top: int
    left: int


class Segmentation(NamedTuple):
    """What a picture holds.

    contrast: float32 (height, width) in 0..1: how much each pixel differs from its paper.
    digits: The largest first.
    reason: Why there is none, as a sentence; "" where there is one.
    """

    contrast: np.ndarray
    digits: tuple[Digit, ...] = ()
    reason: str = ""


class Piece(NamedTuple):
    """Ink that hangs together: its bounding box in pixels, and how much ink it is."""

    label: int
    top: int
    bottom: int
    left: int
    right: int
    mass: float
    at_edge: bool

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left


def segmented(image_data: np.ndarray, by_pen: bool = False) -> Segmentation:
    """Find the digits in a picture.

    Args:
        image_data: uint8 (height, width, 4), (height, width, 3) or (height, width), in any colors.
        by_pen: Whether its ink is known to be strokes, as on a canvas: then nothing is taken for a thing.

    Raises:
        ValueError: image_data is not such an array.
    """
    contrast, threshold, inside = paper_removed(opaque(image_data))
    if not contrast.any():
        return Segmentation(contrast, reason=NO_INK)
    if np.count_nonzero(contrast > threshold) > MOST_INK * contrast.size:
        return Segmentation(contrast, reason=NO_STROKES)
    ink = without_ruled_lines(contrast[inside], threshold)
    labels, groups, pieces = digits_of(ink, threshold)
    if len(groups) > MOST_DIGITS or (len(pieces) > MOST_PIECES and not by_pen):
        return Segmentation(contrast, reason=TEXT)
    digits = []
    for group in groups:
        rows, columns = _box(group)
        kept = np.zeros(labels.max() + 1, bool)
        kept[[piece.label for piece in group]] = True
        digit = np.where(kept[labels[rows, columns]], ink[rows, columns], np.float32(0))
        if by_pen or (is_written(digit) and _num_afloat(labels, group[0], pieces) <= MOST_AFLOAT):
            digits.append(Digit(digit, inside[0].start + rows.start, inside[1].start + columns.start))
    return Segmentation(contrast, tuple(digits), "" if digits else NO_STROKES)


def digits_of(ink: np.ndarray, threshold: float) -> tuple[np.ndarray, list[list[Piece]], list[Piece]]:
    """Return the ink labeled, the pieces of each digit, the largest digit first, and all pieces that count.

    A piece is ink that hangs together. To no digit belong frames, what lies along an edge or is cut by it,
    and pieces under a tenth of the digit.
    """
    labels, pieces = pieces_of(ink, threshold)
    most = max((piece.mass for piece in pieces), default=0)
    free = [piece for piece in pieces if not _is_rim(labels, piece)]
    if max((piece.mass for piece in free), default=0) < SMALLEST_MAIN * most:
        free = pieces
    there = free
    inner = [piece for piece in free if not piece.at_edge]
    largest = max((piece.mass for piece in free), default=0)
    if max((piece.mass for piece in inner), default=0) >= SMALLEST_PIECE * largest:
        free = inner
    free.sort(key=lambda piece: -piece.mass)
    groups: list[list[Piece]] = []
    while free and free[0].mass >= SMALLEST_PIECE * (groups[0][0].mass if groups else 0):
        group = _grown(free)
        groups.append(group)
        free = [piece for piece in free if piece not in group]
    groups = [group for group in groups if _size(group) >= _size(groups[0]) / 2]
    in_digits = sum(piece.mass for group in groups for piece in group)
    if in_digits < SMALLEST_SHARE * sum(piece.mass for piece in there) and len(groups) <= MOST_DIGITS:
        groups = []
    return labels, groups, [piece for piece in there if piece.mass >= SPECK * largest]


def pieces_of(ink: np.ndarray, threshold: float) -> tuple[np.ndarray, list[Piece]]:
    """Return the ink labeled, int32 (height, width), and its connected pieces that hold strong ink."""
    height, width = ink.shape
    labels, pieces = np.zeros(ink.shape, np.int32), []
    inked = inked_box(ink)
    part = ink[inked]
    num_labels = ndimage.label(part > 0, EIGHT, output=labels[inked])
    strong = part > threshold
    masses = np.bincount(labels[inked][strong], part[strong], num_labels + 1)
    down, right = inked[0].start or 0, inked[1].start or 0
    for label, (rows, columns) in enumerate(ndimage.find_objects(labels[inked]), start=1):
        if masses[label] > 0:
            box = down + rows.start, down + rows.stop, right + columns.start, right + columns.stop
            at_edge = box[0] == 0 or box[1] == height or box[2] == 0 or box[3] == width
            pieces.append(Piece(label, *box, float(masses[label]), at_edge))
    return labels, pieces


def _is_rim(labels: np.ndarray, piece: Piece) -> bool:
    """Whether a piece is a frame around the digit, or lies along an edge of the picture, as a table does."""
    edges = labels[0], labels[-1], labels[:, 0], labels[:, -1]
    if piece.at_edge and max(np.mean(edge == piece.label) for edge in edges) > 0.6:
        return True
    height, width = labels.shape
    if piece.height <= height / 2 or piece.width <= width / 2 or min(piece.height, piece.width) <= 8:
        return False
    part = labels[piece.top : piece.bottom, piece.left : piece.right] == piece.label
    depth = max(1, min(part.shape) // 33)
    across = part[:depth].any(axis=0), part[-depth:].any(axis=0)
    down = part[:, :depth].any(axis=1), part[:, -depth:].any(axis=1)
    return part.mean() < 0.5 and sum(side.mean() > 0.8 for side in (*across, *down)) >= 3


def _grown(pieces: list[Piece]) -> list[Piece]:
    """Return the first piece and all others that belong to the same digit."""
    group, rest = pieces[:1], pieces[1:]
    while more := [piece for piece in rest if _belongs(piece, group)]:
        group = group + more
        rest = [piece for piece in rest if piece not in more]
    return group


def _box(group: list[Piece]) -> tuple[slice, slice]:
    """Return the rows and the columns of a digit."""
    top, bottom, left, right = zip(*(piece[1:5] for piece in group), strict=True)
    return slice(min(top), max(bottom)), slice(min(left), max(right))


def _size(group: list[Piece]) -> int:
    """Return the longer side of a digit."""
    rows, columns = _box(group)
    return max(rows.stop - rows.start, columns.stop - columns.start)


def _belongs(piece: Piece, group: list[Piece]) -> bool:
    """Whether a piece is part of a digit: near, not too small, and no digit by itself."""
    if piece.mass < SMALLEST_PIECE * group[0].mass:
        return False
    rows, columns = _box(group)
    beside = max(piece.left - columns.stop, columns.start - piece.right)
    above = max(piece.top - rows.stop, rows.start - piece.bottom)
    as_tall = piece.height > AS_TALL * (rows.stop - rows.start)
    return max(beside, above) <= (APART if as_tall else NEAR) * _size(group)


def _num_afloat(labels: np.ndarray, main: Piece, pieces: list[Piece]) -> int:
    """Return how many pieces lie inside what the main piece of a digit encloses."""
    if len(pieces) <= 1 + MOST_AFLOAT:
        return 0
    box = _box([main])
    inside = np.unique(labels[box][ndimage.binary_fill_holes(labels[box] == main.label)])
    return sum(piece.label in inside for piece in pieces if piece != main)


def is_written(digit: np.ndarray) -> bool:
    """Whether this ink, float32 (height, width), can be the strokes of a digit: no patch, tangle or thing."""
    height, width = digit.shape
    size = max(height, width)
    if size < SMALLEST_WRITTEN:
        return True
    inked, step = digit > 0.5, -(-size // SKETCH)
    stroke, _ = stroke_of(inked)
    blot = 2 * step * float(ndimage.distance_transform_edt(np.pad(inked[::step, ::step], 1)).max())
    if blot > min(WIDEST_STROKE * size, max(LARGEST_BLOT * stroke, SMALLEST_BLOT * size, 5)):
        return False
    if width > WIDEST * height and stroke < 0.9 * height:
        return False
    cells = np.logical_or.reduceat(inked, np.arange(0, height, step), axis=0)
    cells = np.pad(np.logical_or.reduceat(cells, np.arange(0, width, step), axis=1), ((0, 0), (1, 0)))
    crossed = np.count_nonzero(cells[:, 1:] & ~cells[:, :-1], axis=1)
    return bool(step * np.count_nonzero(crossed > MOST_CROSSED) <= TANGLED * size)


def stroke_of(inked: np.ndarray) -> tuple[float, float]:
    """Return the mean width of the strokes on bool (height, width), and the length of all, in pixels.

    An outline is twice as long as its stroke, whose width is the area by the length.
    """
    padded = np.pad(inked, 1)
    steps = np.count_nonzero(padded[1:] ^ padded[:-1]) + np.count_nonzero(padded[:, 1:] ^ padded[:, :-1])
    length = max(np.pi / 4 * steps / 2, 1.0)  # a slanting outline takes more steps than it is long
    return np.count_nonzero(inked) / length, length
