"""Backprop: one image forward, its error back, and every number on the way to one weight's gradient."""

from functools import partial

import streamlit as st

from mnistlab.ui.backprop.case import draw_picker
from mnistlab.ui.backprop.check import draw_check
from mnistlab.ui.backprop.choice import draw_choice
from mnistlab.ui.backprop.code import draw_code
from mnistlab.ui.backprop.gradient import draw_gradient
from mnistlab.ui.backprop.hand import draw_by_hand
from mnistlab.ui.backprop.passes import draw_backward, draw_forward
from mnistlab.ui.backprop.step import draw_step
from mnistlab.ui.backprop.vectorization import draw_vectorization
from mnistlab.ui.backprop.weight import draw_weight
from mnistlab.ui.lab_session import Lab, current_lab
from mnistlab.ui.live import draw_live
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
            "Source code": draw_code,
        },
    )


lab = current_lab()
follow_one_image(lab)
draw_live(lab)
