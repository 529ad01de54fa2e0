"""Figures that are made anew only when there is something new in them: an unchanged one costs nothing."""

import time
from collections.abc import Callable, Hashable

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import Run
from mnistlab.ui.show import show

KEPT = "train_figures"  # name of a figure -> what it shows, the figure
FOLLOWED = "train_followed"  # name of a tab -> the run as it was shown there, and when


def show_kept(name: str, shows: Hashable, make: Callable, **options):
    """Draw a figure, the one of before where that is still right, and return what Streamlit returns for it.

    Args:
        name: Of the figure on this page.
        shows: All that decides what is in it.
        make: Makes it.
        **options: Of `st.plotly_chart`.
    """
    kept = st.session_state.setdefault(KEPT, {})
    shown, figure = kept.get(name, (None, None))
    if shown != shows:
        figure = make()
        kept[name] = shows, figure
    return show(figure, f"train_{name}", **options)


def followed_slowly(name: str, snapshot: Snapshot, seconds: float) -> Run:
    """Return the current run, while it trains as it was up to some seconds ago: redrawing takes time.

    Args:
        name: Of what is drawn.
        snapshot: The trainer as it is.
        seconds: How long what is drawn stays as it is.
    """
    followed = st.session_state.setdefault(FOLLOWED, {})
    run, since = followed.get(name, (None, 0.0))
    now = time.monotonic()
    if run is None or run.id != snapshot.run.id or not snapshot.active or now - since >= seconds:
        followed[name] = snapshot.run, now
    return followed[name][0]
