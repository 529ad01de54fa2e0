"""A pass through the network, forward or back: the values of every layer as cells."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mnistlab.analysis.formatting import plain
from mnistlab.figures.html_figure import (
    DIVERGING,
    SEQUENTIAL,
    Field,
    Sketch,
    field_markup,
    in_rows,
    reach_of,
    share_levels,
    signed_levels,
)

FEW = 20  # units that have room for their values
IN_ROW = 10  # of few units


class Strip(NamedTuple):
    """The values of one layer."""

    name: str  # as hovering says it: z, a, Δ
    label: str  # above the cells
    layer: int
    values: np.ndarray  # (n,)
    signed: bool  # zero is the middle of the colors


def draw_passes(strips: Sequence[Strip], chosen: dict[int, int] | None = None, alt: str = "") -> Sketch:
    """Return the layers under each other.

    Args:
        strips: What is shown, from top to bottom.
        chosen: Layer -> number of the unit that is outlined in it.
        alt: What there is to see, one sentence.

    Returns:
        The figure; a click gives (layer, unit).
    """
    fields: list[Field] = []
    parts = []
    for strip in strips:
        unit = (chosen or {}).get(strip.layer)
        draw = few_units if len(strip.values) <= FEW else many_units
        new, markup = draw(strip, unit, len(fields))
        fields += new
        parts.append(f'<div class="strip">{strip.label}</div>{markup}')
    return Sketch("".join(parts), fields, alt)


def few_units(strip: Strip, chosen: int | None, first: int) -> tuple[list[Field], str]:
    """Return a field for each unit, and the units with their values and numbers under them."""
    fields = [few_field(strip, unit, level) for unit, level in enumerate(levels_of(strip))]
    units = "".join(
        few_markup(first + unit, field, strip, unit, unit == chosen) for unit, field in enumerate(fields)
    )
    columns = min(IN_ROW, len(fields))
    return fields, f'<div class="units" style="grid-template-columns:repeat({columns},1fr)">{units}</div>'


def few_field(strip: Strip, unit: int, level: int) -> Field:
    """Return one unit as a picture of a single cell."""
    return Field(
        np.array([[level]], np.uint8),
        colors_of(strip),
        1,
        1,
        says(strip),
        {"unit": [unit], "value": [exact(strip.values[unit])]},
        [(strip.layer, unit)],
    )


def few_markup(number: int, field: Field, strip: Strip, unit: int, chosen: bool) -> str:
    """Return one unit as a button over its value and its number."""
    button = field_markup(number, field, chosen=0 if chosen else None, name=named(strip, unit))
    value = written(float(strip.values[unit]))
    return f'<div>{button}{value}<div class="muted">{unit}</div></div>'


def many_units(strip: Strip, chosen: int | None, number: int) -> tuple[list[Field], str]:
    """Return one field with a cell for each unit."""
    count = len(strip.values)
    columns, height = (50, 18) if count <= 400 else (64, 12)
    levels = in_rows(levels_of(strip), columns)
    field = Field(
        levels,
        colors_of(strip),
        columns,
        len(levels),
        says(strip),
        {"unit": range(count), "value": [exact(value) for value in strip.values]},
        [(strip.layer, unit) for unit in range(count)],
    )
    style = f"height:{height * len(levels)}px"
    return [field], field_markup(number, field, "gaps", style, chosen)


def says(strip: Strip) -> str:
    """Return what hovering over a unit says."""
    return f"unit {{unit}}\n{strip.name} = {{value}}"


def named(strip: Strip, unit: int) -> str:
    """Return the name of a unit's button."""
    return f"{strip.name} of unit {unit} in layer {strip.layer}: {exact(strip.values[unit])}"


def exact(value: float) -> str:
    """Return a value as hovering says it."""
    return plain(float(value), 6)


def written(value: float) -> str:
    """Return a value as it fits under a cell."""
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return (f"{value:.4g}" if abs(value) >= 1 else f"{value:.3f}").replace("-", "−") if value else "0"
    return plain(value, 1)


def colors_of(strip: Strip) -> str:
    """Return which colors a layer has."""
    return DIVERGING if strip.signed else SEQUENTIAL


def levels_of(strip: Strip) -> np.ndarray:
    """Return the levels of a layer: signed values around zero, others from 0 to 1 or to their largest."""
    reach = reach_of(strip.values)
    if strip.signed:
        return signed_levels(strip.values, reach)
    return share_levels(strip.values, max(1.0, reach))
