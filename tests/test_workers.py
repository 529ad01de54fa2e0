"""Real worker processes: equal to one process bit for bit, killed, orphaned, ended."""

import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from functools import partial

import numpy as np
import psutil
import pytest
from mnistlab.jobs.jobs import Nobody, Share
from mnistlab.jobs.workers import WorkerProcess

from mnistlab.config import TrainConfig
from mnistlab.jobs.pool import Pool
from mnistlab.jobs.tasks import EpochTask
from mnistlab.jobs.trainer import Trainer
from mnistlab.own_digits import own_digit_steps
from mnistlab.training import initial_params, train
from tests.conftest import REPOSITORY
from tests.small_worker import TRAIN, SmallWorker, small_dataset

PATIENCE = 120.0
CONFIG = TrainConfig(
    hidden=(20,), train_size=TRAIN, batch_size=10, num_epochs=3, scaling="unit", learning_rate=0.02
)


@pytest.fixture(scope="module")
def pool():
    """One worker for all tests that leave it as it was."""
    pool = Pool(SmallWorker, num_workers=1)
    yield pool
    pool.close()


@pytest.fixture
def own_pool():
    """A worker of the test's own; its turns are shorter than an epoch on any machine."""
    pool = Pool(SmallWorker, num_workers=1, turn_seconds=0.01)
    yield pool
    pool.close()


def trained(trainer, config):
    trainer.new(config)
    trainer.start()
    return trainer.wait_for(lambda snapshot: not snapshot.active and not snapshot.doing, PATIENCE)


def assert_same(params, others):
    for layer, other in zip(params, others, strict=True):
        for array, counterpart in zip(layer, other, strict=True):
            assert np.array_equal(np.asarray(array), np.asarray(counterpart))


def assert_same_run(run, epochs):
    """Fail unless a run's figures and networks are those of the epochs, to the last bit."""
    assert len(run.history) == len(epochs)
    for metrics, epoch in zip(run.history, epochs, strict=True):
        assert metrics.test.cost == epoch.metrics.test.cost
        assert metrics.train.cost == epoch.metrics.train.cost
        assert metrics.gradient_norms == epoch.metrics.gradient_norms
        assert np.array_equal(metrics.test.confusion, epoch.metrics.test.confusion)
        assert_same(run.kept[metrics.epoch], epoch.params)
    assert_same(run.params, epochs[-1].params)


def test_a_worker_gives_the_numbers_of_one_process_to_the_last_bit(pool):
    snapshot = trained(Trainer(pool), CONFIG)
    assert snapshot.state == "finished", snapshot.message
    assert_same_run(snapshot.run, list(train(CONFIG, small_dataset())))
    assert snapshot.run.accuracy > 2 * snapshot.run.history[0].test.accuracy


def test_many_trainers_on_two_workers_give_the_same_numbers_and_fair_turns():
    pool = Pool(SmallWorker, num_workers=2, turn_seconds=0.02)
    configs = [replace(CONFIG, seed=seed) for seed in range(5)]
    trainers = [Trainer(pool) for _ in configs]
    try:
        for trainer, config in zip(trainers, configs, strict=True):
            trainer.new(config)
            trainer.start()
        trainers[0].wait_for(lambda snapshot: not snapshot.active, PATIENCE)
        progress = [trainer.snapshot().run.epoch for trainer in trainers]
        for trainer, config in zip(trainers, configs, strict=True):
            snapshot = trainer.wait_for(lambda snapshot: not snapshot.active, PATIENCE)
            assert_same_run(snapshot.run, list(train(config, small_dataset())))
    finally:
        pool.close()
    assert min(progress) >= 1, progress


def test_a_worker_killed_in_mid_epoch_costs_nothing_but_time(own_pool):
    config = replace(CONFIG, num_epochs=30)  # long enough to be still under way when it is killed
    trainer = Trainer(own_pool)
    trainer.new(config)
    trainer.start()
    for epoch in (0, 2, 4):
        trainer.wait_for(
            lambda snapshot, epoch=epoch: snapshot.run.epoch >= epoch and snapshot.step > 0, PATIENCE
        )
        (pid,) = own_pool.pids
        os.kill(pid, signal.SIGKILL)
        trainer.wait_for(lambda _, pid=pid: own_pool.pids and own_pool.pids != (pid,), PATIENCE)
    snapshot = trainer.wait_for(lambda snapshot: not snapshot.active, PATIENCE)
    assert (snapshot.state, snapshot.run.epoch) == ("finished", config.num_epochs)
    assert_same_run(snapshot.run, list(train(config, small_dataset())))


def test_stop_in_mid_epoch_and_resume_give_what_an_undisturbed_run_gives(pool):
    trainer = Trainer(pool)
    trainer.new(CONFIG)
    for _ in range(3):
        if trainer.snapshot().run.epoch == CONFIG.num_epochs:
            break  # on a fast machine it is done before it can be stopped; Train would then train more
        trainer.start()
        trainer.wait_for(lambda snapshot: snapshot.step > 0 or not snapshot.active, PATIENCE)
        trainer.stop()
        assert trainer.snapshot().step == 0
    if trainer.snapshot().run.epoch < CONFIG.num_epochs:
        trainer.start()
    snapshot = trainer.wait_for(lambda snapshot: not snapshot.active, PATIENCE)
    assert_same_run(snapshot.run, list(train(CONFIG, small_dataset())))


