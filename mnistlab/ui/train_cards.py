"""Four figures of the latest epoch, each with its course so far."""

import streamlit as st

from mnistlab.runs import Run
from mnistlab.ui.glossary import GLOSSARY
from mnistlab.ui.train_words import percent

HEIGHT = 168  # px; fixed, or the page jumps when the first course appears
NOTHING = "–"


def draw_cards(run: Run) -> None:
    """Draw the cards; before anything was measured they stand empty at the same height."""
    history = run.history
    with st.grid(4, min_column_width=180, gap="small", row_height=HEIGHT, key="train_cards"):
        card(
            "Test accuracy",
            [m.test.accuracy for m in history],
            "accuracy",
            as_percent=True,
            more_is_better=True,
        )
        card("Training accuracy", [m.train.accuracy for m in history], "accuracy", True, True)
        card("Test cost L", [m.test.cost for m in history], "cost", False, False)
        card("Training cost L", [m.train.cost for m in history], "cost", False, False)


def card(label: str, course: list[float], term: str, as_percent: bool, more_is_better: bool) -> None:
    """Draw one figure, how far it moved in the last epoch, and its course."""
    value = NOTHING
    if course:
        value = percent(course[-1]) if as_percent else f"{course[-1]:.4f}"
    st.metric(
        label,
        value,
        moved(course, as_percent),
        delta_color="normal" if more_is_better else "inverse",
        help=GLOSSARY[term],
        border=True,
        height="stretch",
        chart_data=course if len(course) > 1 else None,
        chart_type="line",
    )


def moved(course: list[float], as_percent: bool) -> str | None:
    """Return by how much the last value differs from the one before."""
    if len(course) < 2:
        return None
    step = course[-1] - course[-2]
    return f"{100 * step:+.2f} points" if as_percent else f"{step:+.4f}"
