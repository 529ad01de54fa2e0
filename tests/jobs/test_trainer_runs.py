"""The runs of a trainer: kept, named, chosen, begun anew, taught own digits, brought along."""

from dataclasses import replace

import numpy as np
import pytest

from mnistlab.runs.run import MAX_NAME, OwnDigits, RestoredWeights
from tests.fake_engine import DIGITS, PRIME, STEPS, assert_whole, checksum_of, settings, stepped
from tests.trainer_bench import epoch, ready, trained_once

pytest_plugins = ("tests.trainer_bench",)


def test_a_trained_run_stays_when_a_new_one_is_made_and_an_untrained_one_goes(trainer, pool):
    first = ready(trainer, pool)
    second = ready(trainer, pool, seed=2)
    assert [run.id for run in trainer.snapshot().runs] == [second.id] != [first.id]
    trainer.one_epoch()
    epoch(pool)
    third = ready(trainer, pool, seed=3)
    assert [run.id for run in trainer.snapshot().runs] == [second.id, third.id]
    assert trainer.snapshot().run.id == third.id


def test_select_in_mid_epoch_keeps_the_finished_epochs_of_the_other(trainer, pool):
    first = trained_once(trainer, pool)
    second = ready(trainer, pool, seed=2)
    trainer.start()
    epoch(pool)
    pool.turn()
    trainer.select(first.id)
    snapshot = trainer.snapshot()
    assert (snapshot.run.id, snapshot.state, pool.jobs) == (first.id, "paused", [])
    assert [run.epoch for run in snapshot.runs] == [1, 1]
    trainer.select(second.id)
    trainer.resume()
    epoch(pool)
    assert trainer.snapshot().run.epoch == 2
    for run in trainer.snapshot().runs:
        assert_whole(run)


def test_rename_and_delete(trainer, pool):
    first = trained_once(trainer, pool)
    second = ready(trainer, pool, seed=2)
    trainer.rename(first.id, "  a\n<b>name</b>\x00" + "x" * 100)
    name = trainer.snapshot().runs[0].name
    assert name.startswith("a <b>name</b> x")
    assert len(name) == MAX_NAME
    trainer.rename(second.id, name)
    assert trainer.snapshot().runs[1].name == name[:-4] + " (2)"
    trainer.rename(first.id, name)
    assert trainer.snapshot().runs[0].name == name, "a name that is one's own already stays"
    trainer.delete(second.id)
    assert (trainer.snapshot().run.id, trainer.snapshot().state) == (first.id, "paused")
    trainer.delete(first.id)
    for command in (trainer.select, trainer.delete, lambda gone: trainer.rename(gone, "x")):
        with pytest.raises(ValueError, match="run_id must be"):
            command(first.id)


def test_an_untrained_run_with_the_same_settings_takes_the_place_of_the_last_that_is_deleted(trainer, pool):
    first = trained_once(trainer, pool, seed=5)
    trainer.change("learning_rate", 0.25)
    trainer.start()
    pool.turn()
    trainer.delete(first.id)
    snapshot = trainer.snapshot()
    assert (snapshot.state, snapshot.run.epoch, snapshot.runs) == ("idle", 0, (snapshot.run,))
    assert snapshot.run.id != first.id
    assert snapshot.run.config == settings(seed=5, learning_rate=0.25)
    assert [job.listener for job in pool.jobs] == [trainer]
    pool.turn()
    assert_whole(trainer.snapshot().run)


def test_reset_begins_a_new_run_and_the_one_before_stays(trainer, pool):
    first = trained_once(trainer, pool)
    rate, params = first.settings.learning_rate, trainer.snapshot().run.params
    trainer.change("learning_rate", 0.25)
    trainer.reset()
    pool.turn()
    fresh = trainer.snapshot()
    assert (fresh.runs[0].epoch, fresh.run.epoch, fresh.can_undo_reset, len(fresh.runs)) == (1, 0, True, 2)
    assert fresh.run.config.learning_rate == 0.25
    assert fresh.runs[0].settings.learning_rate == rate != 0.25, "it was not trained with the new one"
    assert (fresh.runs[0].id, fresh.run.name, fresh.run.color) == (first.id, "Run 2", 1)
    trainer.undo_reset()
    back = trainer.snapshot()
    assert (back.run.id, len(back.runs), back.can_undo_reset) == (first.id, 1, False)
    assert (back.run.params, back.run.settings.learning_rate) == (params, 0.25)


def test_undo_of_a_reset_keeps_what_was_trained_since(trainer, pool):
    trained = trained_once(trainer, pool)
    trainer.reset()
    pool.turn()
    trainer.start()
    epoch(pool)
    epoch(pool)
    pool.turn()
    since = trainer.snapshot().run
    trainer.undo_reset()
    snapshot = trainer.snapshot()
    assert snapshot.run is trained
    assert [(run.name, run.epoch) for run in snapshot.runs] == [("Run 1", 1), ("Run 2", since.epoch)]
    for run in snapshot.runs:
        assert_whole(run)
    trainer.select(since.id)
    assert not trainer.snapshot().can_undo_reset, "it was undone"


