"""The confusion matrix, the images behind its cells, and the most confident errors."""

import zlib

import numpy as np
import streamlit as st

from mnistlab.analysis.decision import FIRES, a_digit, worst_mistakes
from mnistlab.data.datasets import Split
from mnistlab.engine.evaluation import activations_of, score
from mnistlab.figures.confusion import draw_confusion
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import Run
from mnistlab.ui.digits import dataset_in_use
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.memo import remembered, shared
from mnistlab.ui.picture import gallery
from mnistlab.ui.train.figures import followed_slowly

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
    split, outputs = test_answers(run)
    network = network_key(run)
    counts = score(outputs, split.labels).confusion
    left, right = st.columns(2)
    with left:
        st.caption(
            "Each row is a true label, each column a predicted label. Click a cell to see its images.",
            help=help_of("confusion matrix"),
        )
        cell = chosen_cell(counts)
        matrix = remembered(
            "train_confusion_figure", (str((network, cell)),), lambda: draw_confusion(counts, cell)
        )
        show_sketch(matrix, "train_confusion", keep_cell)
    with right:
        draw_cell(network, cell, split, outputs)
    draw_worst(network, split, outputs)


def keep_cell(cell: tuple[int, int]) -> None:
    """Keep the cell that was clicked, also when the next epoch changes the counts."""
    st.session_state[CELL] = cell


def chosen_cell(counts: np.ndarray) -> tuple[int, int]:
    """Return the cell that was clicked, or the most frequent mistake."""
    mistakes = counts * (1 - np.eye(len(counts), dtype=int))
    most = divmod(int(mistakes.argmax()), len(counts))
    return st.session_state.get(CELL, most)


def draw_cell(network: tuple, cell: tuple[int, int], split: Split, outputs: np.ndarray) -> None:
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
    images, shown = split.images[first], str((network, cell))
    with st.container(key="train_cell_images", gap="small"):
        st.markdown(f"**True label {true}, {word}**{some}")
        st.html(remembered("train_cell_gallery", (shown,), lambda: gallery(images, says)))


def draw_worst(network: tuple, split: Split, outputs: np.ndarray) -> None:
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
    st.html(remembered("train_worst", (str(network),), lambda: gallery(images, says, captions, size=104)))


def test_answers(run: Run) -> tuple[Split, np.ndarray]:
    """Return the test images that belong to a run, and its ten outputs for each of them, (n, 10)."""
    dataset, _ = dataset_in_use(run.config.dataset)
    return dataset.test, outputs_on(dataset.test, dataset.name, network_key(run), run)


def network_key(run: Run) -> tuple:
    """Return what tells a network from all others, those of the same run included."""
    return run.id, run.epoch, len(run.schedule), zlib.crc32(run.params[-1].weights.tobytes())


@shared(max_entries=8)
def cached_outputs(key: tuple, _images: np.ndarray, _run: Run) -> np.ndarray:
    """Return the ten outputs for each image; the key alone decides whether they are known already."""
    outputs = activations_of(_run.params, _images, _run.config)
    outputs.flags.writeable = False
    return outputs


def outputs_on(split: Split, name: str, network: tuple, run: Run) -> np.ndarray:
    """Return the outputs on some images, known or not."""
    return cached_outputs((network, name, len(split.labels)), split.images, run)
