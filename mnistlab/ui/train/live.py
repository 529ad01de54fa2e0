"""What moves while a network learns: progress, figures and curves, redrawn by themselves and nothing else."""

import time
from dataclasses import replace

import streamlit as st

from mnistlab.running.snapshot import Snapshot
from mnistlab.ui.crowd import crowd
from mnistlab.ui.lab import Lab, current_snapshot, is_moving, phase_of
from mnistlab.ui.tab import current_trainer
from mnistlab.ui.train.cards import draw_cards
from mnistlab.ui.train.curves import draw_curves
from mnistlab.ui.train.diagnosis import draw_diagnosis
from mnistlab.ui.words import epochs_ahead, expected_words, progress_fraction, progress_words

TICK = 0.4  # seconds, where few train
READING_SECONDS = 1.0
DRAWN = "train_drawn"  # the snapshot whose figures stand on the page, and since when


def draw_live(lab: Lab) -> None:
    """Draw the living part of the page; it polls only while something is under way."""
    tick = TICK * crowd(lab.snapshot) if is_moving(lab.snapshot) else None
    st.fragment(live, run_every=tick)(phase_of(lab.snapshot))


def live(phase: tuple) -> None:
    """Draw it once; when training began or ended meanwhile, have the whole page drawn anew."""
    snapshot = current_snapshot()
    draw_progress(snapshot)
    drawn = at_reading_pace(snapshot)
    draw_diagnosis(drawn)
    draw_cards(drawn.run)
    draw_curves(drawn)
    if phase_of(snapshot) != phase:
        st.rerun()


def at_reading_pace(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot whose figures are to be drawn: while it moves, a new one each second at most.

    Figures take the browser longer to draw than an epoch of a small network takes, and a click waits.
    """
    now = time.monotonic()
    before, since = st.session_state.get(DRAWN, (snapshot, 0.0))
    same = (before.state, before.run.id) == (snapshot.state, snapshot.run.id)
    if same and is_moving(snapshot) and now - since < READING_SECONDS:
        return before
    st.session_state[DRAWN] = snapshot, now
    return snapshot


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
