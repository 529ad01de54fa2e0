"""Architecture: what the network consists of, and its outputs before training."""

from functools import partial

import streamlit as st

from mnistlab.ui.architecture.answers import draw_answers, draw_promise
from mnistlab.ui.architecture.case import Viewed, viewed_network
from mnistlab.ui.architecture.diagram import draw_diagram, draw_table
from mnistlab.ui.architecture.sigma import draw_sigma
from mnistlab.ui.architecture.sums import draw_sums
from mnistlab.ui.architecture.weights import draw_weights
from mnistlab.ui.lab_session import Lab, current_lab
from mnistlab.ui.live import draw_live
from mnistlab.ui.widgets import draw_tabs


@st.fragment
def draw_questions(lab: Lab, viewed: Viewed) -> None:
    """Draw what lies behind the diagram, a tab for each question."""
    draw_tabs(
        "architecture_tabs",
        {
            "Activation function": partial(draw_sigma, viewed),
            "Pre-activations z": partial(draw_sums, lab, viewed),
            "First-layer weights": partial(draw_weights, viewed),
            "Universal approximation": draw_promise,
        },
    )


lab = current_lab()
viewed = viewed_network(lab)
draw_diagram(viewed)
draw_table(viewed)
draw_answers(lab, viewed)
draw_questions(lab, viewed)
draw_live(lab)
