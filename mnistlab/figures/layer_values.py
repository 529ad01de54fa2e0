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
    pixels,
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


def draw_passes(strips: Sequence[Strip], chosen: dict[int, int], alt: str) -> Sketch:
    """Return the layers under each other.

    Args:
        strips: What is shown, from top to bottom.
        chosen: Layer -> number of the unit that is outlined in it.
        alt: What there is to see, one sentence.

    Returns:
        The figure; a click gives (layer, unit).
    """
    fields: list[Field] = []
    markup = ""
    for strip in strips:
        draw = few_units if len(strip.values) <= FEW else many_units
        new, drawn = draw(strip, chosen.get(strip.layer), len(fields))
        fields += new
        markup += f'<div class="strip">{strip.label}</div>{drawn}'
    return Sketch(markup, fields, alt)


def few_units(strip: Strip, chosen: int | None, first: int) -> tuple[list[Field], str]:
    """Return a field of one cell for each unit, and the units as buttons over their values and numbers."""
    fields, units = [], ""
    for unit, (level, value) in enumerate(zip(levels_of(strip), strip.values.tolist(), strict=True)):
        field = cells(strip, level.reshape(1, 1), [unit])
        name = f"{strip.name} of unit {unit} in layer {strip.layer}: {plain(value, 6)}"
        button = field_markup(first + unit, field, chosen=0 if unit == chosen else None, name=name)
        units += f'<div>{button}{written(value)}<div class="muted">{unit}</div></div>'
        fields.append(field)
    columns = min(IN_ROW, len(fields))
    return fields, f'<div class="units" style="grid-template-columns:repeat({columns},1fr)">{units}</div>'


def many_units(strip: Strip, chosen: int | None, number: int) -> tuple[list[Field], str]:
    """Return one field with a cell for each unit."""
    count = len(strip.values)
    columns, height = (50, 18) if count <= 400 else (64, 12)
    field = cells(strip, in_rows(levels_of(strip), columns), range(count))
    return [field], field_markup(number, field, "gaps", f"height:{height * field.rows}px", chosen)


def cells(strip: Strip, levels: np.ndarray, units: Sequence[int]) -> Field:
    """Return some units of a layer as cells that tell their values."""
    return pixels(
        levels,
        DIVERGING if strip.signed else SEQUENTIAL,
        f"unit {{unit}}\n{strip.name} = {{value}}",
        {"unit": units, "value": [plain(float(strip.values[unit]), 6) for unit in units]},
        [(strip.layer, unit) for unit in units],
    )


def written(value: float) -> str:
    """Return a value as it fits under a cell."""
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return (f"{value:.4g}" if abs(value) >= 1 else f"{value:.3f}").replace("-", "−") if value else "0"
    return plain(value, 1)


def levels_of(strip: Strip) -> np.ndarray:
    """Return the levels of a layer: signed values around zero, others from 0 to 1 or to their largest."""
    reach = reach_of(strip.values)
    return signed_levels(strip.values, reach) if strip.signed else share_levels(strip.values, max(1.0, reach))
