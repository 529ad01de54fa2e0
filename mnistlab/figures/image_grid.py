"""Pictures of 28 by 28: one whose pixels tell their value, a sheet of many, and many with their names."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mnistlab.analysis.formatting import plain
from mnistlab.figures.html_figure import (
    DIVERGING,
    INK,
    NOTHING,
    Field,
    Sketch,
    field_markup,
    ink_levels,
    pixels,
    reach_of,
    signed_levels,
)
from mnistlab.figures.theme import number

SIDE = 28
MARGIN = 1  # pixels around each picture of a sheet
BELOW = "0.3rem"  # between a picture and its name, so that the frame of the chosen one fits
SHOWN = 100  # units of a layer on a sheet


def digit_picture(image: np.ndarray, name: str, size: int) -> Sketch:
    """Return one image, (28, 28) of 0..255; hovering gives row, column and value."""
    field = ink_pixels(image)
    return Sketch(square(field, size), [field], f"{name}: a handwritten digit as {SIDE} by {SIDE} pixels.")


def ink_pixels(image: np.ndarray) -> Field:
    """Return an image in ink, 0..255, whose pixels tell their value."""
    values = {"value": np.asarray(image).ravel().tolist()}
    return pixels(ink_levels(image), INK, "row {row}, column {column}\nvalue {value} of 255", values)


def weight_picture(
    weights: np.ndarray,
    title: str = "",
    size: int = 270,
    says: str = "row {row}, column {column}\nweight {value}",
    chosen: int | None = None,
    clickable: bool = False,
) -> Sketch:
    """Return 784 signed numbers as a picture with zero in the middle of its colors.

    Args:
        weights: (784,).
        title: Above it.
        size: Width and height in px.
        says: What hovering says; {value} is the number.
        chosen: Pixel that is framed.
        clickable: Whether a click gives the number of the pixel.
    """
    weights = np.asarray(weights, float).ravel()
    field = pixels(
        signed_levels(weights, reach_of(weights)).reshape(SIDE, SIDE),
        DIVERGING,
        says,
        {"value": [plain(value, 6) for value in weights.tolist()]},
        range(SIDE * SIDE) if clickable else (),
    )
    alt = f"{title or 'A unit'} as 28 by 28 numbers from {weights.min():.3g} to {weights.max():.3g}."
    return Sketch(titled(title) + square(field, size, chosen), [field], alt)


def weight_sheet(weights: ArrayLike, title: str, chosen: int | None = None) -> Sketch:
    """Return the first units' weights, (n, 784), on one scale; where one is chosen, a click gives another."""
    weights = np.asarray(weights)
    shown = weights[:SHOWN]
    reach = float(np.quantile(np.abs(shown), 0.998)) or 1.0  # a few outliers leave the others their color
    of = f" of {len(weights)}" if len(weights) > len(shown) else ""
    alt = f"{title}: {len(shown)}{of} units, each as an image; colors reach ±{number(reach)}."
    return sheet(
        signed_levels(shown, reach).reshape(-1, SIDE, SIDE),
        DIVERGING,
        10,
        "unit {cell}\nweights from {low} to {high}",
        {"low": list(map(number, shown.min(axis=1))), "high": list(map(number, shown.max(axis=1)))},
        title=title,
        picks=() if chosen is None else range(len(shown)),
        chosen=chosen,
        alt=alt,
        tile=48,
        foot=f"{len(shown)}{of} units. Colors from −{number(reach)} to {number(reach)}.",
    )


def class_means(means: np.ndarray, spreads: np.ndarray) -> Sketch:
    """Return the mean image of each class, (10, 28, 28) of 0..255, above the deviation of each pixel."""
    count = len(means)
    return sheet(
        ink_levels(np.concatenate([means, spreads]).round().clip(0, 255)),
        INK,
        count,
        "{what} of all {digit}s",
        {"what": ["mean"] * count + ["standard deviation"] * count, "digit": [*range(count)] * 2},
        title="Mean and standard deviation per class",
        alt=f"Mean image and standard deviation of each of {count} classes.",
        tile=60,
        foot="Above the mean image of each digit, below the standard deviation of each pixel.",
    )


def sheet(
    levels: np.ndarray,
    colors: str,
    columns: int,
    says: str,
    lists: dict[str, Sequence],
    *,
    title: str,
    alt: str,
    tile: int,
    picks: Sequence = (),
    chosen: int | None = None,
    foot: str = "",
) -> Sketch:
    """Return pictures without names as one field; a click gives one of `picks`.

    Args:
        levels: uint8, (n, 28, 28).
        colors: Of the field.
        columns: Pictures in a row.
        says: What hovering over a picture says.
        lists: What is put into `says` for each picture.
        title: Above the sheet.
        alt: What there is to see, one sentence.
        tile: Width of a picture in px where the page is wide enough.
        picks: What a click on each picture means.
        chosen: Place of the picture that is framed.
        foot: Below the sheet.
    """
    columns = min(columns, len(levels))
    edge = ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN))
    tiles = np.pad(levels, edge, constant_values=NOTHING)
    rows, step = -(-len(tiles) // columns), SIDE + 2 * MARGIN
    spare = np.full((rows * columns - len(tiles), step, step), NOTHING, np.uint8)
    whole = np.concatenate([tiles, spare]).reshape(rows, columns, step, step)
    picture = whole.swapaxes(1, 2).reshape(rows * step, columns * step)
    field = Field(picture, colors, columns, rows, says, lists, picks)
    style = f"max-width:{columns * tile}px;aspect-ratio:{columns}/{rows}"
    below = f'<div class="muted foot">{foot}</div>' if foot else ""
    return Sketch(titled(title) + field_markup(0, field, style=style, chosen=chosen) + below, [field], alt)


def named_tiles(
    levels: np.ndarray,
    colors: str,
    names: Sequence[str],
    says: Sequence[str],
    columns: int,
    *,
    alt: str,
    tile: int,
    picks: Sequence = (),
    chosen: int | None = None,
    title: str = "",
) -> Sketch:
    """Return pictures with a name under each; those that can be clicked are buttons.

    Args:
        levels: uint8, (n, 28, 28).
        colors: Of all of them.
        names: Under each.
        says: What hovering over each says.
        columns: Pictures in a row.
        alt: What there is to see, one sentence.
        tile: Width of a picture in px where the page is wide enough.
        picks: What a click on each means; () for none.
        chosen: Place of the picture that is framed.
        title: Above them.
    """
    fields, shown = [], ""
    for place, (picture, name, what) in enumerate(zip(levels, names, says, strict=True)):
        field = Field(picture, colors, 1, 1, "{what}", {"what": [what]}, picks[place : place + 1])
        button = what.replace("\n", ", ") if len(picks) else ""
        framed = 0 if place == chosen else None
        painted = field_markup(place, field, style="aspect-ratio:1", chosen=framed, name=button)
        shown += f'<div>{painted}<div class="muted" style="margin-top:{BELOW}">{name}</div></div>'
        fields.append(field)
    width = f"max-width:{columns * (tile + 8)}px"
    grid = f'<div class="tiles" style="grid-template-columns:repeat({columns},1fr);{width}">{shown}</div>'
    return Sketch(titled(title) + grid, fields, alt)


def square(field: Field, size: int, chosen: int | None = None) -> str:
    """Return a square field with a thin edge."""
    style = f"width:min(100%,{size}px);aspect-ratio:1"
    return field_markup(0, field, "framed", style, chosen)


def titled(title: str) -> str:
    """Return a title above a figure."""
    return f'<div class="title">{title}</div>' if title else ""
