"""Four figures of the latest epoch, each with its course so far."""

from typing import Literal

import streamlit as st

from mnistlab.figures.learning_curves import plot_sparkline
from mnistlab.runs.run import Run
from mnistlab.ui.formatting import percent
from mnistlab.ui.glossary import help_of

HEIGHT = 172  # px; fixed, or the page would jump when the first change is known
LARGE = 1.15  # of it with larger text
NOTHING = "–"


def draw_cards(run: Run) -> None:
    """Draw the cards; before anything was measured they stand empty at the same height."""
    history = run.history
    courses = (
        ("Test accuracy", "test accuracy", [m.test.accuracy for m in history]),
        ("Training accuracy", "training accuracy", [m.train.accuracy for m in history]),
        ("Test cost L", "cost", [m.test.cost for m in history]),
        ("Training cost L", "cost", [m.train.cost for m in history]),
    )
    height = round(HEIGHT * (LARGE if st.session_state.get("large_type") else 1))
    with st.grid(4, min_column_width=170, gap="small", key="train_cards"):
        for label, term, course in courses:
            with st.container(border=True, height=height, gap="xsmall"):
                draw_card(label, term, course)


def draw_card(label: str, term: str, course: list[float]) -> None:
    """Draw one figure, by how much the last epoch changed it, and its course since the first epoch."""
    value, change, shares = NOTHING, None, term != "cost"
    if course:
        value = percent(course[-1]) if shares else f"{course[-1]:.4f}"
    if len(course) > 1:
        step = course[-1] - course[-2]
        change = f"{100 * step:+.2f} points" if shares else f"{step:+.4f}"
    better: Literal["normal", "inverse"] = "normal" if shares else "inverse"
    if change and not any(digit in change for digit in "123456789"):
        st.metric(label, value, "no change", delta_color="off", delta_arrow="off", help=help_of(term))
    else:
        st.metric(label, value, change, delta_color=better, help=help_of(term))
    since = course[1:] if len(course) > 2 else course  # the untrained network would flatten all that follows
    st.html(plot_sparkline(since, f"{label} by epoch"))
