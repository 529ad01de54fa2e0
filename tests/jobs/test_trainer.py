"""The trainer, turn by turn, with an engine that trains nothing."""

import numpy as np
import pytest

from mnistlab.engine.config import TrainConfig
from mnistlab.jobs.trainer import Trainer
from mnistlab.jobs.transitions import is_finite
from mnistlab.runs.run import SettingChange
from tests.fake_engine import STEPS, assert_whole, initial, metrics_of, params_of, settings
from tests.trainer_bench import epoch, ready, trained_once

pytest_plugins = ("tests.trainer_bench",)


def test_a_trainer_begins_with_an_untrained_run_of_its_settings(pool):
    trainer = Trainer(pool, settings(seed=7), initial=initial)
    snapshot = trainer.snapshot()
    assert (snapshot.state, snapshot.run.config, snapshot.run.epoch) == ("idle", settings(seed=7), 0)
    assert (snapshot.runs, snapshot.doing, snapshot.target_epoch) == ((snapshot.run,), "measuring", 3)
    pool.turn()
    assert_whole(trainer.snapshot().run)


def test_a_trainer_goes_on_with_the_runs_that_were_saved(trainer, pool):
    trained_once(trainer, pool)
    again = Trainer(pool, settings(seed=7), trainer.store, initial=initial)
    assert again.snapshot().runs == trainer.snapshot().runs


def test_settings_that_are_too_large_to_begin_with_give_way_to_the_defaults(pool):
    def refuse(config):
        if config.seed == 7:
            raise ValueError("too large")

    trainer = Trainer(pool, settings(seed=7, dataset="generated"), initial=initial, require_memory=refuse)
    assert trainer.snapshot().run.config == TrainConfig(dataset="generated")


def test_a_new_run_has_its_network_at_once_and_its_figures_after_the_first_turn(trainer, pool):
    trainer.new(settings())
    snapshot = trainer.snapshot()
    assert (snapshot.run.epoch, snapshot.run.history, snapshot.doing) == (0, (), "measuring")
    assert snapshot.run.accuracy is None
    pool.turn()
    snapshot = trainer.snapshot()
    assert (snapshot.run.epoch, len(snapshot.run.history), snapshot.doing) == (0, 1, "")
    assert snapshot.run.accuracy == snapshot.run.best_accuracy == 1.0


def test_train_goes_to_the_number_of_epochs_and_again_as_many_more(trainer, pool):
    ready(trainer, pool, num_epochs=2)
    trainer.start()
    assert trainer.snapshot().state == "queued"
    pool.turn()
    snapshot = trainer.snapshot()
    assert (snapshot.state, snapshot.step, snapshot.num_steps, snapshot.target_epoch) == (
        "running",
        2,
        STEPS,
        2,
    )
    for _ in range(9):
        pool.turn()
    assert (trainer.snapshot().state, trainer.snapshot().run.epoch) == ("finished", 2)
    trainer.start()
    assert trainer.snapshot().target_epoch == 4
    for _ in range(9):
        pool.turn()
    snapshot = trainer.snapshot()
    assert (snapshot.state, snapshot.run.epoch) == ("finished", 4)
    assert_whole(snapshot.run)


def test_pause_ends_the_epoch_and_resume_goes_on_to_the_target(trainer, pool):
    ready(trainer, pool, num_epochs=3)
    trainer.start()
    pool.turn()
    trainer.pause()
    assert trainer.snapshot().state == "pausing"
    pool.turn()
    assert (trainer.snapshot().state, trainer.snapshot().run.epoch, pool.jobs) == ("paused", 1, [])
    trainer.resume()
    epoch(pool)
    epoch(pool)
    assert (trainer.snapshot().state, trainer.snapshot().run.epoch) == ("finished", 3)


def test_resume_takes_back_a_pause_that_has_not_come_yet(trainer, pool):
    ready(trainer, pool)
    trainer.start()
    pool.turn()
    trainer.pause()
    trainer.resume()
    assert trainer.snapshot().state == "running"
    pool.turn()
    assert trainer.snapshot().doing == "training"


