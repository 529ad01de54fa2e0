"""What moves while a network learns: progress, figures and curves, redrawn by themselves and nothing else."""

from dataclasses import replace

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.ui.crowd import crowd
from mnistlab.ui.lab import Lab, current_snapshot, is_moving, phase_of
from mnistlab.ui.tab import current_trainer
from mnistlab.ui.train.cards import draw_cards
from mnistlab.ui.train.curves import draw_curves
from mnistlab.ui.train.diagnosis import draw_diagnosis
from mnistlab.ui.words import epochs_ahead, expected_words, progress_fraction, progress_words

TICK = 0.5  # seconds, where few train


def draw_live(lab: Lab) -> None:
    """Draw the living part of the page; it polls only while something is under way."""
    tick = TICK * crowd(lab.snapshot) if is_moving(lab.snapshot) else None
    st.fragment(live, run_every=tick)(phase_of(lab.snapshot))


def live(phase: tuple) -> None:
    """Draw it once; when training began or ended meanwhile, have the whole page drawn anew."""
    snapshot = current_snapshot()
    draw_progress(snapshot)
    draw_diagnosis(snapshot)
    draw_cards(snapshot.run)
    draw_curves(snapshot)
    if phase_of(snapshot) != phase:
        st.rerun()


def draw_progress(snapshot: Snapshot) -> None:
    """Draw the bar within the epoch and a line about it; at rest the line says what Train would do."""
    if is_moving(snapshot):
        st.progress(progress_fraction(snapshot), progress_words(snapshot))
    else:
        st.progress(0.0, expected_words(snapshot, expected_seconds(snapshot)))


def expected_seconds(snapshot: Snapshot) -> float:
    """Return how long the next press of Train would take, as things are."""
    settings = replace(snapshot.run.settings, num_epochs=min(1000, epochs_ahead(snapshot)))
    return current_trainer().expected_seconds(settings)
