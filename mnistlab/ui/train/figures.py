"""Figures that are made anew only when there is something new in them: an unchanged one costs nothing."""

from collections.abc import Callable, Hashable

import streamlit as st

from mnistlab.ui.show import show

KEPT = "train_figures"  # name of a figure -> of which run, whether live; what it shows; the figure


def show_kept(
    name: str,
    run_id: str,
    shows: Hashable,
    make: Callable,
    live: bool = False,
    wait: bool = False,
    **options,
):
    """Draw a figure, the one of before where that is still right, and return what Streamlit returns for it.

    Args:
        name: Of the figure on this page.
        run_id: The run that it is about.
        shows: All that decides what is in it.
        make: Makes it.
        live: Whether the network learns and the figure changes all the time.
        wait: Whether a live figure may stay a moment behind, so that the browser draws few at a time.
        **options: Of `st.plotly_chart`.
    """
    kept = st.session_state.setdefault(KEPT, {})
    about, shown, figure = kept.get(name, (None, None, None))
    may_stay = live and wait and about == (run_id, live)
    if not may_stay and (about, shown) != ((run_id, live), shows):
        figure = make()
        kept[name] = (run_id, live), shows, figure
    return show(figure, f"train_{name}", **options)
