"""A sweep in the pool: every order of commands and results, and real worker processes."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import jax
import numpy as np
import pytest

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.training import train
from mnistlab.jobs.labs import PAUSE_SECONDS, Labs, new_token
from mnistlab.jobs.pool import Pool
from mnistlab.jobs.trainer import Trainer
from mnistlab.jobs.worker import stepped
from mnistlab.sweeps.runs import begun
from mnistlab.sweeps.sweep import SweepTask, members, stacked, sweep
from mnistlab.sweeps.sweep_run import MAX_PARAMETERS, Sweeping
from tests.small_worker import TRAIN, small_dataset

PATIENCE = 120.0
BASE = TrainConfig(
    hidden=(12,), train_size=TRAIN, batch_size=20, num_epochs=2, scaling="unit", initialization="scaled"
)
CONFIGS = members(BASE, [0.002, 0.02], [1, 2])


class HandPool:
    """A pool that does some steps, as a worker would, when the test says so."""

    num_workers = 1

    def __init__(self):
        self.jobs = []

    def submit(self, task, listener):
        self.jobs.append(SimpleNamespace(task=task, listener=listener, begun=True))
        return self.jobs[-1]

    def cancel(self, job):
        self.jobs.remove(job)

    def ahead(self, job):
        return self.jobs.index(job)

    @property
    def num_jobs(self):
        return len(self.jobs)

    def turn(self, steps=30):
        """Do some steps of the first job."""
        job, ticks = self.jobs[0], itertools.count()
        job.task, done = stepped(job.task, small_dataset(), steps, clock=lambda: next(ticks))
        if done:
            self.jobs.remove(job)
            job.listener.finished(job, job.task.result(small_dataset()))
        else:
            job.listener.progressed(job, job.task.step, job.task.num_steps)


def assert_is_the_sweep(runs):
    """Fail unless the runs are those of a sweep done in one go, to the last bit."""
    epochs = list(sweep(CONFIGS, small_dataset()))
    assert [run.config for run in runs] == list(CONFIGS)
    for number, run in enumerate(runs):
        assert [metrics.test.cost for metrics in run.history] == [
            epoch.metrics[number].test.cost for epoch in epochs
        ]
        for ours, theirs in zip(jax.tree.leaves(run.params), jax.tree.leaves(epochs[-1].params), strict=True):
            assert np.array_equal(ours, theirs[number])


def test_a_sweep_in_turns_is_the_sweep_in_one_go():
    pool = HandPool()
    sweeping = Sweeping(pool)
    assert sweeping.snapshot().state == "none"
    sweeping.start(CONFIGS)
    seen = []
    while pool.jobs:
        pool.turn()
        snapshot = sweeping.snapshot()
        seen.append((snapshot.epoch, snapshot.step))
    assert (snapshot.state, snapshot.epoch, snapshot.num_epochs) == ("finished", 2, 2)
    assert [step for epoch, step in seen if epoch == 0][:3] == [0, 30, 60], "turns of thirty steps"
    assert_is_the_sweep(snapshot.runs)
    assert snapshot.seconds > 0


def test_a_stopped_sweep_keeps_its_epochs_and_goes_on_as_if_it_had_not_been():
    pool = HandPool()
    sweeping = Sweeping(pool)
    sweeping.start(CONFIGS)
    while sweeping.snapshot().epoch < 1:
        pool.turn()
    pool.turn()
    sweeping.stop()
    snapshot = sweeping.snapshot()
    assert (snapshot.state, snapshot.epoch, snapshot.step) == ("stopped", 1, 0)
    assert not pool.jobs
    assert [len(run.history) for run in snapshot.runs] == [2] * 4
    sweeping.resume()
    while pool.jobs:
        pool.turn(45)
    assert_is_the_sweep(sweeping.snapshot().runs)


def test_what_comes_of_a_sweep_that_was_given_up_is_not_heard():
    pool = HandPool()
    sweeping = Sweeping(pool)
    sweeping.start(CONFIGS)
    late = pool.jobs[0]
    sweeping.start(CONFIGS[:2])
    sweeping.finished(late, late.task.result(small_dataset()))
    sweeping.refused(late, "Too late.")
    snapshot = sweeping.snapshot()
    assert (snapshot.state, snapshot.epoch, snapshot.number, len(snapshot.runs)) == ("running", -1, 2, 2)


def test_a_refusal_is_said():
    pool = HandPool()
    sweeping = Sweeping(pool)
    sweeping.start(CONFIGS)
    sweeping.refused(pool.jobs[0], "There was not enough memory.")
    assert sweeping.snapshot().state == "failed"
    assert sweeping.snapshot().message == "There was not enough memory."
    sweeping.resume()
    assert sweeping.snapshot().state == "failed"


def test_a_sweep_that_is_too_large_is_refused_and_the_one_before_goes_on():
    pool = HandPool()
    sweeping = Sweeping(pool)
    sweeping.start(CONFIGS)
    large = members(TrainConfig(hidden=(1024, 1024)), [0.1], range(5))
    with pytest.raises(ValueError, match=f"at most {MAX_PARAMETERS:,} weights and biases in all. Got 9,3"):
        sweeping.start(large)
    assert sweeping.snapshot().state == "running"
    assert len(pool.jobs) == 1


def test_a_network_of_a_sweep_becomes_the_current_one_and_is_trained_on():
    pool = HandPool()
    sweeping, trainer = Sweeping(pool), Trainer(pool, BASE)
    sweeping.start(CONFIGS)
    while pool.jobs:
        pool.turn()
    chosen = sweeping.snapshot().runs[3]
    trainer.add(chosen)
    run = trainer.snapshot().run
    assert (run.epoch, run.accuracy, run.config) == (2, chosen.accuracy, CONFIGS[3])
    trainer.one_epoch()
    while pool.jobs:
        pool.turn()
    *_, last = train(replace(CONFIGS[3], num_epochs=3), small_dataset())
    np.testing.assert_allclose(
        trainer.snapshot().run.params[0].weights, last.params[0].weights, rtol=2e-4, atol=2e-6
    )


def test_a_task_taken_up_by_another_worker_goes_on_where_it_was():
    data = small_dataset()
    task = SweepTask(CONFIGS[0], stacked([run.params for run in begun(CONFIGS)]), CONFIGS, 1)
    *_, in_one_go = task.steps(data)
    for step in task.steps(data):
        if step.index == 37:
            break
    task = replace(task, params=jax.tree.map(np.asarray, step.params), step=37)
    *_, in_two = task.steps(data)
    for one, two in zip(jax.tree.leaves(in_one_go.params), jax.tree.leaves(in_two.params), strict=True):
        assert np.array_equal(one, two)


def test_a_sweep_that_nobody_looks_at_stops(tmp_path):
    now = [0.0]
    pool = HandPool()
    labs = Labs(tmp_path, pool=pool, clock=lambda: now[0])
    token = new_token()
    sweeping = labs.sweeping(token)
    assert labs.sweeping(token) is sweeping
    sweeping.start(CONFIGS)
    now[0] += PAUSE_SECONDS - 1
    labs.sweep()
    assert sweeping.snapshot().active
    now[0] += 2
    labs.sweep()
    assert sweeping.snapshot().state == "stopped"


@pytest.mark.slow
def test_worker_processes_share_their_time_between_a_sweep_and_a_training_and_both_come_out_right():
    pool = Pool(small_dataset, num_workers=1, slice_seconds=0.02)
    try:
        sweeping, trainer = Sweeping(pool), Trainer(pool, BASE)
        sweeping.start(CONFIGS)
        trainer.start()
        assert trainer.wait_for(lambda snapshot: not snapshot.active, PATIENCE).state == "finished"
        assert sweeping.wait_for(lambda snapshot: not snapshot.active, PATIENCE).state == "finished"
        assert_is_the_sweep(sweeping.snapshot().runs)
    finally:
        pool.close()
