"""The confusion matrix, the images behind its cells, and the most confident errors."""

import numpy as np
import streamlit as st

from mnistlab.analysis.decision import FIRES, a_digit, worst_mistakes
from mnistlab.data.datasets import Split
from mnistlab.engine.evaluation import score
from mnistlab.figures.confusion import draw_confusion
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.ui.digits import dataset_in_use, outputs_for
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import gallery, show_sketch
from mnistlab.ui.live import followed_slowly
from mnistlab.ui.memo import remembered

CELL = "train_cell"  # (true label, predicted label), as it was last clicked
IN_CELL = 30
WORST = 16
SECONDS = 4.0  # that it stays as it is while the network learns


def draw_digits(snapshot: Snapshot) -> None:
    """Draw matrix, images of one cell and worst errors of the network as it is, or was a moment ago."""
    run = followed_slowly("digits", snapshot, SECONDS)
    if run.epoch == 0:
        st.markdown(
            "Train the network, and here you see which digits it takes for which, and its most confident "
            "errors."
        )
        return
    split = dataset_in_use(run.config.dataset)[0].test
    outputs = outputs_for("test", run, split.images)
    counts = score(outputs, split.labels).confusion
    left, right = st.columns(2)
    with left:
        st.caption(
            "Each row is a true label, each column a predicted label. Click a cell to see its images.",
            help=help_of("confusion matrix"),
        )
        cell = chosen_cell(counts)
        matrix = remembered("train_confusion_figure", (outputs, *cell), lambda: draw_confusion(counts, cell))
        show_sketch(matrix, "train_confusion", keep_cell)
    with right:
        draw_cell(cell, split, outputs)
    draw_worst(split, outputs)


def keep_cell(cell: tuple[int, int]) -> None:
    """Keep the cell that was clicked, also when the next epoch changes the counts."""
    st.session_state[CELL] = cell


def chosen_cell(counts: np.ndarray) -> tuple[int, int]:
    """Return the cell that was clicked, or the most frequent mistake."""
    mistakes = counts * (1 - np.eye(len(counts), dtype=int))
    most = divmod(int(mistakes.argmax()), len(counts))
    return st.session_state.get(CELL, most)


def draw_cell(cell: tuple[int, int], split: Split, outputs: np.ndarray) -> None:
    """Draw the images behind one cell, those with the strongest answer first."""
    true, read = cell
    places = np.flatnonzero((split.labels == true) & (outputs.argmax(axis=1) == read))
    word = f"predicted {read}"
    of_digit = int((split.labels == true).sum())
    st.caption(
        f"{len(places):,} of the {of_digit:,} test images of {a_digit(true)} are {word}; "
        "the most confident first."
    )
    if not len(places):
        st.markdown(f"No {true} is {word}. Click another cell.")
        return
    first = places[np.argsort(-outputs[places, read], kind="stable")][:IN_CELL]
    says = [
        f"test image {place}: output {read} is {outputs[place, read]:.3f}, "
        f"output {true} is {outputs[place, true]:.3f}"
        for place in first
    ]
    some = f": {IN_CELL} of {len(places):,}" if len(places) > IN_CELL else ""
    images = split.images[first]
    with st.container(key="train_cell_images", gap="small"):
        st.markdown(f"**True label {true}, {word}**{some}")
        st.html(remembered("train_cell_gallery", (outputs, *cell), lambda: gallery(images, says)))


def draw_worst(split: Split, outputs: np.ndarray) -> None:
    """Draw the mistakes in which the wrong output was largest."""
    answers, worst = outputs.argmax(axis=1), worst_mistakes(outputs, split.labels, WORST)
    st.markdown("#### Most confident errors")
    if not len(worst):
        st.markdown("There are none: the test accuracy is 100%.")
        return
    sure = outputs[worst].max() >= FIRES
    st.caption(
        "Here the network was most certain and yet wrong. Would you have read them all?"
        if sure
        else f"No output for these images reaches {FIRES:g}: the network is wrong, but sure of nothing."
    )
    captions = [f"{split.labels[place]}, predicted {answers[place]}" for place in worst]
    says = [
        f"test image {place}: {a_digit(split.labels[place])}, predicted {answers[place]} "
        f"with {outputs[place, answers[place]]:.3f} against {outputs[place, split.labels[place]]:.3f}"
        for place in worst
    ]
    images = split.images[worst]
    st.html(remembered("train_worst", (outputs,), lambda: gallery(images, says, captions, size=104)))
