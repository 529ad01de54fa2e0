"""The record of a run, and the shelf that holds a lab's runs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Layer
from mnistlab.runs import run_store as shelves
from mnistlab.runs.run import (
    MAX_KEPT_BYTES,
    MAX_NAME,
    OwnDigits,
    RestoredWeights,
    SettingChange,
    apply_pending_changes,
    bounded_name,
    changed,
    new_run,
    num_bytes,
    settings_in,
    subsample,
    with_epoch,
    with_weights_of,
)
from tests.fake_engine import initial, metrics_of, params_of, settings

BIG = (Layer(np.zeros((1024, 1024), np.float32), np.zeros(1024, np.float32)),)


def run_of(epochs, **kw):
    config = settings(**kw)
    run = new_run(config, initial(config), "a run")
    for epoch in range(epochs + 1):
        run = with_epoch(run, metrics_of(params_of(epoch), config, epoch), params_of(epoch))
    return run


def test_a_run_knows_what_it_has_become():
    run = run_of(3)
    assert (run.epoch, run.title, run.seconds) == (3, "784-10", pytest.approx(0.004))
    assert run.accuracy == run.best_accuracy == 1.0
    assert new_run(TrainConfig(), BIG, "x").title == "784-100-10"


def test_two_runs_never_have_the_same_id():
    assert len({new_run(settings(), params_of(1), "x").id for _ in range(1000)}) == 1000


def test_the_accuracy_after_own_digits_is_that_of_the_network_as_it_is():
    digits = OwnDigits(3, np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8), 5, 0.1, 0.9, 0.8, 0.0, 1.0)
    run = replace(run_of(3), schedule=(digits,))
    assert run.accuracy == 0.8
    assert with_epoch(run, metrics_of(params_of(4), run.config, 4), params_of(4)).accuracy == 1.0


def test_an_epoch_holds_the_settings_of_the_last_change_before_it():
    config = settings(learning_rate=0.5)
    schedule = (SettingChange(3, "learning_rate", 0.25), SettingChange(5, "learning_rate", 0.125))
    rates = [settings_in(config, schedule, epoch).learning_rate for epoch in range(1, 7)]
    assert rates == [0.5, 0.5, 0.25, 0.25, 0.125, 0.125]


def test_a_change_that_was_to_come_later_takes_the_place_of_an_earlier_one():
    run = changed(run_of(2), "learning_rate", 0.25, 4)
    assert run.schedule == (SettingChange(4, "learning_rate", 0.25),)
    assert changed(run, "learning_rate", 0.125, 4).schedule == (SettingChange(4, "learning_rate", 0.125),)
    assert changed(run, "learning_rate", 0.5, 4).schedule == ()
    assert apply_pending_changes(run).schedule == (SettingChange(3, "learning_rate", 0.25),)
    assert apply_pending_changes(run).settings.learning_rate == 0.25


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  two   words ", "two words"),
        ("line\nbreak\r\tand tab", "line break and tab"),
        ("", "Unnamed"),
        ("\x00\x07", "Unnamed"),
        ("x" * 100_000, "x" * MAX_NAME),
        ("../../etc/passwd", "../../etc/passwd"),
        ("\u202ereversed", "reversed"),
    ],
)
def test_a_name_is_one_line_of_sixty_characters(typed, name):
    assert bounded_name(typed) == name


@given(st.text(max_size=200))
def test_any_text_makes_a_name(text):
    name = bounded_name(text)
    assert 1 <= len(name) <= MAX_NAME
    assert name.isprintable()
    assert bounded_name(name) == name


def kept_after(epochs, params, max_bytes, best=0):
    kept = {}
    for epoch in range(epochs + 1):
        kept = subsample({**kept, epoch: params}, min(best, epoch), max_bytes)
    return sorted(kept)


def test_a_small_network_keeps_every_epoch():
    small = (Layer(np.zeros((100, 784), np.float32), np.zeros(100, np.float32)),)
    assert kept_after(40, small, MAX_KEPT_BYTES) == list(range(41))


def test_a_large_network_keeps_epochs_1_2_4_8_and_the_last():
    assert kept_after(100, BIG, 9 * num_bytes(BIG)) == [0, 1, 2, 4, 8, 16, 32, 64, 100]


@given(st.integers(0, 60), st.integers(0, 12), st.integers(0, 60))
def test_what_is_kept_fits_and_holds_the_last_and_the_best_epoch(epochs, room, best):
    kept = kept_after(epochs, BIG, room * num_bytes(BIG), best)
    assert {epochs, min(best, epochs)} <= set(kept)
    assert len(kept) <= max(room, 2)
    assert room < 3 or 0 in kept


def test_the_networks_of_a_lab_must_fit():
    shelf = shelves.EMPTY
    largest = (Layer(np.zeros((1024, 6 * 1024), np.float32), np.zeros(1024, np.float32)),)
    for place in range(10):
        run = replace(new_run(settings(), largest, "large"), schedule=(SettingChange(2, "patience", place),))
        shelf = shelves.with_run(shelf, run)
    with pytest.raises(ValueError, match=r"must fit in 256 MB\. Got 264 MB"):
        shelves.with_run(shelf, new_run(settings(), largest, "one too many"))


def test_kept_epochs_of_the_oldest_runs_go_first():
    runs = tuple(
        replace(new_run(settings(), BIG, "x"), kept={epoch: BIG for epoch in range(3)}) for _ in range(4)
    )
    shelf = shelves.RunStore(runs, runs[0].id)
    fitted = shelves.within_memory(shelf, 9 * num_bytes(BIG))
    assert [len(run.kept) for run in fitted.runs] == [3, 1, 1, 3]
    assert sum(shelves.bytes_of(run) for run in fitted.runs) <= 9 * num_bytes(BIG)
    assert shelves.within_memory(shelf, 2**40).runs == shelf.runs


def test_the_best_epoch_of_a_run_goes_last_of_all():
    costs = (3.0, 1.0, 2.0)
    run = new_run(settings(), BIG, "x")
    for epoch, cost in enumerate(costs):
        figures = metrics_of(params_of(epoch), settings(), epoch)
        figures = figures._replace(test=figures.test._replace(cost=cost))
        run = with_epoch(run, figures, (BIG[0]._replace(biases=BIG[0].biases + epoch),))
    assert (run.best_epoch, sorted(run.kept)) == (1, [0, 1, 2])
    shelf = shelves.RunStore((run, replace(run, id="other")), run.id)
    sizes = [
        [sorted(each.kept) for each in shelves.within_memory(shelf, room * num_bytes(BIG)).runs]
        for room in (6, 5, 4, 3)
    ]
    assert sizes == [[[0, 1, 2]] * 2, [[0, 1, 2], [1, 2]], [[1, 2]] * 2, [[1, 2], []]]


def test_the_weights_of_an_earlier_epoch_are_noted_and_the_figures_are_theirs():
    run = run_of(3)
    back = with_weights_of(run, 1)
    assert (back.epoch, back.weights_epoch, back.metrics) == (3, 1, run.history[1])
    assert (back.history, back.params) == (run.history, run.kept[1])
    assert back.schedule == (RestoredWeights(3, 1),)
    further = with_epoch(back, metrics_of(params_of(4), run.config, 4), params_of(4))
    assert (further.weights_epoch, further.metrics) == (4, further.history[4])
    with pytest.raises(ValueError, match="whose weights are kept"):
        with_weights_of(replace(run, kept={}), 1)
