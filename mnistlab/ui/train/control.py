"""The buttons that steer a training: always the same ones in the same places, so that nothing jumps."""

import time

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.setting_names import listed
from mnistlab.ui.lab import Lab, back_to_network, begin_and_train, command, current_snapshot, phase_of
from mnistlab.ui.press import press_button
from mnistlab.ui.words import count

PAINT = 0.06  # seconds
RESUMES = "Goes on to epoch {}."
TRAINS = "Trains {}. Keyboard: T."
STOPS = "Stops at once. The epoch that was begun is rolled back, its random key too. Keyboard: S."
PAUSES = "Stops when the running epoch is done. Keyboard: P."
RESETS = "Begins this network anew, from its first weights. It can be undone."


def draw_controls(lab: Lab) -> None:
    """Draw the question about another network, where there is one, and the row of buttons."""
    if lab.asks:
        draw_question(lab)
    st.fragment(controls)(lab.asks, phase_of(lab.snapshot))


def controls(asks: bool, phase: tuple) -> None:
    """Draw the buttons; a press shows here at once, and then has the rest of the page follow."""
    snapshot = current_snapshot()
    resting = not snapshot.active
    with st.container(horizontal=True, gap="small", key="train_controls"):
        draw_start(snapshot, "secondary" if asks else "primary")
        button("Pause", "pause", disabled=snapshot.state not in ("queued", "running"), key="P", help=PAUSES)
        button("Stop", "stop", disabled=resting, key="S", help=STOPS)
        st.space("small")
        button("One epoch", "one_epoch", disabled=not resting, help="Trains one epoch more.")
        button("+10 epochs", "more", 10, help="Trains ten epochs more than was planned, or than are done.")
        st.space("small")
        button("Reset", "reset", disabled=snapshot.run.epoch == 0 and resting, help=RESETS)
        if snapshot.can_undo_reset:
            press_button(
                "Undo reset", "train_undo_reset", undo_reset, help="Brings the trained network back."
            )
    _, was_moving, *_ = phase
    if phase_of(snapshot) != phase and not was_moving:
        time.sleep(PAINT)  # the browser shows the press before all the rest comes to it
        st.rerun()  # a page that moves notices by itself, when these buttons have been seen


def draw_start(snapshot: Snapshot, kind: str) -> None:
    """Draw the button that begins, or goes on, or takes a pause back."""
    run = snapshot.run
    if snapshot.state == "paused" and run.epoch < snapshot.target_epoch:
        button("Resume", "resume", key="T", kind=kind, help=RESUMES.format(snapshot.target_epoch))
    elif snapshot.state == "pausing":
        button("Go on", "start", key="T", kind=kind, help="Takes the pause back.")
    else:
        epochs = run.settings.num_epochs
        ahead = epochs - run.epoch if run.epoch < epochs else epochs
        words = TRAINS.format(count(ahead, "epoch") + (" more" if run.epoch else ""))
        button("Train", "start", key="T", kind=kind, disabled=snapshot.active, help=words)


def button(label: str, name: str, *args, help: str, disabled=False, key=None, kind="secondary") -> None:
    """Draw a button that gives the trainer a command; `key` is its key on the keyboard."""
    shortcut = None if disabled else key
    press_button(
        label,
        f"train_{name}",
        command,
        name,
        *args,
        help=help,
        type=kind,
        disabled=disabled,
        shortcut=shortcut,
    )


def undo_reset() -> None:
    """Bring the network before the reset back, and have the sidebar show its settings."""
    command("undo_reset")
    back_to_network()


def draw_question(lab: Lab) -> None:
    """Ask what is to become of settings that need another network."""
    wanted = "-".join(map(str, lab.settings.dimensions))
    with st.container(border=True, key="train_question"):
        st.markdown(
            f"Your settings ask for another network, **{wanted}** (changed: {listed(lab.differs)}). "
            f"The one on the bench, {lab.run.title}, stays in the list of runs."
        )
        with st.container(horizontal=True, gap="small"):
            press_button("Train the new one", "train_new", begin_and_train, type="primary")
            press_button("Keep this one", "train_keep", back_to_network)
