"""Real worker processes: equal to one process bit for bit, killed, orphaned, ended."""

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import psutil
import pytest

from mnistlab.data.user_digits import own_digit_steps
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.training import initial_params, train
from mnistlab.jobs import pool as pools
from mnistlab.jobs import worker
from mnistlab.jobs.pool import DIED, Pool
from mnistlab.jobs.tasks import EpochTask
from mnistlab.jobs.trainer import Trainer
from tests.conftest import REPOSITORY
from tests.fake_machine import Heard
from tests.small_worker import TRAIN, small_dataset

PATIENCE = 120.0
CONFIG = TrainConfig(
    hidden=(20,), train_size=TRAIN, batch_size=10, num_epochs=3, scaling="unit", learning_rate=0.02
)


@pytest.fixture(scope="module")
def pool():
    """One worker for all tests that leave it as it was."""
    pool = Pool(small_dataset, num_workers=1)
    yield pool
    pool.close()


@pytest.fixture
def own_pool():
    """A worker of the test's own; its slices are shorter than an epoch on any machine."""
    pool = Pool(small_dataset, num_workers=1, slice_seconds=0.01)
    yield pool
    pool.close()


def trained(trainer):
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
    snapshot = trained(Trainer(pool, CONFIG))
    assert snapshot.state == "finished", snapshot.message
    assert_same_run(snapshot.run, list(train(CONFIG, small_dataset())))
    assert snapshot.run.accuracy > 2 * snapshot.run.history[0].test.accuracy


def test_many_trainers_on_two_workers_give_the_same_numbers_and_fair_slices():
    pool = Pool(small_dataset, num_workers=2, slice_seconds=0.02)
    configs = [replace(CONFIG, seed=seed) for seed in range(3)]
    trainers = [Trainer(pool, config) for config in configs]
    try:
        for trainer in trainers:
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
    config = replace(CONFIG, num_epochs=15)  # long enough to be still under way when it is killed
    trainer = Trainer(own_pool, config)
    trainer.start()
    for epoch in (0, 2):
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
    trainer = Trainer(pool, CONFIG)
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
    trainer = Trainer(pool, replace(CONFIG, num_epochs=1))
    before = trained(trainer).run
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
    pool = Pool(small_dataset, num_workers=1)
    try:
        trainer = Trainer(pool, CONFIG)
        snapshot = trainer.wait_for(lambda snapshot: snapshot.state == "failed", PATIENCE)
        assert snapshot.message == "MNIST must be on this machine. Got nothing."
        trainer.new(replace(CONFIG, dataset="generated"))
        assert trainer.wait_for(lambda snapshot: snapshot.run.history, PATIENCE).state == "idle"
    finally:
        pool.close()


def test_closing_leaves_no_process_and_no_zombie(own_pool):
    trained(Trainer(own_pool, replace(CONFIG, num_epochs=1)))
    processes = [psutil.Process(pid) for pid in own_pool.pids]
    assert processes
    own_pool.close()
    assert not [process for process in processes if process.is_running()]
    assert not [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]


LAB = """
import signal
import sys
from mnistlab.engine.config import TrainConfig
from mnistlab.jobs.pool import Pool
from mnistlab.jobs.trainer import Trainer
from tests.small_worker import small_dataset

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background ignore it
    pool = Pool(small_dataset, num_workers=1)
    trainer = Trainer(pool, TrainConfig(hidden=(20,), train_size=2000, batch_size=1, num_epochs=1000))
    trainer.start()
    trainer.wait_for(lambda snapshot: snapshot.step > 0, 120)
    try:
        print(*pool.pids, flush=True)  # from here on the test may press Ctrl-C
        sys.stdin.read()
    except KeyboardInterrupt:
        before = trainer.snapshot()
        trainer.wait_for(lambda now: (now.run.epoch, now.step) > (before.run.epoch, before.step + 100), 120)
        print(*pool.pids, trainer.snapshot().state, flush=True)
    if "close" in sys.argv:
        pool.close()
"""


@pytest.fixture
def lab_process():
    """Return a function that starts a lab which trains in a process of its own, with its worker."""
    processes = []

    def start(*arguments):
        lab = subprocess.Popen(
            [sys.executable, "-c", LAB, *arguments],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        processes.append(lab)
        processes.append(psutil.Process(int(lab.stdout.readline())))
        return processes

    yield start
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def test_a_worker_whose_lab_was_killed_ends_within_five_seconds(lab_process):
    lab, process = lab_process()
    lab.kill()
    lab.wait()
    process.wait(timeout=5.0)
    assert not process.is_running()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C in another way")
def test_ctrl_c_in_the_terminal_is_for_the_lab_which_can_end_in_peace(lab_process):
    lab, process = lab_process("close")
    os.killpg(lab.pid, signal.SIGINT)  # as a terminal does: to everybody in the foreground
    pid, state = lab.stdout.readline().split()
    assert (int(pid), state) == (process.pid, "running")
    _, told = lab.communicate(timeout=30)
    assert (lab.returncode, told) == (0, "")
    assert not process.is_running()


def test_a_lab_that_ends_without_closing_leaves_no_worker_and_says_nothing(lab_process):
    lab, process = lab_process()
    _, told = lab.communicate("", timeout=30)
    assert (lab.returncode, told) == (0, "")
    assert not process.is_running()


def no_data(name):
    """Kill the process that asks for data."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_task_that_kills_its_worker_is_given_up_after_three_deaths_and_in_a_sentence():
    pool, heard = Pool(no_data, num_workers=1), Heard()
    try:
        pool.submit(EpochTask(CONFIG, initial_params(CONFIG), 0), heard)
        heard.wait_for(lambda heard: heard.sentences)
        assert heard.sentences == [DIED]
    finally:
        pool.close()


def test_a_worker_that_rests_for_long_ends_and_comes_back_when_there_is_work(monkeypatch):
    monkeypatch.setattr(pools, "REST_SECONDS", 0.5)
    pool = Pool(small_dataset, num_workers=2)
    trainers = [Trainer(pool, replace(CONFIG, num_epochs=1, seed=seed)) for seed in range(2)]
    try:
        for trainer in trainers:
            trained(trainer)
        first, second = map(psutil.Process, pool.pids)
        second.wait(timeout=PATIENCE)
        assert first.is_running()
        assert [trained(trainer).run.epoch for trainer in trainers] == [2, 2]
    finally:
        pool.close()


def test_a_worker_is_polite(pool):
    trained(Trainer(pool, replace(CONFIG, num_epochs=1)))
    (pid,) = pool.pids
    assert psutil.Process(pid).nice() == 10 + os.nice(0)


def test_what_was_compiled_for_all_is_not_charged_to_who_came_first(monkeypatch):
    monkeypatch.setattr(worker, "dataset", small_dataset)
    config = replace(CONFIG, hidden=(23,), train_size=100)  # no other test has this width
    task = EpochTask(config, initial_params(config), 0)
    first, second = (worker.advance(task, 0.0001).seconds for _ in range(2))
    assert first <= 0.0001 < second
