"""The pace of a training, on a clock that the test sets; the time announced, against measured epochs."""

from dataclasses import replace

import pytest

from mnistlab.engine.config import PRESETS
from mnistlab.jobs.time_left import LEAST_SECONDS, WINDOW_SECONDS, Pace, Speed

RECOMMENDED = PRESETS["recommended"]
# Processor seconds of an epoch's training and of its figures, as one core of a server took them.
MEASURED = [
    (PRESETS["notebook"], 0.42, 0.06),
    (RECOMMENDED, 0.83, 0.10),
    (replace(RECOMMENDED, hidden=()), 0.26, 0.03),
    (replace(RECOMMENDED, batch_size=10), 3.58, 0.13),
    (replace(PRESETS["notebook"], batch_size=1024), 0.32, 0.06),
    (replace(RECOMMENDED, hidden=(1024,)), 3.72, 0.61),
    (replace(RECOMMENDED, hidden=(30,) * 6), 1.34, 0.06),
    (replace(RECOMMENDED, train_size=2000), 0.03, 0.10),
]


@pytest.fixture
def clock():
    return [100.0]


@pytest.fixture
def pace(clock):
    begun = Pace(lambda: clock[0])
    begun.begin()
    return begun


def go(pace, clock, seconds, steps, first=0):
    """Do so many steps one by one, evenly over these seconds."""
    for number in range(1, steps + 1):
        clock[0] += seconds / steps
        pace.note(first + number)


def test_nothing_is_known_before_a_second_of_it_was_seen(pace, clock):
    pace.note(0)
    go(pace, clock, 0.9 * LEAST_SECONDS, 90)
    assert pace.steps_per_second() == 0.0
    go(pace, clock, LEAST_SECONDS, 100, first=90)
    assert pace.steps_per_second() == pytest.approx(100, rel=0.02)


def test_a_first_step_that_takes_long_because_it_compiles_makes_no_hours_of_seconds(pace, clock):
    pace.note(0)
    clock[0] += 3.0
    pace.note(1)
    assert pace.steps_per_second() == 0.0
    go(pace, clock, 2.0, 200, first=1)
    assert pace.steps_per_second() == pytest.approx(100, rel=0.01)


def test_only_the_last_seconds_count(pace, clock):
    pace.note(0)
    go(pace, clock, 30.0, 300)
    go(pace, clock, WINDOW_SECONDS, round(50 * WINDOW_SECONDS), first=300)
    assert pace.steps_per_second() == pytest.approx(50, rel=0.02)


def test_waiting_counts(pace, clock):
    pace.note(0)
    go(pace, clock, 2.0, 200)
    clock[0] += 2.0
    assert pace.steps_per_second() == pytest.approx(50, rel=0.02)


def test_an_epoch_that_is_begun_anew_begins_the_clock_anew(pace, clock):
    pace.note(400)
    go(pace, clock, 5.0, 300, first=400)
    pace.note(410)
    assert pace.steps_per_second() == 0.0
    go(pace, clock, 2.0, 40, first=410)
    assert pace.steps_per_second() == pytest.approx(20, rel=0.03)


@pytest.mark.parametrize("times", [1, 7])
def test_what_was_measured_of_one_network_tells_of_any_other_within_a_factor_of_two(times):
    for config, training, _ in MEASURED:
        speed = Speed()
        assert speed.seconds(config) == 0.0
        speed.learn(config, times * training)
        for other, its_training, figures in MEASURED:
            assert 0.5 < speed.seconds(other) / (times * (its_training + figures)) < 2


def test_one_epoch_that_was_delayed_does_not_change_what_is_announced():
    speed = Speed()
    for seconds in (0.83, 25.0, 0.83, 0.84):
        speed.learn(RECOMMENDED, seconds)
    assert speed.seconds(RECOMMENDED) == pytest.approx(0.93, rel=0.3)
