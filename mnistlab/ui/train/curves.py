"""Four figures of the latest epoch, and the curves of a training, with the other runs laid over them."""

from functools import partial
from html import escape
from typing import Literal

import streamlit as st

from mnistlab.figures.breakdown import plot_gradient_norms, plot_recall
from mnistlab.figures.curve_axes import View
from mnistlab.figures.learning_curves import plot_accuracy, plot_cost, plot_sparkline
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import OwnDigits, Run, SettingChange
from mnistlab.ui.chart import show_live
from mnistlab.ui.formatting import percent
from mnistlab.ui.glossary import help_of
from mnistlab.ui.page import is_larger
from mnistlab.ui.train.diagnosis import draw_other_findings
from mnistlab.ui.widgets import choose

HEIGHT = 172  # px of a card; fixed, or the page would jump when the first change is known
LARGE = 1.15  # of it with larger text
NOTHING = "–"
BEFORE = "before your own digits"
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
            show_live(name, seen, plot, (run.id, view, errors))


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
        view = choose(
            "Vertical axis of cost and accuracy",
            VIEWS,
            "latest",
            "train_view",
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


def draw_cards(run: Run) -> None:
    """Draw the cards; before anything was measured they stand empty at the same height.

    Where own digits changed the network since, its test accuracy was measured again, and the rest was not.
    """
    history, tuned = run.history, run.fine_tuned
    tests = [m.test.accuracy for m in history]
    courses = (
        ("Test accuracy", "test accuracy", [*tests, tuned.test_after] if tuned else tests),
        ("Training accuracy", "training accuracy", [m.train.accuracy for m in history]),
        ("Test cost L", "cost", [m.test.cost for m in history]),
        ("Training cost L", "cost", [m.train.cost for m in history]),
    )
    height = round(HEIGHT * (LARGE if is_larger() else 1))
    with st.grid(4, min_column_width=170, gap="small", key="train_cards"):
        for label, term, course in courses:
            with st.container(border=True, height=height, gap="xsmall"):
                draw_card(label, term, course, BEFORE if tuned and label != "Test accuracy" else "")


def draw_card(label: str, term: str, course: list[float], note: str = "") -> None:
    """Draw one figure, by how much it changed last or a note on it, and its course since the first epoch."""
    value, change, shares = NOTHING, None, term != "cost"
    if course:
        value = percent(course[-1]) if shares else f"{course[-1]:.4f}"
    if len(course) > 1:
        step = course[-1] - course[-2]
        change = f"{100 * step:+.2f} points" if shares else f"{step:+.4f}"
    better: Literal["normal", "inverse"] = "normal" if shares else "inverse"
    if change and float(change.split()[0]) == 0:
        note = note or "no change"
    if note:
        st.metric(label, value, note, delta_color="off", delta_arrow="off", help=help_of(term))
    else:
        st.metric(label, value, change, delta_color=better, help=help_of(term))
    since = course[1:] if len(course) > 2 else course  # the untrained network would flatten all that follows
    st.html(plot_sparkline(since, f"{label} by epoch"))
