"""The diagnosis, on histories made by hand and on a corpus of real trainings with what became of them."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.diagnosis_corpus import runs_of
from benchmarks.diagnosis_judge import MAX_CONTRADICTED, MAX_MISSING, diagnosis_of, judge
from mnistlab.analysis.diagnosis import diagnose
from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.engine.evaluation import EpochMetrics, Score
from mnistlab.engine.training import train
from mnistlab.jobs.tasks import EpochTask
from mnistlab.jobs.transitions import with_result
from mnistlab.runs.run import Run, new_run, with_epoch

CONFIG = TrainConfig(scaling="unit", initialization="scaled", learning_rate=0.01, num_epochs=20)
AWAKE = (0.99,) * 10


def score(cost, accuracy, answer=None):
    """Return a score of 1,000 images, 100 of each digit; what is misread goes to one other digit."""
    confusion = np.zeros((10, 10), int)
    for digit in range(10):
        confusion[digit, digit] += round(100 * accuracy)
        confusion[digit, (digit + 1) % 10 if answer is None else answer] += 100 - round(100 * accuracy)
    return Score(cost, confusion)


def epoch(number, train_cost, test_cost=None, accuracies=(0.95, 0.94), **other):
    values = {"gradient_norms": (0.1, 0.1), "saturation": (0.1, 0.1), "output_maxima": AWAKE} | other
    train_score, test_score = score(train_cost, accuracies[0]), score(test_cost or train_cost, accuracies[1])
    return EpochMetrics(number, train_score, test_score, learning_rate=0.01, seconds=1.0, **values)


def run_of(history, config=CONFIG, broken_in=0):
    return Run(id="", name="", config=config, history=tuple(history), params=(), broken_in=broken_in)


def found(history, config=CONFIG):
    return {finding.kind: finding for finding in diagnose(run_of(history, config))}


@pytest.mark.parametrize("held_out", [False, True])
def test_of_what_it_says_of_real_trainings_hardly_anything_is_not_true_or_left_out(held_out):
    result = judge(diagnosis_of, [run for run in runs_of() if run.held_out == held_out])
    assert len(result.judged) > 1500
    assert result.contradicted_share <= MAX_CONTRADICTED, list(map(str, result.contradicted))
    assert result.missing_share <= MAX_MISSING, list(map(str, result.missing))
    assert len(result.misplaced) < 0.05 * len(result.judged)


def costs(*pairs, **other):
    """Return a history with these training and test costs."""
    return [epoch(number, *pair, **other) for number, pair in enumerate(pairs)]


def test_overfitting_is_dated_by_the_lowest_test_cost():
    kinds = found(costs((0.5, 0.5), (0.3, 0.32), (0.2, 0.30), (0.1, 0.31), (0.05, 0.34)))
    finding = kinds["overfitting"]
    assert finding.epoch == 2
    assert "since epoch 2" in finding.sentence
    assert all(cost in finding.evidence for cost in ("0.2000", "0.0500", "0.3000", "0.3400"))
    assert "weights of epoch 2" in finding.remedy
    assert "all well" not in kinds


def test_a_test_cost_that_has_risen_by_less_is_no_overfitting():
    assert "overfitting" not in found(costs((0.5, 0.5), (0.3, 0.30), (0.2, 0.31), (0.1, 0.32)))
    risen = found(costs((0.5, 0.5), (0.2, 0.20), (0.25, 0.26), (0.21, 0.24)))
    assert "overfitting" not in risen
    assert risen["rising test cost"].epoch == 1


@pytest.mark.parametrize(("accuracies", "told"), [((0.99, 0.90), True), ((0.97, 0.90), False)])
def test_a_gap_of_more_than_eight_points_is_told(accuracies, told):
    kinds = found(costs((0.5, 0.5), (0.1, 0.2), (0.05, 0.19), accuracies=accuracies))
    assert ("generalization gap" in kinds) is told
    assert ("all well" in kinds) is not told


def test_a_class_that_is_hardly_recognized_is_named():
    history = costs((0.9, 0.9), (0.4, 0.4), (0.39, 0.39), (0.385, 0.385), (0.38, 0.38), (0.378, 0.378))
    confusion = history[-1].test.confusion.copy()
    confusion[8] = [0, 0, 0, 91, 0, 0, 0, 0, 9, 0]
    history[-1] = history[-1]._replace(test=Score(0.38, confusion))
    finding = found(history)["low recall"]
    assert (finding.digits, finding.level) == ((8,), "warning")
    assert "9.0%" in finding.evidence
    assert "all well" not in found(history)


def test_a_network_whose_cost_is_above_its_lowest_is_not_said_to_be_learning():
    weak = {"accuracies": (0.4, 0.4)}
    assert "learning" in found(costs((0.9, 0.9), (0.7, 0.7), (0.65, 0.65), **weak))
    wavering = found(costs((0.9, 0.9), (0.65, 0.65), (0.68, 0.68), **weak))
    assert "learning" not in wavering
    assert wavering["early"].sentence == "It goes back and forth: the test accuracy is 40.0%."
    assert "lowest after epoch 1: 0.6500." in wavering["early"].evidence


@pytest.mark.parametrize(("free", "when"), [(1, "the first steps"), (3, "the steps of epoch 3")])
def test_the_steps_that_threw_the_outputs_where_they_are_flat_are_named(free, when):
    history = costs((0.9, 0.9), *[(0.3, 0.3)] * (free - 1), *[(1.0, 1.0)] * 5, accuracies=(0.1, 0.1))
    history = [m._replace(saturation=(0.1, 0.1 if m.epoch < free else 1.0)) for m in history]
    sentence = found(history)["no progress"].sentence
    assert sentence.endswith(f"{when} threw them there, the learning rate is too large.")


def test_an_output_never_fires_where_it_is_near_0_on_all_images_and_so_far_while_the_network_learns():
    maxima = (*AWAKE[:4], 0.02, *AWAKE[5:])
    falling = costs(*((1 / n, 1 / n) for n in range(1, 7)), output_maxima=maxima)
    assert found(falling)["silent output"].sentence == "The output for 4 never fires so far."
    still = costs((1.2, 1.2), *[(0.4, 0.4)] * 6, output_maxima=(*maxima[:9], 0.05), accuracies=(0.7, 0.7))
    assert found(still)["silent output"].sentence == "The outputs for 4 and 9 never fire."
    assert "Reset" in found(still)["silent output"].remedy
    fired = [*falling[:3], *(metrics._replace(output_maxima=maxima) for metrics in falling[3:])]
    fired[1] = fired[1]._replace(output_maxima=AWAKE)
    assert found(fired)["silent output"].sentence == "The output for 4 no longer fires."
    assert "silent output" not in found(
        costs(*[(0.4, 0.4)] * 7, output_maxima=())
    )  # files of earlier releases


def test_after_early_stopping_nobody_is_told_to_train_on():
    history = costs((0.5, 0.5), (0.2, 0.20), (0.19, 0.205), (0.18, 0.206))
    stopped = found(history, replace(CONFIG, patience=2))
    assert stopped["early stopping"].epoch == 1
    assert "early stopping" not in found(history)
    assert not any("rain on" in finding.remedy for finding in stopped.values())


def test_a_cost_that_hardly_falls_asks_for_a_larger_learning_rate_and_no_smaller_one():
    small = found(costs(*((1.0 - 0.001 * n,) * 2 for n in range(6)), accuracies=(0.2, 0.2)))
    assert "0.1" in small["rate too small"].remedy
    assert not any(finding.advice == "smaller rate" for finding in small.values())


def test_outputs_that_were_thrown_where_sigma_is_flat_ask_for_a_smaller_learning_rate():
    thrown = {"accuracies": (0.1, 0.1), "saturation": (0.5, 1.0)}
    history = [epoch(0, 2.5, saturation=(0.0, 0.0)), *(epoch(n, 1.0, **thrown) for n in range(1, 6))]
    finding = found(history, replace(CONFIG, learning_rate=5.0))["no progress"]
    assert "threw them there" in finding.sentence
    assert finding.advice == "smaller rate"
    assert (
        found(history[:2], replace(CONFIG, learning_rate=5.0))["saturated outputs"].advice == "smaller rate"
    )
    began = found([epoch(0, 1.0, **thrown), *history[1:]])["no progress"]
    assert "there they began" in began.sentence
    assert "1/255" in began.remedy
    assert began.advice == ""


def test_a_vanishing_gradient_is_shown_by_its_size():
    few = {"accuracies": (0.1, 0.1), "gradient_norms": (1e-7, 1e-4, 0.1)}
    finding = found(costs((2.5, 2.5), *[(0.9, 0.9)] * 5, **few))["no progress"]
    assert "1e-07 in the first" in finding.evidence
    assert "fewer hidden layers" in finding.remedy


def test_a_cost_that_jumps_is_told_with_its_largest_rise():
    jumping = found(costs(*((c, c) for c in (2.0, 0.2, 0.3, 0.2, 0.35, 0.19))))
    assert "from 0.2000 to 0.3500 in epoch 4" in jumping["jumping cost"].evidence


@pytest.mark.parametrize("preset", ["notebook", "recommended"])
def test_a_sound_training_ends_well(preset, generated):
    config = replace(PRESETS[preset], dataset="generated", train_size=20_000, num_epochs=4)
    history = [each.metrics for each in train(config, generated)]
    for epochs in range(2, 6):
        assert all(finding.level != "warning" for finding in diagnose(run_of(history[:epochs], config)))
    assert "all well" in found(history, config)


def test_an_untrained_network_gives_nothing_to_say():
    assert diagnose(run_of([])) == diagnose(run_of(costs((2.5, 2.5)))) == ()


def test_numbers_that_are_not_finite_come_before_everything_else():
    history = costs((0.5, 0.5), (0.2, 0.2), (0.1, 0.1))
    (finding,) = diagnose(run_of(history, broken_in=3))
    assert (finding.kind, finding.epoch, finding.advice) == ("divergence", 3, "smaller rate")
    assert "After epoch 3" in finding.evidence
    assert set(found([*history[:-1], epoch(2, 0.1, float("nan"))])) == {"divergence"}
    assert set(found([*history[:-1], epoch(2, 0.1, gradient_norms=(np.inf, 0.1))])) == {"divergence"}


def test_a_real_training_that_overflows_is_told_and_keeps_its_last_good_network(generated):
    """Six ReLU layers on raw pixels, and the largest learning rate there is: sums of infinities."""
    config = TrainConfig(
        hidden=(100,) * 6,
        activation="relu",
        initialization="scaled",
        learning_rate=1000.0,
        batch_size=2000,
        train_size=2000,
        num_epochs=1,
    )
    untrained, overflown = train(config, generated)
    assert np.isnan(overflown.metrics.train.cost)
    run = with_epoch(new_run(config, untrained.params, "too fast"), untrained.metrics, untrained.params)
    after = with_result(run, EpochTask(config, run.params, 0), overflown)
    assert (after.epoch, after.broken_in) == (0, 1)
    assert after.params is run.params
    assert {finding.kind for finding in diagnose(after)} == {"divergence"}
    assert "such as 10." in diagnose(after)[0].remedy