def test_undo_of_a_reset_belongs_to_its_run(trainer, pool):
    first = reset_and_trained(trainer, pool, seed=1)
    second = reset_and_trained(trainer, pool, seed=2)
    assert len(trainer.snapshot().runs) == 4
    trainer.select(first[0])
    assert not trainer.snapshot().can_undo_reset
    trainer.undo_reset()
    assert trainer.snapshot().run.id == first[0]
    for old, fresh in (first, second):
        trainer.select(fresh)
        assert trainer.snapshot().can_undo_reset
        trainer.undo_reset()
        assert trainer.snapshot().run.id == old
    trainer.delete(second[0])
    trainer.select(second[1])
    assert not trainer.snapshot().can_undo_reset
    assert {run.id for run in trainer.snapshot().runs} == {*first, second[1]}


def reset_and_trained(trainer, pool, seed):
    """Train a run, reset it and train again; return the ids of both."""
    old = ready(trainer, pool, seed=seed)
    for command in (trainer.one_epoch, trainer.reset, trainer.one_epoch):
        command()
        pool.turn()
        epoch(pool)
    return old.id, trainer.snapshot().run.id


def test_a_reset_for_which_there_is_no_room_changes_nothing(trainer, pool, monkeypatch):
    trained_once(trainer, pool)
    before = trainer.snapshot()
    monkeypatch.setattr("mnistlab.runs.run_store.MAX_RUNS", 1)
    with pytest.raises(ValueError, match="Delete some to make room"):
        trainer.reset()
    assert (trainer.snapshot().run, trainer.snapshot().runs) == (before.run, before.runs)


def test_names_and_colors_are_never_shared_and_a_color_is_free_again_with_its_run(trainer, pool):
    for seed in range(12):
        run = trained_once(trainer, pool, seed=seed)
    runs = trainer.snapshot().runs
    assert [run.color for run in runs] == list(range(12))
    trainer.delete(runs[3].id)
    trainer.reset()
    after = {run.id: run for run in trainer.snapshot().runs}
    assert all(after[run.id].color == run.color for run in runs if run.id in after)
    assert trainer.snapshot().run.color == 3
    trainer.rename(run.id, "Run 14")
    trainer.one_epoch()
    pool.turn()
    epoch(pool)
    trainer.reset()
    assert trainer.snapshot().run.name == "Run 14 (2)"
    assert len({run.name for run in trainer.snapshot().runs}) == len(trainer.snapshot().runs)


def stopped_early(trainer, pool, **others):
    """Train until early stopping ends it; the costs of the engine that trains nothing go up and down."""
    ready(trainer, pool, num_epochs=50, patience=1, **others)
    trainer.start()
    while trainer.snapshot().active:
        pool.turn()
    run = trainer.snapshot().run
    costs = [metrics.test.cost for metrics in run.history]
    assert run.epoch < 50
    assert costs.index(min(costs)) < run.epoch
    return run, costs.index(min(costs))


@pytest.mark.parametrize("restore_best", [False, True])
def test_early_stopping_restores_the_best_weights_only_where_it_is_asked_to(trainer, pool, restore_best):
    run, best = stopped_early(trainer, pool, restore_best=restore_best)
    last, snapshot = run.history[-1], trainer.snapshot()
    assert checksum_of(run.params) / PRIME == run.history[best if restore_best else -1].test.cost
    assert (run.epoch, run.schedule) == (last.epoch, (RestoredWeights(last.epoch, best),) * restore_best)
    assert ("were restored" in snapshot.message, snapshot.can_undo_restore) == (restore_best, restore_best)
    if not restore_best:
        trainer.restore_best()
        assert checksum_of(trainer.snapshot().run.params) / PRIME == run.history[best].test.cost
    trainer.undo_restore()
    back = trainer.snapshot()
    assert checksum_of(back.run.params) / PRIME == last.test.cost
    assert (back.run.schedule, back.can_undo_restore, back.runs) == ((), False, (back.run,))


def test_weights_that_are_not_kept_cannot_be_restored_and_that_is_said(trainer, pool, monkeypatch):
    monkeypatch.setattr("mnistlab.runs.run_store.within_memory.__defaults__", (1,))
    run, best = stopped_early(trainer, pool, restore_best=True)
    assert (run.kept, run.schedule) == ({}, ())
    assert f"The weights of epoch {best} are not kept" in trainer.snapshot().message
    with pytest.raises(ValueError, match="whose weights are kept"):
        trainer.restore_best()


