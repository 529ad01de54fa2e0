"""Backprop: one image forward, its error back, and every number on the way to one weight's gradient."""

from functools import partial

import streamlit as st

from mnistlab.jobs.measurement import Measurement
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.ui.backprop.ablation import draw_ablation
from mnistlab.ui.backprop.case import draw_picker
from mnistlab.ui.backprop.check import draw_check
from mnistlab.ui.backprop.choice import draw_choice
from mnistlab.ui.backprop.code import draw_code
from mnistlab.ui.backprop.damage import under_way
from mnistlab.ui.backprop.gradient import draw_gradient
from mnistlab.ui.backprop.hand import draw_by_hand
from mnistlab.ui.backprop.passes import draw_backward, draw_forward
from mnistlab.ui.backprop.step import draw_step
from mnistlab.ui.backprop.vectorization import draw_vectorization
from mnistlab.ui.backprop.weight import draw_weight
from mnistlab.ui.lab_session import Lab, current_lab
from mnistlab.ui.live import TICK, draw_live
from mnistlab.ui.widgets import draw_tabs


@st.fragment
def follow_one_image(lab: Lab) -> None:
    """Draw all that depends on the image and the weight; a click runs this and not the sidebar."""
    case = draw_choice(lab)
    draw_picker(case)
    draw_tabs(
        "backprop_tabs",
        {
            "Forward": partial(draw_forward, case),
            "Backward": partial(draw_backward, case),
            "Gradient": partial(draw_gradient, case),
            "Four equations": partial(draw_weight, case),
            "Cost vs. weight": partial(draw_by_hand, case),
            "Gradient check": partial(draw_check, case),
            "SGD step": partial(draw_step, lab, case),
            "vmap and keys": partial(draw_vectorization, lab, case),
            "Ablation": partial(draw_ablation, lab, case),
            "Source code": draw_code,
        },
    )
    measuring = under_way()
    draw_live(lab, partial(draw_measuring, measuring), tick=TICK if measuring else 0.0)


def draw_measuring(measuring: list[Measurement], snapshot: Snapshot) -> None:
    """Draw how far it is; have the page drawn anew once one of them is done."""
    for measurement in measuring:
        if measurement.is_done:
            st.rerun()
        st.progress(measurement.fraction, "reading the test images")


follow_one_image(current_lab())
