"""The buttons that steer a training: always the same ones in the same places, so that nothing jumps."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.jobs.trainer import Trainer
from mnistlab.setting_labels import listed
from mnistlab.ui.formatting import count, epochs_ahead, expected_words, progress_fraction, progress_words
from mnistlab.ui.lab_session import (
    Lab,
    back_to_network,
    begin_new_network,
    command,
    is_for,
    is_moving,
    switch_network,
)
from mnistlab.ui.settings import current_lesson
from mnistlab.ui.train.run_link import draw_offer, is_offered
from mnistlab.ui.widgets import once

Kind = Literal["primary", "secondary"]  # of a button

RESUMES = "Goes on to epoch {}."
TRAINS = "Trains {}. Keyboard: T."
STOPS = (
    "Stops at once. The epoch that was begun is rolled back, its random key too: what JAX makes "
    "random numbers from. Keyboard: S."
)
PAUSES = "Stops when the running epoch is done. Keyboard: P."
RESETS = "Begins a new network with the same settings; this one stays in the list of runs."
RESTORES = "Loads the weights after epoch {}, where the test cost was lowest. It can be undone."
NOT_KEPT = "The test cost was lowest after epoch {}, but the weights of that epoch are not kept."


def draw_controls(lab: Lab) -> None:
    """Draw the run of a link, or the question about another network, and the row of buttons.

    In an experiment its own button begins the network, and Train is second to it.
    """
    experiment = current_lesson().chosen
    in_experiment = experiment is not None and is_for(lab.settings, experiment)
    if offered := is_offered(lab):
        draw_offer(lab)
    elif lab.differs and not in_experiment:
        draw_question(lab)
    snapshot = lab.snapshot
    resting = not snapshot.active
    with st.container(horizontal=True, gap="small", key="train_controls"):
        draw_start(snapshot, "secondary" if offered or lab.differs or in_experiment else "primary")
        can_pause = snapshot.state in ("queued", "running")
        button("Pause", Trainer.pause, disabled=not can_pause, shortcut="P", help=PAUSES)
        button("Stop", Trainer.stop, disabled=resting, shortcut="S", help=STOPS)
        st.space("small")
        button("One epoch", Trainer.one_epoch, disabled=not resting, help="Trains one epoch more.")
        button(
            "+10 epochs", Trainer.more, 10, help="Trains ten epochs more than was planned, or than are done."
        )
        st.space("small")
        button("Reset", Trainer.reset, disabled=snapshot.run.epoch == 0 and resting, help=RESETS)
        if snapshot.can_undo_reset:
            st.button(
                "Undo reset",
                key="train_undo_reset",
                on_click=switch_network,
                args=(Trainer.undo_reset,),
                help="Makes the network current again that was before; what you trained since is kept.",
            )
        draw_restore(snapshot)


def draw_restore(snapshot: Snapshot) -> None:
    """Offer the weights of the best epoch where the network has others, and the way back."""
    run = snapshot.run
    if snapshot.can_undo_restore and run.weights_epoch != run.epoch:
        button("Undo restore", Trainer.undo_restore, help="Loads the last weights again.")
    elif not snapshot.active and run.best_epoch != run.weights_epoch:
        there = run.best_epoch in run.kept
        words = (RESTORES if there else NOT_KEPT).format(run.best_epoch)
        button("Restore best weights", Trainer.restore_best, disabled=not there, help=words)


def draw_start(snapshot: Snapshot, kind: Kind) -> None:
    """Draw the button that begins, or goes on, or takes a pause back."""
    run = snapshot.run
    if snapshot.state == "paused" and run.epoch < snapshot.target_epoch:
        button("Resume", Trainer.resume, shortcut="T", kind=kind, help=RESUMES.format(snapshot.target_epoch))
    elif snapshot.state == "pausing":
        button("Resume", Trainer.start, shortcut="T", kind=kind, help="Takes the pause back.")
    else:
        words = TRAINS.format(count(epochs_ahead(snapshot), "epoch") + (" more" if run.epoch else ""))
        button("Train", Trainer.start, shortcut="T", kind=kind, disabled=snapshot.active, help=words)


def button(
    label: str,
    order: Callable[..., object],
    *args: object,
    help: str,
    disabled: bool = False,
    shortcut: str | None = None,
    kind: Kind = "secondary",
) -> None:
    """Draw a button that gives the trainer a command, one of its methods; `shortcut` is its key."""
    st.button(
        label,
        **once(f"train_{order.__name__}", command, order, *args),
        help=help,
        type=kind,
        disabled=disabled,
        shortcut=None if disabled else shortcut,
    )


def draw_question(lab: Lab) -> None:
    """Ask what is to become of settings that need another network."""
    wanted = "-".join(map(str, lab.settings.dimensions))
    with st.container(border=True, key="train_question"):
        st.markdown(
            f"Your settings ask for another network, **{wanted}** (changed: {listed(lab.changed)}). "
            f"The current one, {lab.run.title}, stays in the list of runs. A new network is untrained until "
            "you press Train."
        )
        with st.container(horizontal=True, gap="small"):
            st.button("Start new network", key="train_new", on_click=begin_new_network, type="primary")
            st.button("Keep this one", key="train_keep", on_click=back_to_network)


def draw_progress(lab: Lab, snapshot: Snapshot) -> None:
    """Draw the bar within the epoch and a line about it; at rest the line says what Train would do."""
    if is_moving(snapshot):
        st.progress(progress_fraction(snapshot), progress_words(snapshot))
        return
    settings = replace(snapshot.run.settings, num_epochs=min(1000, epochs_ahead(snapshot)))
    st.progress(0.0, expected_words(snapshot, lab.trainer.expected_seconds(settings)))
