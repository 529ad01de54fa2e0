"""Architecture: what lies behind the diagram, a tab for each question."""

from functools import partial

import streamlit as st

from mnistlab.ui.architecture.answers import draw_promise
from mnistlab.ui.architecture.case import Viewed
from mnistlab.ui.architecture.sigma import draw_sigma
from mnistlab.ui.architecture.sums import draw_sums
from mnistlab.ui.architecture.weights import draw_weights
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.tabs import draw_tabs


@st.fragment
def draw_questions(lab: Lab, viewed: Viewed) -> None:
    """Draw the tabs."""
    draw_tabs(
        "architecture_tabs",
        {
            "The squeeze σ": partial(draw_sigma, viewed),
            "The sums z": partial(draw_sums, lab, viewed),
            "First weights": partial(draw_weights, viewed),
            "What it can do": draw_promise,
        },
    )
