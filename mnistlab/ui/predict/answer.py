"""The network's answer: a verdict in words, ten bars, how far both can be trusted, and what it really was."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from mnistlab.analysis.decision import (
    DIGIT,
    NONE,
    TORN,
    Trust,
    Verdict,
    explanation,
    headline,
    trust,
    trust_sentence,
    verdict,
)
from mnistlab.analysis.single_image import Reading, passed_by
from mnistlab.data.user_digits import EMPTY, Collection, label_of, with_digit
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import Run
from mnistlab.ui.bars import draw_bars
from mnistlab.ui.canvas import pen_data, take_moving_sheet
from mnistlab.ui.digits import outputs_for
from mnistlab.ui.glossary import help_of
from mnistlab.ui.home import train_for_me
from mnistlab.ui.lab_session import Lab, current_snapshot
from mnistlab.ui.memo import remembered
from mnistlab.ui.widgets import entered, kept, show_in, widget_key

OWN, LABEL = "predict_own", "predict_label"
REFUSED = "predict_refused"  # why a digit was not kept
VERDICT_HELP = {TORN: help_of("ambiguous"), NONE: help_of("threshold")}
LEARNING = "Each epoch reads your digit anew; when the last is done, you see here how far to trust it."


@st.fragment
def draw_answer(
    lab: Lab,
    image: np.ndarray | None,
    truth: int | None,
    invitation: tuple[str, str],
    moving: Callable[[], np.ndarray | None],
) -> None:
    """Draw the answer of the network as it is: verdict, bars, and how far both can be trusted.

    While the pen moves, a sheet that the browser sends draws this anew and nothing else: the bars follow, the
    verdict only where it is a digit.

    Args:
        lab: Whose network is asked.
        image: uint8 (28, 28), or None when there is nothing to be read yet.
        truth: The image's label, where it is known.
        invitation: What to do when there is no image, and what comes of it.
        moving: Returns such an image of the sheet while the pen moves, and else None.
    """
    snapshot = current_snapshot()
    run = snapshot.run
    activations = told = None if image is None else read(run, image).activations[-1]
    if (sketched := moving()) is not None:
        activations = passed_by(run.params, sketched, run.config).activations[-1]
        told = activations if verdict(activations).kind == DIGIT else told
    with st.container(gap=None, key="predict_verdict"):
        if told is None:
            st.header(invitation[0], anchor=False)
            st.caption(invitation[1])
        else:
            found = verdict(told)
            st.header(headline(found), anchor=False, help=VERDICT_HELP.get(found.kind))
            st.caption(explanation(found) + label_words(found, truth))
    draw_bars(activations, truth, pen_data(), take_moving_sheet)
    with st.container(key="predict_state"):
        st.caption(state_words(lab, snapshot), help=help_of("activation") if run.epoch else None)


def label_words(found: Verdict, truth: int | None) -> str:
    """Say whether an answer is that of the label, where there is one; the bar of the label is underlined."""
    if truth is None or found.kind != DIGIT:
        return ""
    if found.digit == truth:
        return f" Its label says {truth} too."
    return f" That is wrong: its label says {truth}."


def state_words(lab: Lab, snapshot: Snapshot) -> str:
    """Return how far the answer can be trusted."""
    if snapshot.run.epoch:
        return "The ten activations are no probabilities: they need not sum to one. " + (
            LEARNING
            if snapshot.active
            else trust_sentence(test_trust(lab), lab.dataset.test_name, own_trust())
        )
    if snapshot.active:
        return "The network is in its first epoch. Each epoch reads your digit anew."
    return "This network is **untrained**: what it says is chance."


def draw_offer(lab: Lab) -> None:
    """Offer to train a network where nothing was learned yet."""
    if lab.run.epoch == 0 and not lab.snapshot.active:
        st.button("Train a network for me", key="predict_train", on_click=train_for_me, type="primary")


def own_digits() -> Collection:
    """Return the digits that this session has kept."""
    return st.session_state.get(OWN, EMPTY)


def draw_correction(image: np.ndarray | None) -> None:
    """Draw the choice of the true label: one click keeps the image with its label."""
    if image is None:
        return
    show_in(LABEL, label_of(own_digits(), image))
    st.segmented_control(
        "True label",
        range(10),
        default=kept(LABEL),
        key=widget_key(LABEL),
        on_change=keep_digit,
        args=(image,),
        help="**True label**: which digit it was. A click keeps this image with its label among your own "
        "digits, below.",
        width="stretch",
        wrap=False,
    )


def keep_digit(image: np.ndarray) -> None:
    """Keep an image under the label that was just clicked."""
    label = entered(LABEL)
    if label is not None:
        keep_all([(image, label)])


def keep_all(digits: Sequence[tuple[np.ndarray, int]]) -> None:
    """Keep images, each under its label."""
    try:
        for image, label in digits:
            st.session_state[OWN] = with_digit(own_digits(), image, label)
    except ValueError as error:
        st.session_state[REFUSED] = str(error)


def read(run: Run, image: np.ndarray) -> Reading:
    """Return what an image leaves behind in the network of a run."""
    return remembered("predict_read", (run.params, image), lambda: passed_by(run.params, image, run.config))


def test_activations(lab: Lab) -> np.ndarray:
    """Return the outputs of the network as it is now for all test images, (n, 10)."""
    return outputs_for("test", current_snapshot().run, lab.dataset.test.images)


def own_trust() -> Trust:
    """Return the same on the digits that this session has kept, with the labels that they were given."""
    own = own_digits()
    return trust(outputs_for("own", current_snapshot().run, own.images), own.labels)


def test_trust(lab: Lab) -> Trust:
    """Return how often the network as it is now is right on the test images, by the kind of its verdict."""
    activations = test_activations(lab)
    labels = lab.dataset.test.labels
    return remembered("predict_trust", (activations, labels), lambda: trust(activations, labels))
