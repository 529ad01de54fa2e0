"""The Predict page: a drawing, the preprocessed input, the prediction; below, its attribution."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.ui.glossary import help_of
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.live import draw_live
from mnistlab.ui.page import is_larger
from mnistlab.ui.predict.answer import draw_answer, draw_correction, draw_offer
from mnistlab.ui.predict.input import INVITATIONS, draw_input, draw_source
from mnistlab.ui.predict.own import draw_own
from mnistlab.ui.predict.seen import draw_seen, draw_stages, moving_image
from mnistlab.ui.predict.why import draw_why

SEEN_WIDTH = 310  # px
ANSWER_FIRST = ".st-key-predict_bench > :has(> .st-key-predict_seen) { order: 3; }"
THREE_FIT = 1410, 1760  # px of a window, with small type and with large
LAST = "last_drawing"  # uint8 (28, 28), for the Backprop page


@st.fragment
def draw_bench(lab: Lab) -> None:
    """Draw everything that one drawing decides; a stroke draws this anew and nothing else."""
    narrower = THREE_FIT[is_larger()]
    st.html(f"<style>@media (max-width: {narrower}px) {{ {ANSWER_FIRST} }}</style>")
    source = draw_source()
    with st.container(horizontal=True, gap="small", key="predict_bench"):
        asked = draw_input(lab, source)
        with st.container(width=SEEN_WIDTH, gap="small", key="predict_seen"):
            seen = draw_seen(asked)
        with st.container(width="stretch", gap="small", key="predict_answer"):
            st.markdown("**Prediction**", help=help_of("output"))
            answer = st.container(gap="small")  # not `st.empty`: the fragment below could not write into that
            draw_offer(lab)
            with st.container(key="predict_correction"):
                draw_correction(seen.image if asked is None or asked.truth is None else None)
    draw_stages(seen)
    if asked is not None and asked.sheet is not None:
        st.session_state[LAST] = asked.framed
    st.subheader("Attribution", anchor=False, help=help_of("attribution"))
    truth = asked.truth if asked else None
    invitation = INVITATIONS.get(source, INVITATIONS["draw"])
    moving = partial(moving_image, seen) if source == "draw" else lambda: None
    draw_live(lab, partial(draw_reading, lab, answer, seen.image, truth, invitation, moving))
    draw_own(lab)


def draw_reading(
    lab: Lab,
    place: DeltaGenerator,
    image: np.ndarray | None,
    truth: int | None,
    invitation: tuple[str, str],
    moving: Callable[[], np.ndarray | None],
    snapshot: Snapshot,
) -> None:
    """Draw the answer in its place and the reasons below; of a network that learns, each epoch answers."""
    with place, st.container():
        draw_answer(lab, image, truth, invitation, moving)
    draw_why(lab, snapshot, image)
