"""The two lines of the sidebar that change by themselves: the network's state, and the digits in use."""

from dataclasses import replace

import streamlit as st

from mnistlab.mnist.downloads import mnist_download
from mnistlab.network import num_parameters
from mnistlab.runs.run import Run
from mnistlab.setting_names import listed
from mnistlab.ui.crowd import crowd
from mnistlab.ui.digits import arrival, generated_digits, mnist_is_here
from mnistlab.ui.lab import (
    REFUSED,
    Lab,
    back_to_network,
    begin_new_network,
    current_snapshot,
    is_moving,
    phase_of,
)
from mnistlab.ui.press import press_button
from mnistlab.ui.settings import current_lesson, use_settings
from mnistlab.ui.sidebar import DATASET_NAMES
from mnistlab.ui.words import percent, progress_fraction, progress_words

TICK = 1.0  # seconds between two looks at a training, where few train
STILL_HERE = 60.0  # at rest: often enough for the lab to know that somebody has it open
MOVING = ("idle", "probing", "downloading", "unpacking")


def draw_network(lab: Lab) -> None:
    """Say which network there is and what it is doing; the line looks after itself."""
    tick = TICK * crowd(lab.snapshot) if is_moving(lab.snapshot) else STILL_HERE
    st.fragment(network_line, run_every=tick)(phase_of(lab.snapshot))
    if sentence := st.session_state.pop(REFUSED, ""):
        st.warning(sentence)
    if lab.asks:
        changed = listed(lab.differs)
        st.caption(f"Your settings ask for another network ({changed}). This one stays in the list of runs.")
        with st.container(horizontal=True, gap="small"):
            press_button("Begin the new one", "begin_new", begin_new_network)
            press_button("Keep this one", "back_to_network", back_to_network)


def network_line(phase: tuple) -> None:
    """Draw the state of the network; when training begins or ends, have the whole page drawn anew."""
    snapshot = current_snapshot()
    with st.container(border=True, key="network_state", gap="small"):
        st.markdown(f"**{snapshot.run.title}**  \n{described(snapshot.run)}")
        if is_moving(snapshot):
            st.progress(progress_fraction(snapshot), progress_words(snapshot, short=True))
        if snapshot.unsaved:
            st.warning(snapshot.unsaved)
    if phase_of(snapshot) != phase:
        st.rerun()


def described(run: Run) -> str:
    """Return the network in a few words: parameters, epoch, accuracy, digits."""
    size = num_parameters(run.config.dimensions)
    words = [f"{size:,} parameters", f"epoch {run.epoch}" if run.epoch else "untrained"]
    if run.epoch:
        words.append(percent(run.accuracy, 1))
    if run.config.dataset == "generated":
        words.append("generated digits")
    return ", ".join(words)


def draw_digits(lab: Lab) -> None:
    """Say which digits are in use, and offer MNIST as soon as it can be had."""
    if "dataset" in current_lesson().hide:
        return
    name = lab.settings.dataset
    if mnist_is_here() or name == "mnist":  # a network that was brought along may ask for what is not here
        st.segmented_control(
            "Digits",
            list(DATASET_NAMES),
            format_func=DATASET_NAMES.get,
            default=name,
            required=True,
            key=f"digits_{name}",
            on_change=lambda: use_digits(st.session_state[f"digits_{name}"], lab),
            width="stretch",
        )
    if mnist_is_here():
        return
    download = arrival()
    moving = download is not None and download.state in MOVING
    st.fragment(waiting_for_mnist, run_every=1.0 if moving or not lab.complete else None)(lab)


def waiting_for_mnist(lab: Lab) -> None:
    """Say that the digits are generated ones, why, and how far MNIST is."""
    download = arrival()
    drawing = generated_digits()
    st.caption("Digits in use: **generated**. " + (download.message if download else "MNIST is here now."))
    if not lab.complete:
        if drawing.dataset is not None:
            st.rerun()
        st.progress(drawing.fraction, "drawing 70,000 digits")
    if download is None or download.state == "ready":
        st.button("Use MNIST now", key="use_mnist", on_click=lambda: use_digits("mnist", lab))
    elif download.state in MOVING:
        st.progress(
            download.fraction, "looking for MNIST" if download.state == "probing" else "fetching MNIST"
        )
    else:
        st.button("Try MNIST again", key="retry_mnist", on_click=mnist_download().retry)


def use_digits(name: str, lab: Lab) -> None:
    """Work with other digits from here on; the trained network stays."""
    use_settings(replace(lab.settings, dataset=name))
