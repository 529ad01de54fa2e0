"""A hyperparameter sweep on the Train page: chosen, watched, and one network of it made current."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from mnistlab.engine.config import TrainConfig
from mnistlab.figures.sweep import plot_sweep
from mnistlab.jobs.labs import labs
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.run import Run
from mnistlab.setting_labels import CHOICE_NAMES
from mnistlab.sweeps.runs import accuracies, best_first
from mnistlab.sweeps.sweep_run import Sweeping, SweepSnapshot
from mnistlab.ui.chart import show_live
from mnistlab.ui.formatting import count, duration, percent
from mnistlab.ui.lab_session import Lab, switch_network
from mnistlab.ui.session_token import current_tab, current_trainer
from mnistlab.ui.train.sweep_choice import draw_choice
from mnistlab.ui.widgets import choose_row

TABLE = "train_sweep_table"
REFUSED = "train_sweep_refused"


def draw_sweep(lab: Lab) -> None:
    """Draw the tab: the choice of networks, and what became of those that were trained last."""
    st.caption(
        "Which learning rate is best, and how much of it is luck? Train many networks at once, all on the "
        "same mini-batches: they differ only in what you choose here. The rest is as in the sidebar."
    )
    snapshot = current_sweeping().snapshot()
    configs = draw_choice(lab.settings, snapshot.active)
    draw_buttons(snapshot, configs, lab.complete)
    if sentence := st.session_state.pop(REFUSED, ""):
        st.warning(sentence)
    if snapshot.runs:
        draw_progress(snapshot)
        draw_curves(snapshot)
        draw_networks(snapshot)


def is_sweeping() -> bool:
    """Return whether a sweep is under way in this lab."""
    return current_sweeping().snapshot().active


def current_sweeping() -> Sweeping:
    """Return the sweep of this session's lab."""
    current_trainer()  # a session that has no lab yet gets one
    return labs().sweeping(current_tab().token)


def draw_buttons(snapshot: SweepSnapshot, configs: Sequence[TrainConfig], complete: bool) -> None:
    """Draw the row of buttons."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        label = f"Train {count(len(configs), 'network')}" if configs else "Train"
        blocked = snapshot.active or not configs or not complete
        st.button(
            label,
            "train_sweep_start",
            type="primary" if not snapshot.runs else "secondary",
            disabled=blocked,
            on_click=start,
            args=(configs,),
        )
        st.button(
            "Stop",
            "train_sweep_stop",
            disabled=not snapshot.active,
            on_click=lambda: current_sweeping().stop(),
        )
        if snapshot.state == "stopped":
            st.button("Resume", "train_sweep_resume", on_click=lambda: current_sweeping().resume())


def start(configs: Sequence[TrainConfig]) -> None:
    """Begin the sweep; what is refused is said above it."""
    try:
        current_sweeping().start(configs)
    except ValueError as error:
        st.session_state[REFUSED] = str(error)


def draw_progress(snapshot: SweepSnapshot) -> None:
    """Draw how far it is, or say how it ended."""
    if snapshot.state == "failed":
        st.error(snapshot.message)
    else:
        words = progress_words(snapshot) if snapshot.active else ended_words(snapshot)
        st.progress(fraction(snapshot), words)


def ended_words(snapshot: SweepSnapshot) -> str:
    """Return how far it came, of a sweep that was not broken off by a failure."""
    if snapshot.epoch <= 0:
        return "Stopped before its first epoch was done"
    words = "Finished" if snapshot.state == "finished" else "Stopped"
    done = f"{count(snapshot.epoch, 'epoch')} of {snapshot.num_epochs}"
    return f"{words}: {done} in {duration(snapshot.seconds)}"


def fraction(snapshot: SweepSnapshot) -> float:
    """Return how much of the sweep is done, 0..1."""
    steps = max(0, snapshot.epoch) * snapshot.num_steps + snapshot.step
    return min(1.0, steps / max(1, snapshot.num_epochs * snapshot.num_steps))


def progress_words(snapshot: SweepSnapshot) -> str:
    """Return what is being done right now."""
    if snapshot.ahead:
        return f"queued, {snapshot.ahead} ahead"
    if snapshot.epoch < 0:
        return "measuring the untrained networks"
    words = f"epoch {snapshot.epoch + 1} of {snapshot.num_epochs}"
    if snapshot.epoch:
        each = snapshot.seconds / snapshot.epoch / len(snapshot.runs)
        words += f", {duration(each)} for each network and epoch"
    return words


def draw_curves(snapshot: SweepSnapshot) -> None:
    """Draw all curves; the figure is made anew only after another epoch."""
    curves = [(run.name, accuracies(run, max(0, snapshot.epoch))) for run in snapshot.runs]
    title = f"{count(len(curves), 'network')} on the same mini-batches"
    plot = partial(plot_sweep, curves, title, x_max=snapshot.num_epochs)
    show_live("sweep_curves", (snapshot.number, snapshot.epoch), plot, snapshot.number)


def draw_networks(snapshot: SweepSnapshot) -> None:
    """Draw the table of the networks and the button that makes one of them current."""
    runs = snapshot.runs
    if not all(run.history for run in runs):
        return
    share = st.column_config.NumberColumn(format="%.2f%%")
    alt = f"{count(len(runs), 'network')} with settings and results"
    row = choose_row(table_of(runs), TABLE, {"test accuracy": share}, alt)
    draw_bench(runs[best_first(runs)[0] if row is None else row], row is not None)


def table_of(runs: Sequence[Run]) -> dict[str, list]:
    """Return a row for each run: its settings, cost and accuracy, and what marks it."""
    order = best_first(runs)
    marks = {order[-1]: "worst", order[0]: "best"} if any(run.epoch for run in runs) else {}
    return {
        "learning rate": [f"{run.config.learning_rate:g}" for run in runs],
        "seed": [str(run.config.seed) for run in runs],
        "weight initialization": [CHOICE_NAMES["initialization"][run.config.initialization] for run in runs],
        "test accuracy": [round(100 * run.history[-1].test.accuracy, 2) for run in runs],
        "test cost": [round(run.history[-1].test.cost, 4) for run in runs],
        "": [
            f"diverged at epoch {run.broken_in}" if run.broken_in else marks.get(number, "")
            for number, run in enumerate(runs)
        ],
    }


def draw_bench(run: Run, chosen: bool) -> None:
    """Draw the button that makes a network the current one."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            f"Make {run.name} current",
            "train_sweep_take",
            on_click=switch_network,
            args=(Trainer.add, run),
            help="Makes this the current network: all pages work with it, and Train goes on from here.",
        )
        which = "The one you chose" if chosen else "The best so far" if run.epoch else "Untrained, this one"
        st.caption(
            f"{which} has a test accuracy of {percent(run.history[-1].test.accuracy)}. Choose a row to take "
            "that one."
        )
