"""A unit's activation: the function with its slope, and both at a z that is marked."""

import numpy as np
from numpy.typing import ArrayLike

from mnistlab.figures.frame import Frame
from mnistlab.figures.sketch import NOTHING, SEQUENTIAL, Field, Sketch, field_markup
from mnistlab.figures.template import number

SATURATED_SLOPE = 0.007
HEIGHT = 300  # px of the plot alone
ROOM = 0.06  # above and below the curves, of their range


def draw_activation(z: ArrayLike, values: ArrayLike, slopes: ArrayLike, z_marked: float) -> Sketch:
    """Return an activation function with its slope; where the slope is under 0.007 the ground is shaded.

    Args:
        z: Pre-activations in rising order, (n,).
        values: sigma(z), (n,).
        slopes: sigma'(z), (n,).
        z_marked: Where both curves are marked.
    """
    z, values, slopes = np.asarray(z, float), np.asarray(values, float), np.asarray(slopes, float)
    low, high = float(min(values.min(), slopes.min())), float(max(values.max(), slopes.max()))
    room = ROOM * (high - low)
    frame = Frame(float(z[0]), float(z[-1]), low - room, high + room)
    marked = [float(np.interp(z_marked, z, line)) for line in (values, slopes)]
    says = {
        name: [f"{value:.4f}".replace("-", "−") for value in line]
        for name, line in zip("zas", (z, values, slopes), strict=True)
    }
    field = Field(
        np.full((1, len(z)), NOTHING, np.uint8),
        SEQUENTIAL,
        len(z),
        1,
        "z = {z}\nσ(z) = {a}\nσ′(z) = {s}",
        says,
    )
    curves = f"{path(frame, z, slopes, 'slope')}{path(frame, z, values, 'value')}"
    markup = (
        f'{KEY}<div class="plot" style="height:{HEIGHT}px">{zones(frame, z, slopes)}{frame.lines("z")}'
        f'<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">{curves}</svg>'
        f"{dot(frame, z_marked, marked[0], 'value')}{dot(frame, z_marked, marked[1], 'slope')}"
        f"{field_markup(0, field, 'over')}</div>"
    )
    alt = (
        f"The activation with its slope, z from {z[0]:g} to {z[-1]:g}. At z = {number(z_marked)}: "
        f"σ(z) = {number(marked[0])}, σ′(z) = {number(marked[1])}."
    )
    return Sketch(markup, [field], alt)


KEY = '<div class="key muted"><span class="line value"></span>σ(z)<span class="line slope"></span>σ′(z)</div>'


def path(frame: Frame, z: np.ndarray, values: np.ndarray, kind: str) -> str:
    """Return one curve."""
    points = np.round(10 * np.stack([frame.across(z), frame.down(values)], axis=1), 1)
    return f'<polyline class="{kind}" points="{" ".join(f"{x:g},{y:g}" for x, y in points.tolist())}"/>'


def dot(frame: Frame, z: float, value: float, kind: str) -> str:
    """Return a marked point with its number."""
    place = f"left:{frame.across(z):.2f}%;top:{frame.down(value):.2f}%"
    side = " left" if z > 0.8 * frame.right else ""
    return f'<div class="dot {kind}{side}" style="{place}"><span>{number(value)}</span></div>'


def zones(frame: Frame, z: np.ndarray, slopes: np.ndarray) -> str:
    """Return shaded ground where the slope is under 0.007."""
    return "".join(
        f'<div class="zone muted" style="left:{frame.across(start):.2f}%;'
        f'width:{frame.across(end) - frame.across(start):.2f}%">saturated</div>'
        for start, end in flat_parts(z, slopes)
    )


def flat_parts(z: np.ndarray, slopes: np.ndarray) -> list[tuple[float, float]]:
    """Return from where to where the slope is under 0.007."""
    flat = np.concatenate([[False], np.abs(slopes) < SATURATED_SLOPE, [False]])
    starts, ends = np.flatnonzero(flat[1:] & ~flat[:-1]), np.flatnonzero(~flat[1:] & flat[:-1]) - 1
    return [(float(z[start]), float(z[end])) for start, end in zip(starts, ends, strict=True) if end > start]
