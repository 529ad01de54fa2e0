"""Home: the lab's state in three figures, one button that trains, and the path through the pages."""

import streamlit as st

from mnistlab.ui.lab import Lab, command
from mnistlab.ui.press import press_button
from mnistlab.ui.settings import current_lesson, preset_settings, use_settings
from mnistlab.ui.sidebar import PAGES


def draw_start(lab: Lab) -> None:
    """Say how the lab stands and offer the next step."""
    run = lab.run
    if lab.snapshot.active:
        st.markdown("Your network is learning right now. You can draw while it does.")
        st.page_link("pages/predict.py", label="Draw a digit", icon=None)
    elif run.epoch == 0:
        st.markdown(
            "There is an untrained network on the bench. Train one with settings that work well; it takes "
            "less than a minute, and you can watch."
        )
        press_button("Train a network for me", "home_train", train_for_me, type="primary")
    else:
        st.markdown(f"Your network reads **{run.accuracy:.1%}** of the test images. Draw a digit and ask it.")
        st.page_link("pages/predict.py", label="Draw a digit")


def train_for_me() -> None:
    """Begin a network with the recommended settings and train it."""
    settings = preset_settings("recommended")
    use_settings(settings)
    command("new", settings)
    command("start")


def draw_path() -> None:
    """Draw the path through the pages, a card each."""
    st.subheader("The path", anchor=False)
    shown = [page for page in PAGES[1:] if page[1].lower() not in current_lesson().without]
    columns = st.columns(max(1, len(shown)))
    for column, (path, label, sentence) in zip(columns, shown, strict=False):
        with column.container(border=True, height="stretch"):
            st.page_link(path, label=f"**{label}**")
            st.caption(sentence)
