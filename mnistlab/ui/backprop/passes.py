"""The way forward and the way back, drawn: every z, every a, every Delta."""

import numpy as np
import streamlit as st

from mnistlab.analysis.formatting import numeral, plain
from mnistlab.analysis.single_image import Followed
from mnistlab.engine.activations import ACTIVATIONS, OUTPUT
from mnistlab.figures.layer_values import Strip, draw_passes
from mnistlab.ui.backprop.case import Case, look_at
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.memo import remembered

COLUMNS = [1, 2]  # words beside a figure


def draw_forward(case: Case) -> None:
    """Draw z and a of every layer."""
    followed, place = case.followed, case.place
    st.subheader("Forward", anchor=False)
    step, sigma = st.columns(2)
    step.latex(r"z^{(l)} = W^{(l)}\, a^{(l-1)} + b^{(l)} \qquad a^{(l)} = \sigma(z^{(l)})")
    sigma.latex(formulas(followed))
    words, figure = st.columns(COLUMNS, gap="large")
    with words:
        st.markdown(
            "Each cell is one unit, numbered from 0. The image enters as $a^{(0)}$; every layer forms its "
            "sums $z$ and applies $\\sigma$, which gives $a$. **Click a cell** to look at that unit; it "
            "stays chosen behind all tabs.",
            help=help_of("pre-activation"),
        )
        z, a = followed.pre_activations[place.layer - 1], followed.activations[place.layer]
        draw_unit(case, ("z", z[place.unit]), (r"a = \sigma(z)", a[place.unit]))
    with figure:
        strips = [each for layer in range(1, followed.depth + 1) for each in strips_of(followed, layer)]
        alt = f"Pre-activations and activations of {followed.depth} layers; the answer is {followed.answer}."
        draw_strips(strips, "forward", case, alt)
    st.caption(
        "Blue is positive, orange negative, the page's own color zero; activations that are never negative "
        f"are the more violet, the larger. Outlined: unit {place.unit} of layer {place.layer}."
    )


def strips_of(followed: Followed, layer: int) -> tuple[Strip, Strip]:
    """Return z and a of a layer, 1..D."""
    z, a = followed.pre_activations[layer - 1], followed.activations[layer]
    return strip("z", layer, z), strip("a", layer, a, signed=bool((a < 0).any()))


def strip(name: str, layer: int, values: np.ndarray, signed: bool = True) -> Strip:
    """Return a layer's values; above them stand their name, their number and their range."""
    units = "1 unit" if len(values) == 1 else f"{len(values):,} units"
    reach = f"{plain(values.min(), 3)} to {plain(values.max(), 3)}"
    return Strip(name, f"<b>{name}<sup>({layer})</sup></b>   {units}, {reach}", layer, values, signed)


def draw_strips(strips: list[Strip], which: str, case: Case, alt: str) -> None:
    """Draw layers whose units can be clicked."""
    place = case.place
    sketch = remembered(
        f"backprop_{which}_figure",
        (case.id, place.layer, place.unit),
        lambda: draw_passes(strips, {place.layer: place.unit}, alt),
    )
    # A click looks at the unit along the weight that has most to tell.
    show_sketch(sketch, f"backprop_{which}", lambda unit: look_at(*unit))


def draw_unit(case: Case, *numbers: tuple[str, float]) -> None:
    """Draw some numbers of the chosen unit."""
    layer, unit, _ = case.place
    lines = r" \\ ".join(f"{name} &= {numeral(float(value))}" for name, value in numbers)
    with st.container(border=True, key="backprop_unit_card", gap="small"):
        st.markdown(f"**Unit {unit} of layer {layer}**", help=help_of("unit"))
        st.latex(rf"\begin{{aligned}} {lines} \end{{aligned}}")


def formulas(followed: Followed) -> str:
    """Return sigma of the outputs, and that of the hidden layers where it is another."""
    output = ACTIVATIONS[OUTPUT].formula
    if followed.hidden == OUTPUT or followed.depth == 1:
        return rf"\sigma(z) = {output}"
    return rf"\sigma(z) = {ACTIVATIONS[followed.hidden].formula} \text{{, at the outputs }} {output}"


def draw_backward(case: Case) -> None:
    """Draw Delta of every layer, from the outputs back."""
    followed, place = case.followed, case.place
    st.subheader("Backward", anchor=False)
    output, carried = st.columns(2)
    output.latex(r"\Delta^{(D)} = 2\,(a^{(D)} - y)\,\sigma'(z^{(D)}) \quad\text{(BP1)}")
    carried.latex(r"\Delta^{(l)} = W^{(l+1)\,T} \Delta^{(l+1)} \cdot \sigma'(z^{(l)}) \quad\text{(BP2)}")
    words, figure = st.columns(COLUMNS, gap="large")
    with words:
        st.markdown(
            "$\\Delta = \\partial L / \\partial z$ says how the cost would move if a unit's sum rose a "
            "little: blue units are too loud, orange ones too quiet. It begins at the ten outputs and "
            "runs the same wires backward.",
            help=help_of("error"),
        )
        slope, delta = followed.slopes(place.layer)[place.unit], followed.deltas[place.layer - 1][place.unit]
        draw_unit(case, (r"\sigma'(z)", slope), (r"\Delta", delta))
    with figure:
        strips = [strip("Δ", layer, followed.deltas[layer - 1]) for layer in range(followed.depth, 0, -1)]
        alt = f"Delta of {followed.depth} layers, from the outputs back to the first."
        draw_strips(strips, "backward", case, alt)
        st.markdown(why_so_many_are_zero(followed, case.config.scaling), help=help_of("saturated"))


def why_so_many_are_zero(followed: Followed, scaling: str) -> str:
    """Return a sentence on how much of the error survives on its way to the first layer."""
    if followed.depth == 1:
        return "Without a hidden layer the error is where it is needed already: (BP2) has nothing to do."
    units = len(followed.deltas[0])
    saturates = ACTIVATIONS[followed.hidden].saturates
    silent = followed.saturated(1) if saturates else int((followed.slopes(1) == 0).sum())
    how = "saturated, $|z| > 5$" if saturates else "switched off by this image"
    text = f"In layer 1, **{silent} of {units}** units {'is' if silent == 1 else 'are'} {how}"
    if silent == 0:
        return text + ": every unit hears how it should change."
    if not saturates:
        return f"{text}: there $\\sigma' = 0$, so their $\\Delta$ is exactly 0. They learn nothing from it."
    if silent < units / 2:
        return f"{text}: there $\\sigma$ is flat, and hardly any error passes. The others hear how to change."
    reason = (
        " The pixels enter as 0 to 255, which makes the sums so large; set input scaling to 1/255 in "
        "the sidebar, and the blank cells fill."
        if scaling == "raw"
        else ""
    )
    return (
        f"{text}. There $\\sigma$ is flat: $\\sigma'$ is below 0.007, often far below, and whatever error "
        f"arrives is multiplied by it. That is why so many cells are blank.{reason}"
    )