def test_pause_before_the_first_turn_is_at_once(trainer, pool):
    ready(trainer, pool)
    trainer.start()
    trainer.pause()
    assert (trainer.snapshot().state, pool.jobs) == ("paused", [])


def test_stop_rolls_the_epoch_back_and_the_next_try_gives_what_it_would_have_given(trainer, pool):
    ready(trainer, pool)
    trainer.start()
    epoch(pool)
    pool.turn()
    before = trainer.snapshot()
    assert before.step == 2
    trainer.stop()
    after = trainer.snapshot()
    assert (after.state, after.step, after.run, pool.jobs) == ("paused", 0, before.run, [])
    trainer.one_epoch()
    epoch(pool)
    assert (trainer.snapshot().state, trainer.snapshot().run.epoch) == ("finished", 2)
    assert_whole(trainer.snapshot().run)


def test_what_a_stopped_job_still_reports_changes_nothing(trainer, pool):
    ready(trainer, pool)
    trainer.start()
    job = pool.jobs[0]
    trainer.stop()
    before = trainer.snapshot()
    trainer.progressed(job, 2, STEPS)
    trainer.refused(job, "too late")
    trainer.finished(job, None)
    assert trainer.snapshot() == before


def test_more_epochs_while_training_and_after(trainer, pool):
    ready(trainer, pool, num_epochs=2)
    trainer.start()
    trainer.more(10)
    assert trainer.snapshot().target_epoch == 12
    trainer.stop()
    trainer.more(2)
    assert trainer.snapshot().target_epoch == 2
    epoch(pool)
    epoch(pool)
    assert trainer.snapshot().state == "finished"


def test_a_learning_rate_set_in_mid_epoch_holds_from_the_next_one(trainer, pool):
    ready(trainer, pool, learning_rate=0.5)
    trainer.start()
    pool.turn()
    trainer.change("learning_rate", 0.25)
    trainer.change("learning_rate", 0.125)
    for _ in range(5):
        pool.turn()
    run = trainer.snapshot().run
    assert [metrics.learning_rate for metrics in run.history] == [0.5, 0.5, 0.125, 0.125]
    assert run.schedule == (SettingChange(2, "learning_rate", 0.125),)
    assert run.config.learning_rate == 0.5
    assert_whole(run)


def test_a_setting_of_an_untrained_run_is_simply_that_setting(trainer, pool):
    ready(trainer, pool)
    trainer.change("learning_rate", 0.25)
    trainer.change("num_epochs", 7)
    trainer.change("patience", 2)
    run = trainer.snapshot().run
    assert (run.config.learning_rate, run.config.num_epochs, run.config.patience) == (0.25, 7, 2)
    assert (run.schedule, trainer.snapshot().target_epoch) == ((), 7)


def test_a_setting_set_back_leaves_no_trace(trainer, pool):
    trained_once(trainer, pool)
    trainer.change("learning_rate", 0.1)
    trainer.change("learning_rate", 0.5)
    assert trainer.snapshot().run.schedule == ()


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf"), True, "0.1"])
def test_a_learning_rate_out_of_bounds_changes_nothing(trainer, pool, value):
    ready(trainer, pool)
    with pytest.raises(ValueError, match="learning_rate must be"):
        trainer.change("learning_rate", value)
    assert trainer.snapshot().run.config.learning_rate == 0.5


def test_fewer_epochs_end_the_training_after_the_running_one(trainer, pool):
    ready(trainer, pool, num_epochs=9)
    trainer.start()
    epoch(pool)
    pool.turn()
    trainer.change("num_epochs", 1)
    assert trainer.snapshot().target_epoch == 2
    pool.turn()
    assert (trainer.snapshot().state, trainer.snapshot().run.epoch) == ("finished", 2)


