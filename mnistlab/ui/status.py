"""The two lines of the sidebar that change by themselves: the network's state, and the digits in use."""

from dataclasses import replace

import streamlit as st

from mnistlab.downloads import mnist_download
from mnistlab.ui.digits import arrival, generated_digits, mnist_is_here
from mnistlab.ui.lab import BUSY, Lab, back_to_network, begin_new_network, fresh_snapshot
from mnistlab.ui.settings import use_settings
from mnistlab.ui.sidebar import DATASET_NAMES

MOVING = ("idle", "probing", "downloading", "unpacking")


def draw_network(lab: Lab) -> None:
    """Say which network there is and what it is doing; while it trains, twice a second."""
    busy = lab.snapshot.state in BUSY
    st.fragment(network_line, run_every=0.5 if busy else None)(lab, busy)
    if lab.differs and not busy:
        st.caption(f"Your settings ask for another network ({', '.join(lab.differs).replace('_', ' ')}).")
        with st.container(horizontal=True, gap="small"):
            st.button("Begin it", key="begin_new", on_click=begin_new_network)
            st.button("Back to this one", key="back_to_network", on_click=back_to_network)


def network_line(lab: Lab, was_busy: bool) -> None:
    """Draw the state of the network; when training ends, have the whole page drawn anew."""
    snapshot = fresh_snapshot(lab.trainer)
    with st.container(border=True, key="network_state", gap="small"):
        st.markdown(f"**{snapshot.run.title}**  \n{described(snapshot)}")
        if snapshot.state in BUSY:
            st.progress(snapshot.step / max(1, snapshot.num_steps), progress_text(snapshot))
    if was_busy and snapshot.state not in BUSY:
        st.rerun()


def described(snapshot) -> str:
    """Return the network in a few words: parameters, epoch, accuracy, digits."""
    run = snapshot.run
    size = sum(layer.weights.size + layer.biases.size for layer in run.params)
    words = [f"{size:,} parameters"]
    words.append(f"epoch {run.epoch}" if run.epoch else "untrained")
    if run.epoch and run.accuracy is not None:
        words.append(f"{run.accuracy:.1%}".replace("%", " %"))
    if run.config.dataset == "generated":
        words.append("generated digits")
    return ", ".join(words)


def progress_text(snapshot) -> str:
    """Return what the trainer is doing, under its bar."""
    if snapshot.state == "queued":
        return f"queued, {snapshot.ahead} ahead"
    return f"epoch {snapshot.run.epoch + 1} of {snapshot.target_epoch}"


def draw_digits(lab: Lab) -> None:
    """Say which digits are in use, and offer MNIST as soon as it can be had."""
    name = lab.settings.dataset
    if mnist_is_here():
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
        st.button("Retry", key="retry_mnist", on_click=mnist_download().retry)


def use_digits(name: str, lab: Lab) -> None:
    """Work with other digits from here on; the trained network stays."""
    use_settings(replace(lab.settings, dataset=name))
