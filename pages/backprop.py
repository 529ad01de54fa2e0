"""Backprop: one image forward, its error back, and every number on the way to one weight's gradient."""

import streamlit as st

from mnistlab.ui.backprop.choice import draw_choice
from mnistlab.ui.backprop.picker import draw_picker
from mnistlab.ui.backprop.tabs import draw_story
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
    draw_picker(case)
    draw_story(lab, case)


follow_one_image()
