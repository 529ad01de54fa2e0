"""The four curves of a training, live, with the other runs of the lab laid over them."""

from functools import partial
from html import escape

import streamlit as st

from mnistlab.figures.breakdown import plot_gradient_norms, plot_recall
from mnistlab.figures.curve_axes import View
from mnistlab.figures.learning_curves import plot_accuracy, plot_cost
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import OwnDigits, Run, SettingChange
from mnistlab.ui.glossary import help_of
from mnistlab.ui.train.diagnosis import draw_other_findings
from mnistlab.ui.train.figures import show_kept

VIEWS: dict[View, str] = {"latest": "Latest epochs", "all": "All epochs", "log": "Log"}
MAX_OVERLAID = 8


def draw_curves(snapshot: Snapshot) -> None:
    """Draw cost, accuracy, recall and gradients by epoch."""
    with st.container(horizontal=True, vertical_alignment="center", key="train_axis"):
        with st.container(gap="xsmall"):
            draw_other_findings(snapshot.run)
        view, errors = chosen_view()
    run, others = snapshot.run, overlaid(snapshot)
    x_max = max([snapshot.target_epoch, run.settings.num_epochs, *(each.epoch for each in (run, *others))])
    runs = [(escape(each.name, quote=False), each.history) for each in (run, *others)]
    changes = changes_of(run)
    all_seen = (*((each.id, each.name, len(each.history)) for each in (run, *others)), *changes, x_max, view)
    own_seen = run.id, len(run.history), x_max
    figures = {
        "cost": (all_seen, partial(plot_cost, runs, x_max, view, changes)),
        "accuracy": ((*all_seen, errors), partial(plot_accuracy, runs, x_max, view, changes, errors)),
        "recall": (own_seen, partial(plot_recall, run.history, x_max)),
        "gradients": (own_seen, partial(plot_gradient_norms, run.history, x_max)),
    }
    for place, (name, (seen, plot)) in zip((*st.columns(2), *st.columns(2)), figures.items(), strict=True):
        with place:
            show_kept(name, seen, plot, (run.id, view, errors))


def changes_of(run: Run) -> tuple[tuple[int, str], ...]:
    """Return what was done to a run between its epochs: after which, and what."""
    taught = (change.epoch for change in run.schedule if isinstance(change, OwnDigits))
    words = {epoch: "own digits" for epoch in taught if epoch}
    for change in run.schedule:
        if isinstance(change, SettingChange) and change.name == "learning_rate" and change.epoch <= run.epoch:
            words[change.epoch - 1] = f"η {change.value:g}"
    return tuple(sorted(words.items()))


def chosen_view() -> tuple[View, bool]:
    """Draw the choice of what the vertical axes show, and whether accuracy is shown as error rate."""
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        errors = st.toggle(
            "Error rate", key="train_errors", persist_state="session", help=help_of("error rate")
        )
        view = st.segmented_control(
            "Vertical axis of cost and accuracy",
            list(VIEWS),
            format_func=VIEWS.__getitem__,
            default="latest",
            required=True,
            key="train_view",
            persist_state="session",
            label_visibility="collapsed",
            width="content",
        )
    return view, errors


def overlaid(snapshot: Snapshot) -> list[Run]:
    """Return the other runs to be laid over the current one: the latest that are not hidden."""
    others = [
        run
        for run in snapshot.runs
        if run.id != snapshot.run.id and run.id not in snapshot.hidden and len(run.history) > 1
    ]
    return others[-MAX_OVERLAID:]
