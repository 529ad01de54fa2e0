"""What is done to a copy of the network, chosen by widgets, and how a worker measures such copies."""

from typing import Any

import numpy as np
import streamlit as st

from mnistlab.analysis.ablation import Damage
from mnistlab.engine.evaluation import Score
from mnistlab.jobs.labs import labs
from mnistlab.jobs.measurement import Measurement
from mnistlab.ui.backprop.case import Case
from mnistlab.ui.formatting import percent
from mnistlab.ui.glossary import help_of
from mnistlab.ui.widgets import renew, widget_key

CONTROLS = "backprop_damage"  # the group of widgets: all that is done to the copy
GUESS = "backprop_damage_guess"  # the question what it does
MEASURED, RANKED = "backprop_measured", "backprop_ranked"  # session state: network, damages, measurement
MOST_NOISE = 3.0


def draw_controls(case: Case) -> Damage:
    """Draw the widgets, and the button that sets them back, and return what they ask for."""

    def key(name: str) -> str:
        return widget_key(f"{CONTROLS}_{name}", CONTROLS)

    units = units_by_name(case)
    kept: dict[str, Any] = {"persist_state": "session"}
    row: dict[str, Any] = {"horizontal": True, "vertical_alignment": "bottom", "gap": "medium"}
    with st.container(**row, key="row_backprop_damage"):
        zero_biases = st.toggle(
            "Zero biases", key=key("biases"), **kept, help=help_of("bias", "Here all become 0.")
        )
        mixed = st.toggle(
            "Shuffle pixels",
            key=key("pixels"),
            **kept,
            help="**Shuffle pixels**: the 784 pixels change places, in every image in the same way.",
        )
        silenced = st.multiselect(
            "Silenced units",
            list(units),
            key=key("silenced"),
            **kept,
            placeholder="a layer, or single units" if units else "no hidden layer",
            disabled=not units,
            help=help_of("unit", "A silenced one passes on 0, whatever comes in."),
            width=340,
        )
    with st.container(**row, key="row_backprop_noise"):
        noise = st.slider(
            "Weight noise",
            0.0,
            MOST_NOISE,
            step=0.25,
            key=key("noise"),
            **kept,
            help="**Weight noise**: normally distributed random numbers are added to all weights. Their "
            "standard deviation is so many times that of the layer's own weights.",
            width=220,
        )
        seed = st.number_input("Random seed", 0, 999, key=key("seed"), **kept, disabled=not noise, width=130)
        st.button("Undo all", key="backprop_damage_undo", on_click=renew, args=(CONTROLS,))
        st.toggle("Guess first", key=f"{GUESS}_first", **kept, value=True)
    chosen = {unit for name in silenced for unit in units.get(name, ())}
    return Damage(bool(zero_biases), float(noise), int(seed), tuple(sorted(chosen)), bool(mixed))


def units_by_name(case: Case) -> dict[str, list[tuple[int, int]]]:
    """Return what can be silenced: each hidden layer, half of it, and its units one by one."""
    named = {}
    for layer, width in enumerate(case.config.hidden, start=1):
        units = [(layer, unit) for unit in range(width)]
        named[f"Layer {layer}: all {width:,} units"] = units
        named[f"Layer {layer}: every other unit"] = units[::2]
        named |= {unit_name(*unit): [unit] for unit in units}
    return named


def unit_name(layer: int, unit: int) -> str:
    """Return what a hidden unit is called among those that can be silenced."""
    return f"Layer {layer}: unit {unit}"


def silence_alone(case: Case, units: list[tuple[int, int]]) -> None:
    """Undo all damage, then silence the unit that was clicked, if any; its loss is known and not guessed."""
    renew(CONTROLS)
    st.session_state[widget_key(f"{CONTROLS}_silenced", CONTROLS)] = [unit_name(*unit) for unit in units]
    st.session_state[GUESS] = (case.network, Damage(silenced=tuple(units))), ""


def measured(name: str, case: Case, damages: tuple[Damage, ...]) -> Measurement:
    """Return the measurement of damaged copies; the one of the same name before it is given up."""
    known = st.session_state.get(name)
    if known is not None and known[:2] == (case.network, damages):
        return known[2]
    if known is not None:
        known[2].cancel()
    measurement = Measurement(labs().pool, case.config, case.params, damages)
    st.session_state[name] = case.network, damages, measurement
    return measurement


def under_way() -> list[Measurement]:
    """Return what a worker is measuring for this session."""
    known = [st.session_state.get(name) for name in (MEASURED, RANKED)]
    return [each[2] for each in known if each is not None and not each[2].is_done]


def hardest_hit(before: Score, after: Score) -> str:
    """Return the digit whose recall fell most, and from what to what; "" where none fell."""
    fall = before.recall - after.recall
    digit = int(np.nanargmax(fall))
    was, now = (percent(float(each.recall[digit]), 1) for each in (before, after))
    return f"{digit}: recall {was} → {now}" if fall[digit] > 0 else ""
