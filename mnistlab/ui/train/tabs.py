"""What lies behind the curves: one tab at a time is drawn, and the one that was open stays open."""

import streamlit as st

from mnistlab.ui.lab import Lab
from mnistlab.ui.train.away import draw_away
from mnistlab.ui.train.digits import draw_digits
from mnistlab.ui.train.runs import draw_runs
from mnistlab.ui.train.sweep import draw_sweep
from mnistlab.ui.train.weights import draw_weights

TABS = {
    "Digits": draw_digits,
    "Weights": draw_weights,
    "Runs": draw_runs,
    "Sweep": draw_sweep,
    "Take away": draw_away,
}
OPEN = "train_open_tab"


def draw_tabs(lab: Lab) -> None:
    """Draw the row of tabs and the content of the open one."""
    before = st.session_state.get(OPEN, next(iter(TABS)))
    for name, tab in zip(
        TABS, st.tabs(list(TABS), default=before, key="train_tabs", on_change="rerun"), strict=True
    ):
        if tab.open:
            st.session_state[OPEN] = name
            with tab:
                TABS[name](lab)
