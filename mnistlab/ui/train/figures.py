"""Figures that are made anew only when there is something new in them: an unchanged one costs nothing."""

import time
from collections.abc import Callable, Hashable

import plotly.graph_objects as go
import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import Run
from mnistlab.ui.chart import sent, show_chart

KEPT = "train_figures"  # name of a chart -> what it shows, the chart
FOLLOWED = "train_followed"  # name of a tab -> the run as it was shown there, and when


def show_kept(name: str, shows: Hashable, make: Callable[[], go.Figure], zoomed: Hashable) -> None:
    """Draw a live chart, as it was before where that is still right.

    Args:
        name: Of the chart on this page.
        shows: All that decides what is in it.
        make: Makes its figure.
        zoomed: What a zoom and hidden lines belong to: they are kept as long as this is the same.
    """
    kept = st.session_state.setdefault(KEPT, {})
    shown, chart = kept.get(name, (None, None))
    if shown != shows:
        chart = sent(make(), str(zoomed))
        kept[name] = shows, chart
    show_chart(chart, f"train_{name}")


def followed_slowly(name: str, snapshot: Snapshot, seconds: float) -> Run:
    """Return the current run, while it trains as it was up to some seconds ago: redrawing takes time.

    Args:
        name: Of what is drawn.
        snapshot: The trainer as it is.
        seconds: How long what is drawn stays as it is; the longer, the more networks are being trained.
    """
    followed = st.session_state.setdefault(FOLLOWED, {})
    run, since = followed.get(name, (None, 0.0))
    now = time.monotonic()
    due = now - since >= seconds * snapshot.crowding
    if run is None or run.id != snapshot.run.id or not snapshot.active or due:
        followed[name] = snapshot.run, now
    return followed[name][0]
