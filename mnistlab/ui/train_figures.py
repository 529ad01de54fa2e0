"""Figures that are made anew only when there is something new in them: an unchanged one costs nothing."""

import time
from collections.abc import Callable, Hashable

import streamlit as st

from mnistlab.ui.show import show

KEPT = "train_figures"  # name of a figure -> of which run, what it shows, the figure, when it was made
CALM = 0.9  # seconds that a figure stands at least while a network learns; each change is a new drawing


def show_kept(name: str, run_id: str, shows: Hashable, make: Callable, live: bool = False, **options):
    """Draw a figure, the one of before where that is still right, and return what Streamlit returns for it.

    Args:
        name: Of the figure on this page.
        run_id: The run that it is about.
        shows: All that decides what is in it.
        make: Makes it.
        live: Whether it changes all the time; then it may be a moment behind.
        **options: Of `st.plotly_chart`.
    """
    kept = st.session_state.setdefault(KEPT, {})
    about, shown, figure, made = kept.get(name, (None, None, None, 0.0))
    now = time.monotonic()
    good_for_now = live and about == (run_id, live) and now - made < CALM
    if not good_for_now and (about, shown) != ((run_id, live), shows):
        figure = make()
        kept[name] = (run_id, live), shows, figure, now
    return show(figure, f"train_{name}", **options)
