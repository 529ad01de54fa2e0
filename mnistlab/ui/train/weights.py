"""The weights through the epochs: as images, as a histogram, and a slider through time."""

from functools import partial

import numpy as np
import streamlit as st

from mnistlab.engine.network import Params
from mnistlab.figures.histogram import plot_weight_histogram
from mnistlab.figures.image_grid import weight_sheet
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import Run
from mnistlab.ui.chart import show_live
from mnistlab.ui.formatting import percent
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.live import followed_slowly
from mnistlab.ui.memo import remembered, shared

PLACE = "train_epoch"  # where the slider stands
NEWEST = -1  # whatever epoch that is
PLAYING = "train_playing"
SECONDS = 1.0  # that it stays as it is while the network learns


def draw_weights(snapshot: Snapshot) -> None:
    """Draw the network after one of the epochs that were kept; the film moves by itself."""
    run = followed_slowly("weights", snapshot, SECONDS)
    kept = dict(run.kept) or {run.weights_epoch: run.params}
    epochs = sorted(kept)
    epoch = chosen_epoch(epochs, next_epoch(epochs))
    left, right = st.columns([3, 2])
    with left:
        title = f"First-layer weights, {when(epoch)}"
        images = np.asarray(kept[epoch][0].weights)
        sheet = remembered("train_weight_sheet", (run.id, epoch), lambda: weight_sheet(images, title))
        show_sketch(sheet, "train_weights")
    with right:
        reach = widest((run.id, tuple(epochs)), kept)
        histogram = partial(plot_weight_histogram, kept[epoch], reach)
        show_live("histogram", (run.id, epoch, reach), histogram, run.id)
        st.caption(figures_after(run, epoch))


def is_playing() -> bool:
    """Return whether the film of the epochs runs."""
    return st.session_state.get(PLAYING, False)


def next_epoch(epochs: list[int]) -> int:
    """Return where the slider stands now: the film goes on; at the right end it stays with the newest."""
    state = st.session_state
    place = state.get(PLACE, NEWEST)
    if place == NEWEST:
        return epochs[-1]
    if is_playing():
        place = next((epoch for epoch in epochs if epoch > place), epochs[-1])
        state[PLAYING] = place != epochs[-1]
    nearest = max((epoch for epoch in epochs if epoch <= place), default=epochs[0])
    state[PLACE] = NEWEST if nearest == epochs[-1] else nearest
    return nearest


def chosen_epoch(epochs: list[int], epoch: int) -> int:
    """Draw the slider with the button of the film, and return its epoch."""
    if len(epochs) < 2:
        words = "Train, and a slider here leads back through the epochs."
        st.caption(f"The weights of earlier epochs are not kept. {words}" if epoch else words)
        return epoch
    key = f"train_epoch_{epoch}_of_{epochs[-1]}"  # a slider that moves by itself is a new one
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        label = "Stop" if is_playing() else "Play"
        st.button(label, key="train_play", on_click=play, args=(epochs,), help="Shows epoch after epoch.")
        st.select_slider("After epoch", epochs, value=epoch, key=key, on_change=go_to, args=(key, epochs[-1]))
    return epoch


def go_to(key: str, newest: int) -> None:
    """Take the epoch from the slider; that ends the film."""
    chosen = st.session_state[key]
    st.session_state[PLACE] = NEWEST if chosen == newest else chosen
    st.session_state[PLAYING] = False


def play(epochs: list[int]) -> None:
    """Begin the film, from the beginning when it stands at the end, or end it."""
    state = st.session_state
    state[PLAYING] = not is_playing()
    if state[PLAYING] and state.get(PLACE, NEWEST) == NEWEST:
        state[PLACE] = epochs[0]


def when(epoch: int) -> str:
    """Return a moment of the training in words."""
    return f"after epoch {epoch}" if epoch else "before training"


def figures_after(run: Run, epoch: int) -> str:
    """Return how well the network did after an epoch."""
    if epoch >= len(run.history):
        return ""
    metrics = run.history[epoch]
    right = f"test accuracy {percent(metrics.test.accuracy)}"
    return f"{when(epoch).capitalize()}: test cost {metrics.test.cost:.4f}, {right}."


@shared(max_entries=32)
def widest(_key: tuple[str, tuple[int, ...]], kept: dict[int, Params]) -> float:
    """Return the largest weight of all kept epochs, so that the axis stands still while one slides."""
    return max(float(np.abs(layer.weights).max()) for params in kept.values() for layer in params)
