"""Data: the digits themselves, before any network, and what is easy about them."""

from functools import partial

import streamlit as st

from mnistlab.ui.data.drawn import draw_drawn
from mnistlab.ui.data.map import draw_map
from mnistlab.ui.data.sheet import draw_sheet
from mnistlab.ui.data.statistics import draw_arrays, draw_baselines, draw_classes, draw_pixels, draw_source
from mnistlab.ui.lab_session import Lab, current_lab
from mnistlab.ui.live import draw_live
from mnistlab.ui.widgets import draw_tabs

TABS = {
    "Arrays": draw_arrays,
    "Classes": draw_classes,
    "Pixels": draw_pixels,
    "PCA": draw_map,
    "Baselines": draw_baselines,
    "Generated digits": draw_drawn,
}


@st.fragment
def draw_questions(lab: Lab) -> None:
    """Draw what lies behind the sheet of digits, a tab for each question."""
    draw_tabs("data_tabs", {name: partial(draw, lab) for name, draw in TABS.items()})


lab = current_lab()
draw_source(lab)
draw_sheet(lab)
draw_questions(lab)
draw_live(lab)
