"""Every experiment keeps its promise, on real MNIST and on the generated digits.

In continuous integration half of the training images have to do, but where every step is needed.
"""

import os
import re
from dataclasses import replace

import numpy as np
import pytest

from mnistlab.evaluation import EpochMetrics, Score
from mnistlab.experiments import EXPERIMENTS
from mnistlab.training import train

NEEDS_EVERY_STEP = ("unit-pixels", "no-hidden-layer")
HALF = 30_000  # images


def as_long_as_there_is_time_for(experiment):
    """Return an experiment's settings; in continuous integration those of a shorter run."""
    config = experiment.config
    if os.environ.get("CI") != "true" or experiment.slug in NEEDS_EVERY_STEP:
        return config
    return replace(config, train_size=min(HALF, config.train_size))


@pytest.mark.slow
@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.slug)
@pytest.mark.parametrize("digits", ["mnist", "generated"])
def test_an_experiment_keeps_its_promise(experiment, digits, request):
    dataset = request.getfixturevalue(digits)
    history = [epoch.metrics for epoch in train(as_long_as_there_is_time_for(experiment), dataset)]
    outcome = experiment.outcome(history)
    assert outcome.kept, outcome.sentence


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.slug)
def test_a_promise_can_be_broken(experiment):
    """A history that fits no promise but one is refused by it; none of them is always kept."""
    half = np.full((10, 10), 11)
    np.fill_diagonal(half, 101 if experiment.slug != "too-slow" else 901)
    if experiment.slug == "narrow":
        np.fill_diagonal(half, 9001)
    good = np.full((10, 10), 1)
    score = Score(0.5, half)
    history = [
        EpochMetrics(0, score, Score(2.0, good), (1.0, 1.0), (1.0, 1.0), 0.1, 1.0),
        EpochMetrics(1, score, Score(2.0, half), (1.0, 1.0), (1.0, 1.0), 0.1, 1.0),
        EpochMetrics(2, score, score, (1.0, 1.0), (1.0, 1.0), 0.1, 1.0),
    ]
    assert not experiment.outcome(history).kept


def test_every_answer_is_one_of_the_options():
    assert len({experiment.slug for experiment in EXPERIMENTS}) == len(EXPERIMENTS) == 9
    for experiment in EXPERIMENTS:
        assert 0 <= experiment.answer < len(experiment.options)
        assert len(experiment.options) == 3


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.slug)
def test_an_experiment_does_not_tell_before_it_asks(experiment):
    told = experiment.watch.lower()
    assert told.startswith("watch ")
    assert experiment.options[experiment.answer].lower() not in told
    assert not re.search(r"stays|jumps? to|never|part\b|gives? up|hardly", told)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.slug)
def test_the_formula_behind_an_experiment_has_a_name(experiment):
    assert experiment.formula_name
    assert experiment.formula
