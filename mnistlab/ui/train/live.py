"""What moves while a network learns: progress, figures, curves and the open tab, redrawn by themselves."""

from dataclasses import replace
from functools import partial

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.ui.lab_session import Lab, is_moving
from mnistlab.ui.live import TICK, draw_live
from mnistlab.ui.train.cards import draw_cards
from mnistlab.ui.train.curves import draw_curves
from mnistlab.ui.train.diagnosis import draw_diagnosis
from mnistlab.ui.train.sweep import is_sweeping
from mnistlab.ui.train.tabs import draw_tabs
from mnistlab.ui.train.weights import FRAME, is_playing
from mnistlab.ui.words import epochs_ahead, expected_words, progress_fraction, progress_words


def draw_training(lab: Lab) -> None:
    """Draw the living part of the page."""
    moves = is_sweeping(), is_playing()
    tick = TICK if is_sweeping() else FRAME if is_playing() and not is_moving(lab.snapshot) else 0.0
    draw_live(lab, partial(training, lab, moves), tick)


def training(lab: Lab, moved: tuple[bool, bool], snapshot: Snapshot) -> None:
    """Draw the training and the open tab; when a sweep or the film begins or ends, the page anew."""
    draw_progress(lab, snapshot)
    draw_diagnosis(snapshot)
    draw_cards(snapshot.run)
    draw_curves(snapshot)
    draw_tabs(lab, snapshot)
    if (is_sweeping(), is_playing()) != moved:
        st.rerun()


def draw_progress(lab: Lab, snapshot: Snapshot) -> None:
    """Draw the bar within the epoch and a line about it; at rest the line says what Train would do."""
    if is_moving(snapshot):
        st.progress(progress_fraction(snapshot), progress_words(snapshot))
        return
    settings = replace(snapshot.run.settings, num_epochs=min(1000, epochs_ahead(snapshot)))
    st.progress(0.0, expected_words(snapshot, lab.trainer.expected_seconds(settings)))
