"""What the Predict page works out once and keeps while nothing of it has changed."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from mnistlab.evaluation import activations_of
from mnistlab.exploring import Blocks, blocks_of
from mnistlab.network import Passed
from mnistlab.reading import passed_by
from mnistlab.runs import Run
from mnistlab.ui.lab import Lab, current_snapshot
from mnistlab.ui.show import show
from mnistlab.verdict import Trust, trust


def remembered(name: str, sources: tuple, compute: Callable):
    """Return what this session worked out from these very objects before; else work it out and keep it.

    Objects are compared by identity, texts and numbers by what they say. That is free, and right as long as
    nobody changes an array in place; kept with the result, no other object can take their identity over.
    """
    known = st.session_state.get(name)
    if known and len(known[0]) == len(sources) and all(map(same, known[0], sources)):
        return known[1]
    result = compute()
    st.session_state[name] = sources, result
    return result


def same(one: object, other: object) -> bool:
    """Return whether two sources are one and the same."""
    return one is other or (isinstance(one, (str, int)) and type(one) is type(other) and one == other)


def show_known(key: str, sources: tuple, plot: Callable, **options):
    """Draw a figure that is made anew only when what it shows has changed."""
    return show(remembered(f"{key}_figure", sources, plot), key, **options)


def read(run: Run, image: np.ndarray) -> Passed:
    """Return what an image leaves behind in the network of a run."""
    return remembered("predict_read", (run.params, image), lambda: passed_by(run.params, image, run.config))


def test_activations(lab: Lab) -> np.ndarray:
    """Return the outputs of the network as it is now for all test images, (n, 10)."""
    run, images = current_snapshot().run, lab.dataset.test.images
    return remembered(
        "predict_test_activations",
        (run.params, images),
        lambda: activations_of(run.params, images, run.config),
    )


def test_trust(lab: Lab) -> Trust:
    """Return how often the network as it is now is right on the test images, by the kind of its verdict."""
    activations = test_activations(lab)
    labels = lab.dataset.test.labels
    return remembered("predict_trust", (activations, labels), lambda: trust(activations, labels))


@st.cache_resource(max_entries=3, show_spinner=False)
def training_blocks(name: str, num_images: int, _images: np.ndarray) -> Blocks:
    """Return the training images of a data set as blocks, shared by all sessions."""
    return blocks_of(_images)
