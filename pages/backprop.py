"""Backprop: one image forward, its error back, and every number on the way to one weight's gradient."""

import streamlit as st

from mnistlab.ui.backprop.choice import draw_choice
from mnistlab.ui.backprop.picker import draw_picker
from mnistlab.ui.backprop.tabs import draw_story
from mnistlab.ui.lab_session import Lab, current_lab
from mnistlab.ui.live import draw_live


@st.fragment
def follow_one_image(lab: Lab) -> None:
    """Draw all that depends on the image and the weight; a click runs this and not the sidebar."""
    case = draw_choice(lab)
    draw_picker(case)
    draw_story(lab, case)


lab = current_lab()
draw_live(lab)
follow_one_image(lab)
