"""Train: a network learns while you watch, and nothing you do to it loses an epoch."""

from functools import partial

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.ui.experiment import draw_experiment
from mnistlab.ui.lab_session import Lab, current_lab
from mnistlab.ui.live import TICK, draw_live
from mnistlab.ui.settings import current_lesson
from mnistlab.ui.train.control import draw_controls, draw_progress
from mnistlab.ui.train.curves import draw_cards, draw_curves
from mnistlab.ui.train.diagnosis import draw_diagnosis, draw_other_findings
from mnistlab.ui.train.digits import draw_digits
from mnistlab.ui.train.export_import import draw_away
from mnistlab.ui.train.runs import draw_runs
from mnistlab.ui.train.sweep import draw_sweep, is_sweeping
from mnistlab.ui.train.weights import draw_weights, is_playing
from mnistlab.ui.widgets import draw_tabs


def what_moves() -> tuple[bool, bool]:
    """Return what may move on this page besides the network: a sweep, the film of the epochs."""
    return is_sweeping(), is_playing()


def draw_training(lab: Lab, moves: tuple[bool, bool], snapshot: Snapshot) -> None:
    """Draw the training and the open tab; when a sweep or the film begins or ends, the page anew.

    During an experiment the curves come first: the one to watch stands right below the question.
    """
    draw_progress(lab, snapshot)
    experiment = current_lesson().chosen
    if experiment is not None:
        draw_curves(snapshot, experiment.curve)
    draw_diagnosis(snapshot)
    if experiment is not None:
        draw_other_findings(snapshot.run)
    draw_cards(snapshot.run)
    if experiment is None:
        draw_curves(snapshot)
    draw_tabs(
        "train_tabs",
        {
            "Confusion matrix": partial(draw_digits, snapshot),
            "Weights": partial(draw_weights, snapshot),
            "Runs": partial(draw_runs, snapshot),
            "Hyperparameter sweep": partial(draw_sweep, lab),
            "Export and import": partial(draw_away, snapshot),
        },
    )
    if what_moves() != moves:
        st.rerun()


lab = current_lab()
draw_experiment(lab)
draw_controls(lab)
draw_live(lab, partial(draw_training, lab, what_moves()), tick=TICK if any(what_moves()) else 0.0)
