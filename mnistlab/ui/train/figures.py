"""Figures that are made anew only when there is something new in them: an unchanged one costs nothing."""

from collections.abc import Callable, Hashable

import streamlit as st

from mnistlab.ui.show import show

KEPT = "train_figures"  # name of a figure -> of which run, what it shows, the figure


def show_kept(
    name: str,
    run_id: str,
    shows: Hashable,
    make: Callable,
    may_wait: bool = False,
    **options,
):
    """Draw a figure, the one of before where that is still right, and return what Streamlit returns for it.

    Args:
        name: Of the figure on this page.
        run_id: The run that it is about.
        shows: All that decides what is in it.
        make: Makes it.
        may_wait: Whether it may stay a moment behind its run, so that the browser draws few at a time.
        **options: Of `st.plotly_chart`.
    """
    kept = st.session_state.setdefault(KEPT, {})
    about, shown, figure = kept.get(name, (None, None, None))
    may_stay = about == run_id and (may_wait or shown == shows)
    if not may_stay:
        figure = make()
        kept[name] = run_id, shows, figure
    return show(figure, f"train_{name}", **options)
