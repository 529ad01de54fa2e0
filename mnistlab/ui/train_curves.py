"""The four curves of a training, live, with the other runs of the lab laid over them."""

from html import escape

import streamlit as st

from mnistlab.figures.curves import plot_accuracy, plot_cost, plot_gradient_norms, plot_recall
from mnistlab.runs import Run
from mnistlab.snapshot import Snapshot
from mnistlab.ui.show import show

FIGURES = "train_figures"
SCALES = ("linear axis", "log axis")
MAX_OVERLAID = 8


def draw_curves(snapshot: Snapshot) -> None:
    """Draw the curves; one that shows nothing new is the very figure of before, which costs nothing."""
    log = chosen_scale() == SCALES[1]
    run, others = snapshot.run, overlaid(snapshot)
    live = snapshot.active
    x_max = max([snapshot.target_epoch, run.settings.num_epochs, *(each.epoch for each in (run, *others))])
    runs = [(escape(each.name, quote=False), each.history) for each in (run, *others)]
    seen = tuple((each.id, each.name, len(each.history)) for each in (run, *others))
    left, right = st.columns(2)
    with left:
        kept_figure("cost", (seen, x_max, log, live), lambda: plot_cost(runs, x_max, log, live))
        kept_figure("recall", (seen[0], x_max, live), lambda: plot_recall(run.history, x_max, live))
    with right:
        kept_figure("accuracy", (seen, x_max, log, live), lambda: plot_accuracy(runs, x_max, log, live))
        kept_figure(
            "gradients", (seen[0], x_max, live), lambda: plot_gradient_norms(run.history, x_max, live)
        )


def chosen_scale() -> str:
    """Draw the choice of the vertical axis and return it."""
    with st.container(horizontal=True, horizontal_alignment="right"):
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


def kept_figure(name: str, shows: tuple, figure) -> None:
    """Draw a figure that is made anew only when what it shows has changed."""
    kept = st.session_state.setdefault(FIGURES, {})
    if kept.get(name, (None,))[0] != shows:
        kept[name] = (shows, figure())
    show(kept[name][1], f"train_{name}")
