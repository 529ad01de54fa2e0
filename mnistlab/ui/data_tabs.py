"""Data: what lies behind the sheet of digits; one tab at a time is drawn, and the open one stays open."""

import streamlit as st

from mnistlab.ui.data_classes import draw_baselines, draw_classes, draw_pixels
from mnistlab.ui.data_drawn import draw_drawn
from mnistlab.ui.data_map import draw_map
from mnistlab.ui.data_shelf import draw_arrays
from mnistlab.ui.lab import Lab

TABS = {
    "Arrays": draw_arrays,
    "Kinds": draw_classes,
    "Pixels": draw_pixels,
    "Map": draw_map,
    "To beat": draw_baselines,
    "Drawn by the lab": draw_drawn,
}
OPEN = "data_open_tab"


@st.fragment
def draw_tabs(lab: Lab) -> None:
    """Draw the row of tabs and the content of the open one."""
    before = st.session_state.get(OPEN, next(iter(TABS)))
    tabs = st.tabs(list(TABS), default=before, key="data_tabs", on_change="rerun")
    for (name, draw), tab in zip(TABS.items(), tabs, strict=True):
        if tab.open:
            st.session_state[OPEN] = name
            with tab:
                draw(lab)
