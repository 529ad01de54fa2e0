"""Home: a digit of each class, the lab's state with the next step, and the path through the pages."""

from typing import Literal

import numpy as np
import streamlit as st

from mnistlab.data.datasets import Split
from mnistlab.engine.config import TrainConfig
from mnistlab.ui.digits import mnist_is_here
from mnistlab.ui.formatting import duration, percent
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import digit_picture
from mnistlab.ui.lab_session import Lab, begin_and_train
from mnistlab.ui.page import path_of, shown_pages
from mnistlab.ui.settings import current_settings, preset_settings, use_settings

TILE = 72  # px of a digit, where there is room
PATH_CARD = 144  # px; five stand side by side where a window has 1280 px


def draw_start(lab: Lab) -> None:
    """Show what there is to be read, say how the lab stands, and offer the next step."""
    st.html(strip(lab.dataset.train))
    run = lab.run
    if lab.snapshot.active:
        st.markdown("Your network is learning right now. You can draw while it does.")
        draw_ways(("predict", "Draw a digit"), ("train", "Watch it learn"))
    elif run.epoch == 0 or run.accuracy is None:
        seconds = lab.trainer.expected_seconds(settings_for_drawing())
        takes = f"it takes about {duration(seconds)}, and you" if seconds else "you"
        st.markdown(
            f"Your network is untrained. Train one with settings that work well: {takes} can draw and watch "
            "meanwhile."
        )
        st.button("Train a network for me", key="home_train", on_click=train_for_me, type="primary")
    else:
        accuracy = percent(run.accuracy, 1).replace(" ", "\u00a0")
        words = f"Your network has a test accuracy of **{accuracy}**. Draw a digit and ask it."
        st.markdown(words, help=help_of("test accuracy"))
        draw_ways(("predict", "Draw a digit"), ("train", "See how it learned"))


def strip(digits: Split) -> str:
    """Return the first digit of each kind, 0 to 9, in a row; it is decoration and says nothing."""
    firsts = (digits.images[np.argmax(digits.labels == digit)] for digit in range(10))
    return f'<div class="strip">{"".join(digit_picture(image, "", TILE) for image in firsts)}</div>'


def draw_ways(*ways: tuple[str, str]) -> None:
    """Draw a button to each page, by its name and the button's label; the first one is the one to take."""
    names = [page.name for page in shown_pages()]
    with st.container(horizontal=True, gap="small"):
        for place, (name, label) in enumerate(ways):
            kind: Literal["primary", "secondary"] = "secondary" if place else "primary"
            if name in names and st.button(label, key=f"home_to_{name}", type=kind):
                st.switch_page(path_of(name))


def train_for_me() -> None:
    """Begin a network with settings that do well on drawn digits, as far as the data goes, and train it."""
    use_settings(settings_for_drawing())
    begin_and_train()
    st.rerun()


def settings_for_drawing() -> TrainConfig:
    """Return settings that do well on drawn digits; where they do not go with the lesson's, the sidebar's."""
    try:
        return preset_settings("drawing" if mnist_is_here() else "recommended")
    except ValueError:
        return current_settings()


def draw_path() -> None:
    """Draw the path through the pages, a card each."""
    st.subheader("The path through the lab", anchor=False)
    with st.grid(5, min_column_width=PATH_CARD, key="the_path"):
        for page in shown_pages()[1:]:
            with st.container(border=True, height="stretch", gap="xsmall", key=f"path_{page.name}"):
                st.page_link(path_of(page.name), label=f"**{page.title}**")
                st.caption(page.card)
