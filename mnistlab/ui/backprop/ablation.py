"""Ablation: a copy of the network is damaged; first a guess, then its outputs and accuracy."""

import numpy as np
import streamlit as st

from mnistlab.analysis.ablation import Damage, damaged, shuffled, silences_a_layer
from mnistlab.engine.evaluation import activations_of
from mnistlab.figures.image_grid import digit_picture
from mnistlab.jobs.measurement import Measurement
from mnistlab.ui.backprop.case import Case, answer_given, draw_answers, praise
from mnistlab.ui.backprop.damage import GUESS, MEASURED, draw_controls, hardest_hit, measured
from mnistlab.ui.backprop.unit_ranking import draw_ranking
from mnistlab.ui.bars import bars_markup
from mnistlab.ui.formatting import changed, percent
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import remembered

LOSSES = (0.01, 0.1, 0.5)  # of the test accuracy, where one answer ends and the next begins
ANSWERS = (
    "Less than 1 point",
    "1 to 10 points",
    "10 to 50 points",
    "More than 50 points",
)
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
