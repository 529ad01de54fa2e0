"""Ablation: a copy of the network is damaged; first a guess, then its outputs and accuracy."""

from typing import Any

import numpy as np
import streamlit as st

from mnistlab.analysis.ablation import Damage, damaged, shuffled, silences_a_layer
from mnistlab.engine.evaluation import Score, activations_of
from mnistlab.figures.image_grid import digit_picture
from mnistlab.jobs.labs import labs
from mnistlab.jobs.measurement import Measurement
from mnistlab.ui.backprop.case import Case, answer_given, draw_answers, praise
from mnistlab.ui.bars import bars_markup
from mnistlab.ui.formatting import changed, percent
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import remembered
from mnistlab.ui.widgets import choose, renew, widget_key

CONTROLS = "backprop_damage"  # the group of widgets: all that is done to the copy
GUESS = "backprop_damage_guess"  # the question
MEASURED, RANKED = "backprop_measured", "backprop_ranked"  # session state: network, damages, measurement
ASKED = "backprop_ranking_asked"  # session state: network and layer whose units are to be ranked
LOSSES = (0.01, 0.1, 0.5)  # of the test accuracy, where one answer ends and the next begins
ANSWERS = (
    "Less than 1 point",
    "1 to 10 points",
    "10 to 50 points",
    "More than 50 points",
)
MOST_NOISE = 3.0
SHOWN = 10  # units of the ranking
SHRUGGED_OFF = 0.02  # of the test accuracy: less is hardly a loss


def draw_ablation(lab: Lab, case: Case) -> None:
    """Draw what can be done to a copy of the network and, after a guess, what it does."""
    st.subheader("Ablation: break it", anchor=False, help=help_of("ablation"))
    before = lab.run.accuracy
    if case.params is not lab.run.params or before is None:
        st.markdown("This network is **untrained**: there is nothing to break yet. Train it, and come back.")
        return
    st.markdown(
        "Which part of what it has learned does your network need? Damage it: everything happens to a "
        "**copy**, and one click undoes it all."
    )
    damage = draw_controls(case)
    if not damage.is_any:
        st.caption(f"Nothing is damaged: the copy is the network, test accuracy {percent(before)}.")
    else:
        draw_damage(case, damage, before)
    if case.config.hidden:
        draw_ranking(case, damage)


def draw_damage(case: Case, damage: Damage, before: float) -> None:
    """Draw the question what some damage does and, after a guess, the answer."""
    measurement = measured(MEASURED, case, (Damage(), damage))
    answer = answer_given(GUESS, (case.network, damage))
    if answer is None:
        draw_question(case, damage, before)
    else:
        draw_verdict(case, damage, answer, measurement)
        draw_outcome(case, damage, before, measurement)


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


def draw_question(case: Case, damage: Damage, before: float) -> None:
    """Ask how much of the test accuracy will be lost."""
    with st.container(border=True, key="backprop_damage_question"):
        st.markdown(
            f"The test accuracy is {percent(before)}. **By how much will it fall, in percentage points?**"
        )
        draw_answers(GUESS, (case.network, damage), {answer: answer for answer in ANSWERS})


def draw_outcome(case: Case, damage: Damage, before: float, measurement: Measurement) -> None:
    """Draw the image as it comes in, the ten outputs before and after, and the test accuracy beside them."""
    image = shuffled(case.image) if damage.shuffled else case.image
    broken = remembered("backprop_damaged", (case.params, str(damage)), lambda: damaged(case.params, damage))
    activations = activations_of(broken, case.image[None], case.config)[0]
    picture, whole, left_over, figures = st.columns([0.8, 1.2, 1.2, 0.8], gap="medium")
    with picture:
        st.markdown("What it reads")
        show_sketch(digit_picture(image, case.name, 220), "backprop_damage_picture")
    for place, title, values in (
        (whole, "Outputs before", case.followed.activations[-1]),
        (left_over, "Outputs after", activations),
    ):
        place.markdown(title)
        place.html(bars_markup(values, case.followed.label))
    with figures:
        st.metric("Test accuracy before", percent(before), help=help_of("test accuracy"))
        if not measurement.scores:
            st.metric("Test accuracy after", "–")
        else:
            after = measurement.scores[1].accuracy
            change = changed(f"{100 * (after - before):+.2f} points", after - before, after > before)
            st.metric("Test accuracy after", percent(after), **change)


def draw_verdict(case: Case, damage: Damage, answer: str, measurement: Measurement) -> None:
    """Say whether the guess was right, and what the damage teaches."""
    if not measurement.scores:
        st.markdown(measurement.error or "The damaged copy is reading all test images ...")
        return
    before, after = measurement.scores
    lost = before.accuracy - after.accuracy
    right = ANSWERS[int(np.searchsorted(LOSSES, lost, side="right"))]
    said = praise(answer, right, f"Not so: {right.lower()}.")
    hit = hardest_hit(before, after)
    whose = f"Hit hardest is the {hit}." if hit else "No digit's recall has fallen."
    st.markdown(f"{said}{lesson(damage, silences_a_layer(case.params, damage), lost)} {whose}")


