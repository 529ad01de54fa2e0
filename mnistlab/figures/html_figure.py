"""A figure of plain markup: a browser shows it at once, where a chart costs it a tenth of a second.

Pictures in it are fields: levels that the browser paints in the theme's own colors, and cells that say
something when they are hovered over and mean something when they are clicked.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

ZERO, TOP, NOTHING = 127, 254, 255  # levels: the middle of signed values, the end of the scale, no paint
DIVERGING, SEQUENTIAL, INK = "diverging", "sequential", "ink"


class Field(NamedTuple):
    """A picture, and the cells that it is divided into, row by row."""

    levels: np.ndarray  # uint8, (height, width)
    colors: str  # DIVERGING, SEQUENTIAL or INK
    columns: int
    rows: int
    says: str = ""  # on hover; {cell}, {row}, {column} and names of `lists` are put in
    lists: Mapping[str, Sequence] = {}  # name -> an entry for each cell
    picks: Sequence = ()  # what a click on each cell means

    @property
    def cells(self) -> int:
        """How many cells there are; the last row may be shorter."""
        return len(self.picks) or min(map(len, self.lists.values()), default=self.columns * self.rows)


class Marks(NamedTuple):
    """Lines that say something when the pointer comes near them, or points, which are lines of no length."""

    ends: np.ndarray  # x and y of both ends, 0..1 of the figure from its upper left corner, (n, 4)
    says: Sequence[str]
    picks: Sequence = ()  # what a click near each means


NO_MARKS = Marks(np.empty((0, 4)), ())


class Sketch(NamedTuple):
    """A figure."""

    markup: str
    fields: Sequence[Field] = ()
    alt: str = ""
    marks: Marks = NO_MARKS

    def picked(self, field: int, cell: int) -> Any:
        """Return what a click on a cell means; the marks are field -1."""
        return (self.fields[field] if field >= 0 else self.marks).picks[cell]


def pixels(
    levels: np.ndarray, colors: str, says: str, lists: Mapping[str, Sequence], picks: Sequence = ()
) -> Field:
    """Return a picture each of whose pixels is a cell."""
    rows, columns = levels.shape
    return Field(levels, colors, columns, rows, says, lists, picks)


def signed_levels(values: np.ndarray, reach: float) -> np.ndarray:
    """Return the levels of values from -reach to reach; what is not a number is not painted."""
    values = np.asarray(values, float)
    shares = np.clip(np.nan_to_num(values / (reach or 1.0)), -1, 1)
    return np.where(np.isnan(values), NOTHING, ZERO + np.round(ZERO * shares)).astype(np.uint8)


def share_levels(values: np.ndarray, top: float = 1.0) -> np.ndarray:
    """Return the levels of values from 0 to a top."""
    shares = np.clip(np.nan_to_num(np.asarray(values, float) / top), 0, 1)
    return np.round(TOP * shares).astype(np.uint8)


def ink_levels(images: np.ndarray) -> np.ndarray:
    """Return the levels of pixels from 0, paper, to 255, ink."""
    return np.minimum(np.asarray(images), TOP).astype(np.uint8)


def reach_of(values: np.ndarray) -> float:
    """Return the end of a signed scale, the largest absolute value; 1 where all are 0."""
    values = np.asarray(values, float)
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0


def in_rows(cells: np.ndarray, columns: int) -> np.ndarray:
    """Return levels row by row, (rows, columns); what is missing in the last row is not painted."""
    rows = -(-len(cells) // columns)
    return np.append(cells, np.full(rows * columns - len(cells), NOTHING, np.uint8)).reshape(rows, columns)


def field_markup(
    number: int, field: Field, look: str = "", style: str = "", chosen: int | None = None, name: str = ""
) -> str:
    """Return the place where a field is painted.

    Args:
        number: Of the field in its figure.
        field: The field.
        look: Further classes.
        style: Further style.
        chosen: Cell that is framed.
        name: Makes it a button with this name, where the field is a single cell.
    """
    tag, own = "div", ""
    if name:
        pressed = str(chosen is not None).lower()
        tag, own = "button", f' aria-label="{html.escape(name)}" aria-pressed="{pressed}"'
    clickable = " clickable" if len(field.picks) else ""
    frame = "" if chosen is None else frame_markup(field, chosen)
    return (
        f'<{tag} class="field{clickable} {look}" data-field="{number}"{own} '
        f'style="--columns:{field.columns};--rows:{field.rows};{style}"><canvas></canvas>{frame}</{tag}>'
    )


def frame_markup(field: Field, cell: int) -> str:
    """Return the frame around a cell."""
    row, column = divmod(cell, field.columns)
    across, down = 100 / field.columns, 100 / field.rows
    return (
        f'<span class="frame" style="left:{column * across:.4f}%;top:{row * down:.4f}%;'
        f'width:{across:.4f}%;height:{down:.4f}%"></span>'
    )
