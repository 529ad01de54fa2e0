"""Architecture: the outputs of the network for the first images, its test cost and test accuracy."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnistlab.data.datasets import Split
from mnistlab.engine.evaluation import Score, activations_of
from mnistlab.ui.architecture.case import Viewed, cached_score
from mnistlab.ui.bars import bars_markup
from mnistlab.ui.formatting import Change, changed
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import digit_picture
from mnistlab.ui.lab_session import Lab

FIRST = 3  # images whose outputs are shown


def draw_answers(lab: Lab, viewed: Viewed) -> None:
    """Draw the ten activations for the first three training images, untrained and, where it was, trained."""
    title = "Outputs before and after training" if viewed.is_trained else "Outputs before training"
    st.subheader(title, anchor=False, help=help_of("output"))
    draw_scores(lab, viewed)
    images = lab.dataset.train.images[:FIRST]
    answers = [(state.when, activations_of(state.params, images, viewed.config)) for state in viewed.states]
    with st.container(key="architecture_outputs"):
        for place, column in enumerate(st.columns(FIRST, gap="large")):
            column.html(answer_markup(lab.dataset.train, place, answers))
    st.caption(
        "The outputs are activations between 0 and 1, not probabilities: they need not sum to 1. An "
        "untrained network answers with what its random weights happen to give."
    )


def answer_markup(train: Split, place: int, answers: Sequence[tuple[str, np.ndarray]]) -> str:
    """Return one image over its outputs, one row of bars for each state of the network."""
    label = int(train.labels[place])
    name = f"Training image {place}: {label}"
    bars = (f"<p>Its outputs, {when}</p>{bars_markup(outputs[place], label)}" for when, outputs in answers)
    return f"<p><b>{name}</b></p>{digit_picture(train.images[place], name, 150)}<br>{''.join(bars)}"


def draw_scores(lab: Lab, viewed: Viewed) -> None:
    """Draw test cost and test accuracy, and how they have changed since the beginning."""
    start, now = cached_score(viewed.start, viewed.config, lab.dataset), score_now(lab, viewed)
    cheaper: Change = {}
    better: Change = {}
    if viewed.is_trained:
        less, more = now.cost - start.cost, now.num_correct - start.num_correct
        cheaper = changed(f"{less:+.6f} from {start.cost:.6f}, untrained", less, less < 0)
        better = changed(f"{more:+,} from {start.num_correct:,}, untrained", more, more > 0)
    cost, right = st.columns(2)
    cost.metric(
        f"Test cost L, {viewed.now.when}",
        f"{now.cost:.6f}",
        **cheaper,
        border=True,
        help=help_of("cost", "This is the test cost: that of the test images."),
        height="stretch",
    )
    right.metric(
        f"Test accuracy, {viewed.now.when}",
        f"{now.num_correct:,} of {now.num_images:,}",
        **better,
        border=True,
        help=help_of("test accuracy"),
        height="stretch",
    )


def score_now(lab: Lab, viewed: Viewed) -> Score:
    """Return cost and answers of the network; while it learns, those that each epoch ends with."""
    run = lab.run
    same_digits = lab.complete and lab.settings.dataset == run.config.dataset
    if viewed.is_trained and lab.snapshot.active and same_digits and run.history:
        return run.history[run.weights_epoch].test
    return cached_score(viewed.now, viewed.config, lab.dataset)


def draw_promise() -> None:
    """Say what one hidden layer can do in principle, and what that does not promise."""
    st.subheader("Universal approximation", anchor=False)
    st.markdown(
        "What can such a network do? With one hidden layer and enough units, it can come as close as you "
        "like to any continuous function of its inputs (Cybenko 1989, Hornik 1991): no reading task of this "
        "sort is beyond it in principle. That says nothing about how many units it takes, whether gradient "
        "descent finds the right weights, or whether what fits the training images is right about new ones; "
        "for that you must train and measure."
    )