def hardest_hit(before: Score, after: Score) -> str:
    """Return the digit whose recall fell most, and from what to what; "" where none fell."""
    fall = before.recall - after.recall
    digit = int(np.nanargmax(fall))
    was, now = (percent(float(each.recall[digit]), 1) for each in (before, after))
    return f"{digit}: recall {was} → {now}" if fall[digit] > 0 else ""


def draw_ranking(case: Case, damage: Damage) -> None:
    """Draw the offer to silence each unit of a layer by itself and, once that is done, which matter most."""
    st.markdown("#### Which unit matters most?")
    widths = case.config.hidden
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="row_backprop_rank"):
        names = {layer: str(layer) for layer in range(1, len(widths) + 1)}
        layer = choose("Layer", names, 1, "backprop_rank_layer") if len(widths) > 1 else 1
        asked = case.network, layer
        is_asked = st.session_state.get(ASKED) == asked
        st.button(
            "Silence every unit, one at a time",
            key="backprop_rank",
            on_click=lambda: st.session_state.update({ASKED: asked}),
            disabled=is_asked,
        )
    if not is_asked:
        st.caption("Each time only that unit is silent, and the copy reads the test images.")
        return
    silenced = [Damage(silenced=((layer, unit),)) for unit in range(widths[layer - 1])]
    ranking = measured(RANKED, case, (Damage(), *silenced))
    if not ranking.scores:
        st.markdown(ranking.error or f"The {len(silenced):,} units of layer {layer} are silenced in turn ...")
    else:
        draw_ranked(case, damage, layer, *ranking.scores)


def draw_ranked(case: Case, damage: Damage, layer: int, whole: Score, *without: Score) -> None:
    """Draw the units whose loss costs most; a click on one silences it."""
    units = sorted(range(len(without)), key=lambda unit: without[unit].accuracy)[:SHOWN]
    copies, images = [without[unit] for unit in units], f"{whole.num_images:,} test images"
    if copies[0].num_correct < whole.num_correct:
        st.markdown(
            f"Without **unit {units[0]}** the accuracy on {images} falls most, from "
            f"{percent(whole.accuracy)} to {percent(copies[0].accuracy)}. Of {len(without):,} units these "
            "cost most: tick one, and above you see the network without it."
        )
    else:
        st.markdown(f"It can spare any one of them: on {images} none costs accuracy.")
    key = widget_key("backprop_ranked_units", CONTROLS)
    chosen = [row for row, unit in enumerate(units) if damage.silenced == ((layer, unit),)]
    st.dataframe(
        {
            "unit": units,
            "points lost": [100 * (whole.accuracy - copy.accuracy) for copy in copies],
            "accuracy after": [100 * copy.accuracy for copy in copies],
            "hit hardest": [hardest_hit(whole, copy) for copy in copies],
        },
        key=key,
        on_select=lambda: silence_alone(
            case, [(layer, units[row]) for row in st.session_state[key]["selection"]["rows"]]
        ),
        selection_mode="single-row",
        selection_default={"selection": {"rows": chosen}},
        hide_index=True,
        column_config={
            "points lost": st.column_config.NumberColumn(format="%.2f"),
            "accuracy after": st.column_config.NumberColumn(format="%.2f%%"),
        },
        alt=f"The {len(units)} units of layer {layer} whose loss costs most accuracy",
    )


def silence_alone(case: Case, units: list[tuple[int, int]]) -> None:
    """Undo all damage, then silence the unit that was clicked, if any; its loss is known and not guessed."""
    renew(CONTROLS)
    st.session_state[widget_key(f"{CONTROLS}_silenced", CONTROLS)] = [unit_name(*unit) for unit in units]
    st.session_state[GUESS] = (case.network, Damage(silenced=tuple(units))), ""


def lesson(damage: Damage, layer_silenced: bool, lost: float) -> str:
    """Return what the damage teaches: its most telling part, in one or two sentences.

    Args:
        damage: What was done.
        layer_silenced: Whether all units of a layer are silenced.
        lost: The share of the test images that is no longer predicted correctly.
    """
    if layer_silenced:
        return (
            "Nothing of the image gets past the silenced layer any more: the outputs are the same for every "
            "image."
        )
    if damage.shuffled:
        return (
            "All the ink is still there, but every weight meets another pixel than the one it learned. To a "
            "dense network it means nothing that pixels are neighbors: trained on shuffled images from the "
            "start, it would have learned as well."
        )
    if lost > SHRUGGED_OFF:
        if damage.noise:
            return (
                "Each unit adds up many weights, and independent errors partly cancel; this much noise "
                "drowns what the weights have learned. Try half of it."
            )
        if damage.silenced:
            return "Each unit carries a share of what the network knows, and what is silent now was needed."
        return "This network needs its biases: they decide how large a sum must be for a unit to fire."
    if damage.silenced and not lost:
        return "Not one more test image is misread: what these units say decides nothing here."
    if damage.silenced:
        return (
            "The network shrugs it off: what it knows is spread over all its units, and the others speak "
            "for those that are silent."
        )
    if damage.noise:
        return "The network shrugs it off: each unit sums many weights, and most of the noise cancels."
    return "The network shrugs it off: nearly all that it has learned lies in its weights."