def test_the_stop_rule_ends_a_training_that_gets_no_better(trainer, pool):
    run = ready(trainer, pool, num_epochs=900, patience=3)
    trainer.start()
    for _ in range(900 * STEPS):
        pool.turn()
        if not trainer.snapshot().active:
            break
    snapshot = trainer.snapshot()
    costs = [metrics.test.cost for metrics in snapshot.run.history]
    best = costs.index(min(costs))
    assert snapshot.run.id == run.id
    assert (snapshot.state, snapshot.run.epoch - best) == ("finished", 3)
    assert all(
        min(costs[: end + 1]) < costs[end - 3] or end < 3 for end in range(len(costs) - 1) if end - 3 >= 0
    )
    assert f"epoch {best}" in snapshot.message
    assert "3 epochs" in snapshot.message


def test_the_stop_rule_counts_anew_when_training_goes_on(trainer, pool):
    ready(trainer, pool, num_epochs=900, patience=2)
    trainer.start()
    while trainer.snapshot().active:
        pool.turn()
    stopped = trainer.snapshot().run.epoch
    trainer.more(2)
    epoch(pool)
    assert trainer.snapshot().active or trainer.snapshot().run.epoch >= stopped + 2


def test_figures_that_are_not_finite_keep_the_network_and_say_why(trainer, pool):
    ready(trainer, pool)
    trainer.start()
    epoch(pool)
    before = trainer.snapshot().run
    job = pool.jobs.pop()
    metrics = metrics_of(before.params, before.config, 2)
    broken = metrics._replace(test=metrics.test._replace(cost=float("nan")))
    trainer.finished(job, type("Result", (), {"metrics": broken, "params": before.params}))
    snapshot = trainer.snapshot()
    assert (snapshot.state, snapshot.run.epoch, snapshot.run.broken_in) == ("failed", 1, 2)
    assert snapshot.run.params is before.params
    assert "below 0.5" in snapshot.message
    trainer.change("learning_rate", 0.1)
    trainer.start()
    epoch(pool)
    assert (trainer.snapshot().run.epoch, trainer.snapshot().run.broken_in) == (2, 0)
    assert_whole(trainer.snapshot().run)


def test_a_network_with_a_weight_that_is_not_finite_is_not_finite(trainer, pool):
    run = ready(trainer, pool)
    metrics = metrics_of(run.params, run.config, 1)
    good = type("Result", (), {"metrics": metrics, "params": params_of(1)})
    assert is_finite(good)
    bad = (good.params[0]._replace(biases=np.array([np.inf])),)
    assert not is_finite(type("Result", (), {"metrics": metrics, "params": bad}))
    steep = metrics._replace(gradient_norms=(float("inf"),))
    assert not is_finite(type("Result", (), {"metrics": steep, "params": good.params}))


def test_a_refused_epoch_fails_with_the_sentence_and_can_be_tried_again(trainer, pool):
    ready(trainer, pool)
    trainer.start()
    pool.refuse("There was not enough memory.")
    assert (trainer.snapshot().state, trainer.snapshot().message) == (
        "failed",
        "There was not enough memory.",
    )
    trainer.resume()
    epoch(pool)
    assert (trainer.snapshot().state, trainer.snapshot().message) == (
        "running",
        "",
    ) or trainer.snapshot().active


def test_the_expected_time_grows_with_epochs_and_with_the_crowd(trainer, pool):
    ready(trainer, pool)
    assert trainer.expected_seconds(settings()) == 0.0, "nothing was measured"
    trainer.start()
    epoch(pool)
    assert trainer.expected_seconds(settings()) == 0.0, "for the first epoch operations are compiled"
    epoch(pool)
    trainer.stop()
    short, long = (trainer.expected_seconds(settings(num_epochs=n)) for n in (1, 10))
    assert long == pytest.approx(10 * short)
    trainer.start()
    assert trainer.expected_seconds(settings(num_epochs=1)) == pytest.approx(2 * short)


def test_nothing_that_can_be_seen_can_be_changed(trainer, pool):
    run = ready(trainer, pool)
    with pytest.raises(ValueError, match="read-only"):
        run.params[0].weights[0, 0] = 1
    with pytest.raises(AttributeError):
        run.name = "other"
    with pytest.raises(AttributeError):
        trainer.snapshot().state = "other"


def test_a_closed_trainer_asks_for_nothing_more(trainer, pool):
    ready(trainer, pool)
    trainer.start()
    trainer.close()
    trainer.start()
    assert pool.jobs == []
