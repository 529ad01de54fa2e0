"""The weights through the epochs: as images, as a histogram, and a slider through time."""

import numpy as np
import streamlit as st

from mnistlab.figures.weights import plot_weight_histogram, plot_weight_images
from mnistlab.network import Params
from mnistlab.runs import Run
from mnistlab.ui.lab import Lab, current_snapshot
from mnistlab.ui.show import show
from mnistlab.ui.train_words import percent

EPOCH = "train_epoch"
LAST = "train_last_epoch"  # the newest epoch when the slider was drawn last
PLAYING = "train_playing"
TICK = 1.0  # seconds
FRAME = 0.7  # seconds, of the film


def draw_weights(lab: Lab) -> None:
    """Draw the tab; while the network learns, or the film runs, it moves by itself."""
    playing = st.session_state.get(PLAYING, False)
    tick = FRAME if playing else TICK if lab.snapshot.active else None
    st.fragment(weights, run_every=tick)(playing)


def weights(was_playing: bool) -> None:
    """Draw the network after one of the epochs that were kept."""
    run = current_snapshot().run
    kept = dict(run.kept) or {run.epoch: run.params}
    epochs = sorted(kept)
    follow(epochs, was_playing)
    epoch = chosen_epoch(epochs)
    left, right = st.columns([3, 2])
    with left:
        title = f"What the units of the first layer look for, {when(epoch)}"
        show(plot_weight_images(kept[epoch][0].weights, title=title, tile=52), "train_weight_images")
    with right:
        reach = widest(run.id, tuple(epochs), kept)
        show(plot_weight_histogram(kept[epoch], reach=reach, height=360), "train_weight_histogram")
        st.caption(figures_after(run, epoch))
    if st.session_state.get(PLAYING, False) != was_playing:
        st.rerun()


def follow(epochs: list[int], playing: bool) -> None:
    """Set the slider: the film goes one epoch on; at its right end the slider stays with the newest epoch."""
    state = st.session_state
    at_end = state.get(EPOCH) == state.get(LAST)
    state[LAST] = epochs[-1]
    if state.get(EPOCH) not in epochs:
        state[EPOCH] = epochs[-1]
    elif playing and state.get(PLAYING):
        state[EPOCH] = next((epoch for epoch in epochs if epoch > state[EPOCH]), epochs[-1])
        state[PLAYING] = state[EPOCH] != epochs[-1]
    elif at_end and not state.get(PLAYING):
        state[EPOCH] = epochs[-1]


def chosen_epoch(epochs: list[int]) -> int:
    """Draw the slider with the button of the film, and return its epoch."""
    if len(epochs) < 2:
        st.caption("Train, and a slider here leads back through the epochs.")
        return epochs[-1]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        label = "Stop" if st.session_state.get(PLAYING) else "Play"
        st.button(label, key="train_play", on_click=play, args=(epochs,), help="Shows epoch after epoch.")
        return st.select_slider("After epoch", epochs, key=EPOCH, persist_state="session")


def play(epochs: list[int]) -> None:
    """Begin the film, from the beginning when it stands at the end, or end it."""
    state = st.session_state
    state[PLAYING] = not state.get(PLAYING, False)
    if state[PLAYING] and state[EPOCH] == epochs[-1]:
        state[EPOCH] = epochs[0]


def when(epoch: int) -> str:
    """Return a moment of the training in words."""
    return f"after epoch {epoch}" if epoch else "before training"


def figures_after(run: Run, epoch: int) -> str:
    """Return how well the network did after an epoch."""
    if epoch >= len(run.history):
        return ""
    metrics = run.history[epoch]
    right = percent(metrics.test.accuracy)
    return f"{when(epoch).capitalize()}: test cost {metrics.test.cost:.4f}, {right} of the tests read right."


@st.cache_resource(max_entries=32, show_spinner=False)
def widest(run_id: str, epochs: tuple[int, ...], _kept: dict[int, Params]) -> float:
    """Return the largest weight of all kept epochs, so that the axis stands still while one slides."""
    return max(float(np.abs(layer.weights).max()) for params in _kept.values() for layer in params)
