"""A person's own digits: how well the network reads them, how it learns them, how they are taken away."""

import streamlit as st

from mnistlab.data.user_digits import as_npz, as_png_zip, num_right, without_digit
from mnistlab.figures.html_figure import INK, ink_levels
from mnistlab.figures.image_grid import named_tiles
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.run import Run
from mnistlab.ui.digits import outputs_for
from mnistlab.ui.formatting import count, percent
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.lab_session import Lab, command_and_redraw, current_snapshot, is_moving
from mnistlab.ui.predict.answer import OWN, REFUSED, own_digits

STEPS = 50  # mini-batches
CLICKED = "predict_own_clicked"  # session state: place of a digit


def draw_own(lab: Lab) -> None:
    """Draw the session's own digits and what can be done with them."""
    st.subheader("Your digits", anchor=False)
    own, run = own_digits(), current_snapshot().run
    if sentence := st.session_state.pop(REFUSED, ""):
        st.warning(sentence)
    if not own.size:
        st.markdown(
            "Say what a digit was (*True label*), and it is kept here with its label. You see how well the "
            "network reads your hand, can train it on your digits, and take them away as files."
        )
        return
    activations = outputs_for("own", run, own.images)
    right = num_right(own, activations)
    correct = f"The largest output is the right one for **{right} of {count(own.size, 'digit')}** of yours."
    st.markdown(f"{correct} {learned(run)}")
    answers = activations.argmax(axis=1)
    says = [
        f"{label}" if label == answer else f"{label}→{answer}"
        for label, answer in zip(own.labels, answers, strict=True)
    ]
    place = st.session_state.get(CLICKED)
    show_sketch(
        named_tiles(
            ink_levels(own.images),
            INK,
            [f"<b>{words}</b>" if "→" in words else words for words in says],
            says,
            12,
            picks=range(own.size),
            chosen=place,
            alt=f"Your digits, true label → prediction: {', '.join(says[:16])}.",
            tile=64,
        ),
        "predict_own_sheet",
        lambda place: st.session_state.update({CLICKED: place}),
    )
    draw_actions(lab, own, place)


def draw_actions(lab: Lab, own, place: int | None) -> None:
    """Draw the buttons below the digits."""
    snapshot = current_snapshot()
    with st.container(horizontal=True, gap="small", key="predict_own_actions"):
        st.button(
            "Train on my digits",
            key="predict_train_on",
            on_click=command_and_redraw,
            args=(Trainer.train_on, own.images, own.labels, STEPS),
            disabled=is_moving(snapshot),
            help=f"{STEPS} steps on mini-batches that mix your digits with training images; not while the "
            "network learns something else.",
        )
        if snapshot.can_undo_train_on:
            st.button(
                "Undo",
                key="predict_undo_train_on",
                on_click=command_and_redraw,
                args=(Trainer.undo_train_on,),
                help="Brings back the network as it was before your digits.",
            )
        st.button(
            "Remove the one clicked" if place is None else f"Remove the {own.labels[place]}",
            key="predict_remove",
            on_click=remove,
            args=(place,),
            disabled=place is None,
            help="Click a digit first.",
        )
        st.space("small")
        st.download_button(
            "Download .npz", lambda: as_npz(own), "my_digits.npz", "application/octet-stream",
            key="predict_npz", on_click="ignore",
            help="Arrays images (n, 28, 28) and labels (n,), for numpy.load.",
        )  # fmt: skip
        st.download_button(
            "Download pictures", lambda: as_png_zip(own), "my_digits.zip", "application/zip",
            key="predict_png", on_click="ignore", help="One PNG for each digit, its label in its name.",
        )  # fmt: skip


def remove(place: int | None) -> None:
    """Forget one of the digits."""
    if place is not None:
        st.session_state[OWN] = without_digit(own_digits(), place)
        st.session_state[CLICKED] = None


def learned(run: Run) -> str:
    """Return what training on own digits has changed, if no epoch came after it."""
    if (last := run.fine_tuned) is None:
        return ""
    return (
        f"{last.num_steps} steps on {count(len(last.labels), 'digit')} of yours took its accuracy on them "
        f"from {percent(last.own_before, 0)} to {percent(last.own_after, 0)}, and its test accuracy from "
        f"{percent(last.test_before)} to {percent(last.test_after)}."
    )
