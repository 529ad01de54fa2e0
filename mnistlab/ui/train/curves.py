"""The four curves of a training, live, with the other runs of the lab laid over them."""

from html import escape

import streamlit as st

from mnistlab.figures.curves import plot_accuracy, plot_cost, plot_gradient_norms, plot_recall
from mnistlab.running.snapshot import Snapshot
from mnistlab.runs import Run
from mnistlab.ui.train.diagnosis import draw_other_findings
from mnistlab.ui.train.figures import show_kept
from mnistlab.ui.train.turns import on_turn

SCALES = ("linear axis", "log axis")
MAX_OVERLAID = 8
TURNS = ("cost", "accuracy", "recall", "cost", "accuracy", "gradients")


def draw_curves(snapshot: Snapshot) -> None:
    """Draw cost, accuracy, recall and gradients by epoch."""
    with st.container(horizontal=True, vertical_alignment="center", key="train_axis"):
        with st.container(gap="xsmall"):
            draw_other_findings(snapshot.run)
        log = chosen_scale() == SCALES[1]
    run, others = snapshot.run, overlaid(snapshot)
    x_max = max([snapshot.target_epoch, run.settings.num_epochs, *(each.epoch for each in (run, *others))])
    runs = [(escape(each.name, quote=False), each.history) for each in (run, *others)]
    all_seen = (*((each.id, each.name, len(each.history)) for each in (run, *others)), x_max, log)
    seen = len(run.history), x_max
    figures = {
        "cost": (all_seen, lambda: plot_cost(runs, x_max, log)),
        "accuracy": (all_seen, lambda: plot_accuracy(runs, x_max, log)),
        "recall": (seen, lambda: plot_recall(run.history, x_max)),
        "gradients": (seen, lambda: plot_gradient_norms(run.history, x_max)),
    }
    chosen = on_turn(TURNS, snapshot.active)
    places = (*st.columns(2), *st.columns(2))
    for place, (name, (shows, plot)) in zip(places, figures.items(), strict=True):
        with place:
            show_kept(name, run.id, shows, plot, may_wait=name not in chosen)


def chosen_scale() -> str:
    """Draw the choice of the vertical axis and return it."""
    return st.segmented_control(
        "Vertical axis of cost and accuracy",
        SCALES,
        default=SCALES[0],
        required=True,
        key="train_scale",
        persist_state="session",
        label_visibility="collapsed",
        width="content",
    )


def overlaid(snapshot: Snapshot) -> list[Run]:
    """Return the other runs to be laid over the current one: the latest that are not hidden."""
    others = [
        run
        for run in snapshot.runs
        if run.id != snapshot.run.id and run.id not in snapshot.hidden and len(run.history) > 1
    ]
    return others[-MAX_OVERLAID:]
