"""Backprop: one image forward, its error back, and every number on the way to one weight's gradient."""

import streamlit as st

from mnistlab.ui.backprop.check import draw_check
from mnistlab.ui.backprop.choice import draw_choice
from mnistlab.ui.backprop.code import draw_code, draw_note
from mnistlab.ui.backprop.gradient import draw_gradient
from mnistlab.ui.backprop.hand import draw_by_hand
from mnistlab.ui.backprop.passes import draw_backward, draw_forward
from mnistlab.ui.backprop.step import draw_step
from mnistlab.ui.backprop.weight import draw_weight
from mnistlab.ui.shell import open_page

lab = open_page(
    "Backprop",
    "Follow one image through the network and its error back, down to the slope $\\partial L / \\partial "
    "W_{ij}$ of a single weight, with all its numbers.",
)


@st.fragment
def follow_one_image() -> None:
    """Draw all that depends on the image and the weight; a click runs this and not the sidebar."""
    case = draw_choice(lab)
    draw_forward(case)
    draw_backward(case)
    draw_gradient(case)
    draw_weight(case)
    draw_by_hand(case)
    draw_check(case)
    draw_step(lab, case)


follow_one_image()
draw_code()
draw_note()
