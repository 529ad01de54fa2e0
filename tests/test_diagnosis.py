"""The diagnosis on histories of real trainings, good and bad ones, at every epoch of each."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnistlab.analysis.diagnosis import LEVELS, diagnose
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.training import train
from mnistlab.jobs.tasks import EpochTask
from mnistlab.jobs.transitions import with_result
from mnistlab.runs.run import Run, new_run, with_epoch
from mnistlab.runs.serialization import config_of, history_of
from tests.recorded.record import SETTINGS

RECORDED = Path(__file__).parent / "recorded"
GOOD = ("recommended", "unit", "relu", "tanh", "no_hidden")
GOOD_ON_RAW_PIXELS = ("notebook", "notebook_seed_7", "tanh_raw")
WARNINGS = {
    "small_raw": {"rate too small"},
    "small_unit": {"rate too small"},
    "small_two_epochs": {"rate too small"},
    "large_unit": {"rate too large", "stuck"},
    "large_100": {"rate too large", "stuck"},
    "large_raw": {"rate too large"},
    "jumping_raw": {"rate too large"},
    "jumping_ignorant": {"rate too large", "silent output"},
    "jumping_single_images": {"rate too large"},
    "relu_raw": {"rate too large", "stuck"},
    "no_hidden_raw": {"rate too large", "stuck"},
    "silent": {"silent output"},
    "deep": {"stuck"},
    "deep_raw": {"stuck"},
    "pinned": {"stuck"},
    "overfitting": {"overfitting"},
    "slow": set(),
    "narrow": set(),
}


def recorded(name, epochs=None):
    """Return a recorded run as it was after so many epochs."""
    record = json.loads((RECORDED / f"{name}.json").read_text())
    config = config_of(record)
    history = history_of(record, len(config.dimensions) - 1)
    shown = history if epochs is None else history[: epochs + 1]
    return Run(id="recorded", name=name, config=config, history=shown, params=())


def kinds(run, level=None):
    return {finding.kind for finding in diagnose(run) if level in (None, finding.level)}


def test_every_setting_that_is_recorded_is_checked_and_the_files_are_of_these_settings():
    assert set(SETTINGS) == set(GOOD) | set(GOOD_ON_RAW_PIXELS) | set(WARNINGS)
    for name, config in SETTINGS.items():
        assert recorded(name).config == config
        assert recorded(name).epoch == config.num_epochs


@pytest.mark.parametrize("name", GOOD + GOOD_ON_RAW_PIXELS)
def test_a_sound_training_is_never_warned_of_and_ends_well(name):
    for epochs in range(1, recorded(name).epoch + 1):
        assert kinds(recorded(name, epochs), "warning") == set(), epochs
    assert "all well" in kinds(recorded(name))


@pytest.mark.parametrize("name", GOOD)
def test_a_sound_training_on_scaled_pixels_ends_with_nothing_else_to_say(name):
    assert kinds(recorded(name)) == {"all well"}


@pytest.mark.parametrize("name", GOOD_ON_RAW_PIXELS)
def test_raw_pixels_are_noted_without_alarm(name):
    note, well = sorted(diagnose(recorded(name)), key=lambda finding: LEVELS.index(finding.level))
    assert (note.kind, note.level, well.kind) == ("saturated", "note", "all well")
    assert "learns all the same" in note.sentence
    assert "99%" in note.evidence or "100%" in note.evidence
    assert "255" in note.remedy


@pytest.mark.parametrize("name", sorted(WARNINGS))
def test_a_bad_training_is_named(name):
    assert kinds(recorded(name), "warning") == WARNINGS[name]
    for finding in diagnose(recorded(name)):
        assert finding.sentence.endswith(".")
        assert any(character.isdigit() for character in finding.evidence)
        assert finding.remedy or finding.level == "good"


def test_silent_outputs_are_named_by_their_digits_and_only_when_it_lasts():
    (finding,) = diagnose(recorded("silent"))
    assert finding.sentence == "The outputs for 4, 6 and 9 never fire."
    never = recorded("silent").history[-1].test.confusion[:, [4, 6, 9]]
    assert never.sum() == 0
    assert "silent output" in kinds(recorded("silent", 1), "note")
    assert "silent output" in kinds(recorded("unit", 1), "note")
    assert "silent output" not in kinds(recorded("unit"))


def test_a_vanishing_gradient_is_shown_by_its_size():
    (finding,) = (f for f in diagnose(recorded("deep")) if f.kind == "stuck")
    assert "gradient vanishes" in finding.evidence
    assert "fewer hidden layers" in finding.remedy
    (other,) = (f for f in diagnose(recorded("large_100")) if f.kind == "stuck")
    assert "vanishes" not in other.evidence


def test_overfitting_comes_with_both_costs():
    (finding,) = diagnose(recorded("overfitting"))
    last = recorded("overfitting").history[-1]
    assert f"{last.train.cost:.4f}" in finding.evidence
    assert f"{last.test.cost:.4f}" in finding.evidence
    assert "overfitting" not in kinds(recorded("overfitting", 3))


def test_the_remedy_for_a_learning_rate_goes_the_right_way():
    (small,) = (f for f in diagnose(recorded("small_unit")) if f.kind == "rate too small")
    assert "0.0001" in small.remedy
    (large,) = (f for f in diagnose(recorded("jumping_raw")) if f.kind == "rate too large")
    assert "0.001" in large.remedy
    assert "rose from" in large.evidence


def test_an_untrained_network_gives_nothing_to_say():
    untrained = recorded("notebook", 0)
    assert diagnose(untrained) == diagnose(replace(untrained, history=())) == ()


def test_numbers_that_are_not_finite_come_before_everything_else():
    run = replace(recorded("notebook", 3), broken_in=4)
    (finding,) = diagnose(run)
    assert (finding.kind, finding.level) == ("not finite", "warning")
    assert "After epoch 4" in finding.evidence
    *good, metrics = recorded("notebook", 2).history
    broken = metrics._replace(test=metrics.test._replace(cost=float("nan")))
    assert kinds(replace(run, history=(*good, broken), broken_in=0)) == {"not finite"}
    infinite = metrics._replace(gradient_norms=(np.inf, 0.1))
    assert kinds(replace(run, history=(*good, infinite), broken_in=0)) == {"not finite"}


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
    assert kinds(after) == {"not finite"}
    assert "such as 10." in diagnose(after)[0].remedy
