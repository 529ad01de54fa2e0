"""Four figures of the latest epoch, and the curves of a training, with the other runs laid over them."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from mnistlab.data.datasets import COMBINED
from mnistlab.figures.breakdown import plot_gradient_norms, plot_recall
from mnistlab.figures.curve_axes import View
from mnistlab.figures.learning_curves import Course, plot_accuracy, plot_cost, plot_sparkline
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import OwnDigits, Run, SettingChange
from mnistlab.ui.chart import show_live
from mnistlab.ui.formatting import changed, percent
from mnistlab.ui.glossary import help_of
from mnistlab.ui.page import is_larger
from mnistlab.ui.train.diagnosis import draw_other_findings
from mnistlab.ui.widgets import choose, kept

HEIGHT = 172  # px of a card; fixed, or the page would jump when the first change is known
LARGE = 1.15  # of it with larger text
NOTHING = "–"
VIEW, ERRORS = "train_view", "train_errors"  # widgets
TICKED = "train_runs"  # the table of runs, and the ids of those that are ticked in it
BEFORE = "before your own digits"
VIEWS: dict[View, str] = {"latest": "Latest epochs", "all": "All epochs", "log": "Log scale"}
MAX_OVERLAID = 8


def draw_curves(snapshot: Snapshot, watched: str = "") -> None:
    """Draw cost, accuracy, recall and gradients by epoch, first the one that is to be `watched`."""
    with st.container(horizontal=True, vertical_alignment="center", key="train_axis"):
        with st.container(gap="xsmall"):
            draw_other_findings(snapshot.run)
        view, errors = chosen_view()
    run, runs = snapshot.run, [snapshot.run, *overlaid(snapshot)]
    x_max = max([snapshot.target_epoch, run.settings.num_epochs, *(each.epoch for each in runs)])
    courses, changes = courses_of(runs), changes_of(run)
    all_seen = (*seen_of(runs), *changes, x_max, view)
    own_seen = run.id, len(run.history), x_max
    figures = {
        "cost": (all_seen, partial(plot_cost, courses, x_max, view, changes)),
        "accuracy": ((*all_seen, errors), partial(plot_accuracy, courses, x_max, view, changes, errors)),
        "recall": ((*own_seen, view, errors), partial(plot_recall, run.history, x_max, view, errors)),
        "gradients": (own_seen, partial(plot_gradient_norms, run.history, x_max)),
    }
    order = sorted(figures, key=lambda name: name != watched)
    for place, name in zip((*st.columns(2), *st.columns(2)), order, strict=True):
        seen, plot = figures[name]
        with place:
            show_live(name, seen, plot, (run.id, view, errors))


def draw_test_curves(runs: Sequence[Run]) -> None:
    """Draw test cost and test accuracy of some runs, with the axes that were chosen for the curves above."""
    view: View = st.session_state.get(VIEW, "latest")
    errors = st.session_state.get(ERRORS, False)
    courses, x_max = courses_of(runs), max(1, *(run.epoch for run in runs))
    seen = *seen_of(runs), x_max, view
    left, right = st.columns(2)
    with left:
        plot = partial(plot_cost, courses, x_max, view, only_test=True)
        show_live("test_cost", seen, plot, seen)
    with right:
        plot = partial(plot_accuracy, courses, x_max, view, errors=errors, only_test=True)
        show_live("test_accuracy", (*seen, errors), plot, (*seen, errors))


def courses_of(runs: Sequence[Run]) -> list[Course]:
    """Return some runs as figures show them."""
    return [Course(escape(run.name, quote=False), run.history, run.color) for run in runs]


def seen_of(runs: Sequence[Run]) -> tuple[tuple[str, str, int], ...]:
    """Return what decides what the curves of some runs look like."""
    return tuple((run.id, run.name, len(run.history)) for run in runs)


def changes_of(run: Run) -> tuple[tuple[int, str], ...]:
    """Return what was done to a run between its epochs: after which, and what."""
    words: dict[int, list[str]] = {}
    for change in run.schedule:
        if isinstance(change, SettingChange):
            if change.name == "learning_rate" and change.epoch <= run.epoch:
                words.setdefault(change.epoch - 1, []).append(f"η {change.value:g}")
        elif isinstance(change, OwnDigits):
            words.setdefault(change.epoch, []).append("own digits")
        elif change.epoch < run.epoch:
            words.setdefault(change.epoch, []).append(f"weights of epoch {change.from_epoch}")
    return tuple(sorted((epoch, ", ".join(dict.fromkeys(said))) for epoch, said in words.items() if epoch))


def chosen_view() -> tuple[View, bool]:
    """Draw the choice of what the vertical axes show, and whether accuracy is shown as error rate."""
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        errors = st.toggle("Error rate", key=ERRORS, persist_state="session", help=help_of("error rate"))
        view = choose(
            "Vertical axis of cost, accuracy and recall",
            VIEWS,
            "latest",
            VIEW,
            persist_state="session",
            label_visibility="collapsed",
            width="content",
        )
    return view, errors


def ticked(snapshot: Snapshot) -> list[Run]:
    """Return the runs that are ticked in the table."""
    return [run for run in snapshot.runs if run.id in kept(TICKED, ())]


def overlaid(snapshot: Snapshot) -> list[Run]:
    """Return the other runs to be laid over the current one: those that are ticked, else the latest."""
    runs = ticked(snapshot) or snapshot.runs
    return [run for run in runs if run.id != snapshot.run.id and len(run.history) > 1][-MAX_OVERLAID:]


def draw_cards(run: Run) -> None:
    """Draw the cards for the network as it is; before anything was measured they stand empty.

    Where own digits changed the network since, its test accuracy was measured again, and the rest was not.
    """
    history, tuned = run.history[: run.weights_epoch + 1], run.fine_tuned
    tests = [m.test.accuracy for m in history]
    on_generated = [m.generated.accuracy for m in history if m.generated]
    beside = [("Generated digits", "accuracy on generated digits", on_generated)]
    courses = (
        ("Test accuracy", "test accuracy", [*tests, tuned.test_after] if tuned else tests),
        *(beside if run.config.dataset == COMBINED else ()),
        ("Training accuracy", "training accuracy", [m.train.accuracy for m in history]),
        ("Test cost L", "cost", [m.test.cost for m in history]),
        ("Training cost L", "cost", [m.train.cost for m in history]),
    )
    height = round(HEIGHT * (LARGE if is_larger() else 1))
    with st.grid(
        len(courses), min_column_width=150 if len(courses) > 4 else 170, gap="small", key="train_cards"
    ):
        for label, term, course in courses:
            with st.container(border=True, height=height, gap="xsmall"):
                draw_card(label, term, course, BEFORE if tuned and label != "Test accuracy" else "")


def draw_card(label: str, term: str, course: list[float], note: str = "") -> None:
    """Draw one figure, by how much it changed last or a note on it, and its course since the first epoch."""
    value, step, shares = NOTHING, 0.0, term != "cost"
    if course:
        value = percent(course[-1]) if shares else f"{course[-1]:.4f}"
    if len(course) > 1 and not note:
        factor, digits, unit = (100, 2, " points") if shares else (1, 4, "")
        step = round(factor * (course[-1] - course[-2]), digits)
        note = f"{step:+.{digits}f}{unit}" if step else "no change"
    st.metric(label, value, **changed(note, step, step > 0 if shares else step < 0), help=help_of(term))
    since = course[1:] if len(course) > 2 else course  # the untrained network would flatten all that follows
    st.html(plot_sparkline(since, f"{label} by epoch"))