def test_training_goes_on_from_restored_weights(trainer, pool):
    run, _ = stopped_early(trainer, pool, restore_best=True)
    trainer.one_epoch()
    epoch(pool)
    after = trainer.snapshot().run
    checksum = checksum_of(run.params)
    for step in range(STEPS):
        checksum = stepped(checksum, run.epoch, step, 0.5)
    assert (after.epoch, after.weights_epoch) == (run.epoch + 1, run.epoch + 1)
    assert checksum_of(after.params) == checksum


def test_own_digits_are_noted_with_what_they_changed_and_can_be_undone(trainer, pool):
    before = trained_once(trainer, pool)
    trainer.train_on(*DIGITS, num_steps=4)
    assert trainer.snapshot().doing == "own digits"
    epoch(pool)
    snapshot = trainer.snapshot()
    (change,) = snapshot.run.schedule
    assert isinstance(change, OwnDigits)
    assert (change.epoch, change.num_steps, change.learning_rate) == (1, 4, 0.5)
    assert (change.test_before, change.test_after, snapshot.run.accuracy) == (0.5, 0.6, 0.6)
    assert (snapshot.can_undo_train_on, snapshot.state) == (True, "finished")
    assert_whole(snapshot.run)
    trainer.rename(before.id, "taught")
    trainer.undo_train_on()
    back = trainer.snapshot().run
    assert (back.schedule, back.name, checksum_of(back.params)) == ((), "taught", checksum_of(before.params))


def test_what_own_digits_did_to_one_run_cannot_be_undone_in_another(trainer, pool):
    first = trained_once(trainer, pool)
    trainer.train_on(*DIGITS, num_steps=4)
    epoch(pool)
    trainer.new(settings(seed=2))
    assert not trainer.snapshot().can_undo_train_on
    trainer.undo_train_on()
    assert [len(run.schedule) for run in trainer.snapshot().runs] == [1, 0]
    trainer.select(first.id)
    assert trainer.snapshot().can_undo_train_on


def test_both_networks_stay_where_own_digits_are_undone_after_more_training(trainer, pool):
    first = trained_once(trainer, pool)
    trainer.train_on(*DIGITS, num_steps=4)
    epoch(pool)
    trainer.one_epoch()
    epoch(pool)
    grown = trainer.snapshot().run
    trainer.undo_train_on()
    one, other = trainer.snapshot().runs
    assert (one.id, one.epoch, one.name, one.color) == (first.id, 1, "Run 1", 0)
    assert (other.epoch, other.name, other.color) == (2, "Run 1 (2)", 1)
    assert checksum_of(other.params) == checksum_of(grown.params)


def test_own_digits_while_training_come_between_two_epochs(trainer, pool):
    ready(trainer, pool, num_epochs=3)
    trainer.start()
    pool.turn()
    trainer.train_on(*DIGITS, num_steps=2)
    for _ in range(10):
        pool.turn()
    run = trainer.snapshot().run
    assert (trainer.snapshot().state, run.epoch, run.schedule[0].epoch) == ("finished", 3, 1)
    assert_whole(run)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (np.zeros((0, 28, 28)), []),
        (np.zeros((1, 28, 28)), [1, 2]),
        (np.zeros((1, 27, 28)), [1]),
        (np.zeros((1, 28, 28)), [10]),
        (np.zeros((1001, 28, 28)), [1] * 1001),
    ],
)
def test_own_digits_that_are_none_are_refused(trainer, pool, images, labels):
    ready(trainer, pool)
    with pytest.raises(ValueError, match="Own digits must be 1 to 1,000"):
        trainer.train_on(images, labels)
    assert not pool.jobs


def test_a_run_from_elsewhere_becomes_the_current_one_under_an_id_that_is_free(trainer, pool):
    trained = trained_once(trainer, pool)
    added = trainer.add(trained)
    assert added != trained.id
    assert [each.id for each in trainer.snapshot().runs] == [trained.id, added]
    assert checksum_of(trainer.snapshot().run.params) == checksum_of(trained.params)
    trainer.add(replace(trained, id="from a file", color=4))
    assert [each.color for each in trainer.snapshot().runs] == [0, 1, 4], "a color that is free is kept"


def test_a_run_whose_name_is_taken_gets_a_number_behind_it(trainer, pool):
    trained = trained_once(trainer, pool)
    long = replace(trained, name="x" * MAX_NAME)
    for run in (trained, trained, long, long):
        trainer.add(run)
    assert [each.name for each in trainer.snapshot().runs] == [
        trained.name,
        f"{trained.name} (2)",
        f"{trained.name} (3)",
        "x" * MAX_NAME,
        "x" * (MAX_NAME - 4) + " (2)",
    ]


def test_a_lab_has_room_for_a_hundred_runs_and_says_so(trainer, pool):
    for seed in range(100):
        trained_once(trainer, pool, seed=seed)
    with pytest.raises(ValueError, match="at most 100 runs"):
        trainer.new(settings())
    assert len(trainer.snapshot().runs) == 100