def test_own_digits_in_a_worker_are_those_of_one_process(pool):
    data = small_dataset()
    images, labels = data.test.images[:3], data.test.labels[:3]
    trainer = Trainer(pool)
    before = trained(trainer, replace(CONFIG, num_epochs=1)).run
    trainer.train_on(images, labels, num_steps=30)
    after = trainer.wait_for(lambda snapshot: snapshot.can_undo_train_on, PATIENCE).run
    params = before.params
    for step in own_digit_steps(
        params, images, labels, data.train, before.settings, epoch=1, number=0, num_steps=30
    ):
        params = step.params
    assert_same(after.params, params)
    (change,) = after.schedule
    assert change.test_before == before.accuracy
    assert 0.0 <= change.own_before <= 1.0


def test_what_the_data_refuse_reaches_the_screen_as_their_sentence(monkeypatch):
    monkeypatch.setenv("MNISTLAB_TEST_MISSING", "mnist")
    pool = Pool(SmallWorker, num_workers=1)
    try:
        trainer = Trainer(pool)
        trainer.new(CONFIG)
        snapshot = trainer.wait_for(lambda snapshot: snapshot.state == "failed", PATIENCE)
        assert snapshot.message == "MNIST must be on this machine. Got nothing."
        trainer.new(replace(CONFIG, dataset="generated"))
        assert trainer.wait_for(lambda snapshot: snapshot.run.history, PATIENCE).state == "idle"
    finally:
        pool.close()


def test_closing_leaves_no_process_and_no_zombie(own_pool):
    trained(Trainer(own_pool), replace(CONFIG, num_epochs=1))
    processes = [psutil.Process(pid) for pid in own_pool.pids]
    assert processes
    own_pool.close()
    assert not [process for process in processes if process.is_running()]
    assert not [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]


def test_a_worker_whose_lab_was_killed_ends():
    script = textwrap.dedent("""
        import sys
        from mnistlab.config import TrainConfig
        from mnistlab.jobs.pool import Pool
        from mnistlab.jobs.trainer import Trainer
        from tests.small_worker import SmallWorker

        pool = Pool(SmallWorker, num_workers=1)
        trainer = Trainer(pool)
        trainer.new(TrainConfig(hidden=(20,), train_size=2000, batch_size=1, num_epochs=1000))
        trainer.start()
        trainer.wait_for(lambda snapshot: snapshot.step > 0, 120)
        print(*pool.pids, flush=True)
        sys.stdin.read()
    """)
    lab = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = psutil.Process(int(lab.stdout.readline()))
    lab.kill()
    lab.wait()
    worker.wait(timeout=10.0)
    assert not worker.is_running()


def test_a_worker_that_never_starts_is_told_to_everybody_who_waits(monkeypatch):
    pool = Pool(partial(WorkerProcess, "tests.no_such_module"), num_workers=2)
    try:
        trainers = [Trainer(pool) for _ in range(3)]
        for trainer in trainers:
            trainer.new(CONFIG)
        for trainer in trainers:
            snapshot = trainer.wait_for(lambda snapshot: snapshot.state == "failed", PATIENCE)
            assert snapshot.message.startswith("No worker process could be started.")
    finally:
        pool.close()


def test_a_worker_is_polite_and_prints_nothing_into_the_pipe(pool):
    trained(Trainer(pool), replace(CONFIG, num_epochs=1))
    (pid,) = pool.pids
    assert psutil.Process(pid).nice() == 10


def test_a_cancelled_job_is_never_heard_of_again(pool):
    heard = []

    class Listener(Nobody):
        def finished(self, job, result):
            heard.append(result)

    job = pool.submit(EpochTask(CONFIG, initial_params(CONFIG), 0), Share(), Listener())
    pool.cancel(job)
    trainer = Trainer(pool)
    trained(trainer, replace(CONFIG, num_epochs=1))
    assert heard == []
    assert pool.num_jobs == 0


def test_a_step_that_nobody_waits_for_does_not_hold_the_worker_for_long(own_pool):
    trainer = Trainer(own_pool)
    trainer.new(CONFIG)
    trainer.wait_for(lambda snapshot: snapshot.run.history, PATIENCE)
    (pid,) = own_pool.pids
    os.kill(pid, signal.SIGSTOP)
    trainer.start()
    trainer.wait_for(lambda snapshot: snapshot.state == "running", PATIENCE)
    trainer.stop()
    trainer.one_epoch()
    snapshot = trainer.wait_for(lambda snapshot: not snapshot.active, PATIENCE)
    assert (snapshot.state, snapshot.run.epoch) == ("finished", 1)
    assert not psutil.pid_exists(pid)
