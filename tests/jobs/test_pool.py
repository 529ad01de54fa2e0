"""The pool's slices: the same seconds for all, who dies and who is blamed, on workers that are simulated."""

import math
import random
import threading
from concurrent.futures import Executor, Future

import numpy as np
import pytest

from mnistlab.engine.network import Layer
from mnistlab.jobs import pool as pools
from mnistlab.jobs.pool import (
    DIED,
    MAX_WORKERS,
    NOT_STARTED,
    SLICE_SECONDS,
    Listener,
    Pool,
    default_num_workers,
)
from tests.fake_machine import PATIENCE, Heard, Machine, Work


class UnevenEpoch(Work):
    """An epoch whose slices hold more or fewer steps, as the machine is busy; long figures end it.

    What a slice counts for is the work in it.
    """

    order = random.Random(1)

    def done_for(self, seconds):
        steps = min(round(seconds / 0.0008 / self.order.uniform(0.7, 3.0)), self.num_steps - self.step)
        task = self._replace(step=self.step + steps)
        work = steps * 0.0008 * self.order.uniform(0.9, 1.1)
        if task.step < self.num_steps:
            return work, task
        return work + 0.3 * self.order.uniform(0.9, 1.1), None


class SlowEpoch(Work):
    """An epoch of the slowest settings that are allowed: steps of a second, and figures of six."""

    def done_for(self, seconds):
        task = self._replace(step=self.step + 1)
        return (1.0, task) if task.step < task.num_steps else (6.0, None)


class Lab(Listener):
    """Trains epoch after epoch."""

    def __init__(self, pool, epoch):
        self.pool, self.epoch = pool, epoch
        self.finished(None, None)

    def finished(self, job, result):
        self.pool.submit(self.epoch, self)


@pytest.fixture
def machine_of():
    machines = []

    def make(num_workers, **kw):
        machines.append(Machine(num_workers, **kw))
        return machines[-1]

    yield make
    for machine in machines:
        machine.pool.close()


def jain(amounts):
    return sum(amounts) ** 2 / (len(amounts) * sum(amount**2 for amount in amounts))


def seconds_of(machine, name, last=None):
    return sum(seconds for task, _, _, seconds in machine.log[-last if last else 0 :] if task.name == name)


@pytest.mark.parametrize(("num_jobs", "num_workers"), [(25, 2), (3, 2), (5, 3), (2, 2), (7, 1)])
def test_equal_labs_take_turns(machine_of, num_jobs, num_workers):
    machine = machine_of(num_workers)
    for name in range(num_jobs):
        machine.pool.submit(Work(name), Listener())
    machine.end_slices(40 * num_jobs, busy=num_workers)
    used = [seconds_of(machine, name) for name in range(num_jobs)]
    assert max(used) - min(used) < 3 * Work().slice_seconds
    assert jain(used) > 0.99


def test_who_begins_while_others_wait_soon_has_a_first_short_slice(machine_of):
    machine = machine_of(1)
    machine.pool.submit(Work("alone"), Listener())
    (alone,) = machine.wait_for_busy(1)
    for name in range(20):
        machine.pool.submit(Work(name), Listener())
    machine.end_slice(alone)
    (first,) = machine.wait_for_busy(1)
    assert alone.seconds == SLICE_SECONDS
    assert first.seconds < SLICE_SECONDS / 4


@pytest.mark.parametrize("num_workers", [1, 2])
def test_a_class_of_equal_networks_comes_equally_far_in_some_minutes_of_work(machine_of, num_workers):
    machine = machine_of(num_workers)
    for name in range(25):
        Lab(machine.pool, UnevenEpoch(name, num_steps=468))
    while not machine.log or machine.log[-1][2] < 400 / num_workers:
        machine.end_slices(1, busy=num_workers)
    steps = dict.fromkeys(range(25), 0)
    before = dict.fromkeys(range(25), 0)
    for task, _, moment, _ in machine.log:
        if moment >= 80 / num_workers:
            steps[task.name] += (task.step - before[task.name]) % 468
        before[task.name] = task.step
    assert jain(steps.values()) > 0.98
    assert min(steps.values()) > 0.85 * sum(steps.values()) / 25


@pytest.mark.parametrize("num_workers", [1, 2])
def test_one_large_network_costs_the_others_no_more_than_its_share(machine_of, num_workers):
    machine = machine_of(num_workers)
    for name in range(24):
        machine.pool.submit(Work(name), Listener())
    machine.pool.submit(Work("large", slice_seconds=2.0), Listener())
    machine.end_slices(2500, busy=num_workers)
    others = [seconds_of(machine, name) for name in range(24)]
    assert seconds_of(machine, "large") < sum(others) / 24 + 2.0
    assert seconds_of(machine, "large") > sum(others) / 24 - 2.0
    assert max(others) - min(others) < 0.6


@pytest.mark.parametrize("num_workers", [1, 2])
@pytest.mark.parametrize("num_steps", [1, 2, 70])
@pytest.mark.parametrize("usual", [UnevenEpoch("usual", num_steps=468), Work("usual", num_steps=2)])
def test_five_tabs_with_the_slowest_settings_leave_another_lab_its_share(
    machine_of, num_workers, num_steps, usual
):
    machine = machine_of(num_workers)
    for name in range(5):
        Lab(machine.pool, SlowEpoch(name, num_steps=num_steps))
    Lab(machine.pool, usual)
    while not machine.log or machine.log[-1][2] < 200:
        machine.end_slices(1, busy=num_workers)
    share = sum(seconds for *_, seconds in machine.log) / 6
    assert seconds_of(machine, "usual") > 0.8 * share


def test_who_took_long_waits_until_the_others_have_had_as_much(machine_of):
    machine = machine_of(1)
    machine.pool.submit(Work("slow", slice_seconds=2.0), Listener())
    machine.wait_for_busy(1)
    for name in "abc":
        machine.pool.submit(Work(name), Listener())
    machine.end_slices(30)
    order = "".join(task.name[0] for task, *_ in machine.log)
    assert order[0] == "s"
    assert order.index("s", 1) == 1 + 3 * math.ceil(2.0 / SLICE_SECONDS), order


def test_who_comes_back_from_a_rest_does_not_catch_up(machine_of):
    machine, rested = machine_of(1), Listener()
    job = machine.pool.submit(Work("rested"), rested)
    machine.wait_for_busy(1)
    machine.pool.submit(Work("busy"), Listener())
    machine.pool.cancel(job)
    machine.end_slices(100)
    machine.pool.submit(Work("rested"), rested)
    machine.end_slices(40)
    assert seconds_of(machine, "busy", last=40) == pytest.approx(20 * SLICE_SECONDS, abs=2 * SLICE_SECONDS)


def test_a_rest_between_two_epochs_forgives_nothing(machine_of):
    machine, greedy = machine_of(1), Listener()
    for _ in range(10):
        job = machine.pool.submit(Work("greedy", slice_seconds=1.0, num_steps=1), greedy)
        if not machine.log:
            machine.wait_for_busy(1)
            machine.pool.submit(Work("patient"), Listener())
        while job.number in machine.pool._jobs:
            machine.end_slices(1)
    assert seconds_of(machine, "patient") > 0.7 * seconds_of(machine, "greedy")


def test_those_who_wait_know_how_many_are_before_them(machine_of):
    machine = machine_of(1)
    jobs = [machine.pool.submit(Work(name), Listener()) for name in range(4)]
    machine.wait_for_busy(1)
    assert [machine.pool.ahead(job) for job in jobs] == [0, 0, 1, 2]
    assert machine.pool.num_jobs == 4
    for job in jobs:
        machine.pool.cancel(job)
    assert [machine.pool.ahead(job) for job in jobs] == [0, 0, 0, 0]
    assert machine.pool.num_jobs == 0


def test_no_more_workers_are_started_than_there_are_jobs(machine_of):
    machine = machine_of(8)
    machine.pool.submit(Work("one"), Listener())
    machine.end_slices(20)
    assert len(machine.workers) == 1
    machine.pool.submit(Work("two"), Listener())
    machine.end_slices(20, busy=2)
    assert len(machine.workers) == 2
    assert sorted(machine.pool.pids) == [1, 2]


def test_a_run_alone_stays_with_its_worker_from_task_to_task(machine_of):
    machine = machine_of(2)
    for name in "ab":
        machine.pool.submit(Work(name, num_steps=1), Listener())
    machine.end_slices(2, busy=1)

    class Next(Heard):
        def finished(self, job, result):
            machine.pool.submit(Work("alone", num_steps=1), self)

    machine.pool.submit(Work("alone", num_steps=1), Next())
    machine.end_slices(50)
    assert len({worker for task, worker, *_ in machine.log if task.name == "alone"}) == 1


def test_what_is_heard_of_a_job_is_each_step_once_and_then_its_result(machine_of):
    machine, heard = machine_of(2), Heard()
    machine.pool.submit(Work("x", num_steps=4), heard)
    machine.end_slices(4)
    heard.wait_for(lambda heard: heard.results)
    assert (heard.steps, heard.results, heard.sentences) == ([0, 1, 2, 3], ["result"], [])


def test_nothing_more_is_heard_of_a_cancelled_job(machine_of):
    machine, heard, other = machine_of(1), Heard(), Heard()
    job = machine.pool.submit(Work("x", num_steps=2), heard)
    machine.end_slices(1)
    machine.wait_for_busy(1)
    machine.pool.cancel(job)
    machine.pool.cancel(job)
    machine.pool.submit(Work("y", num_steps=1), other)
    machine.end_slices(2)
    other.wait_for(lambda other: other.results)
    assert (heard.steps, heard.results, heard.sentences) == ([0, 1], [], [])


def test_a_slice_that_nobody_waits_for_does_not_hold_its_worker_for_long(machine_of, monkeypatch):
    monkeypatch.setattr(pools, "GRACE_SECONDS", 0.0)
    machine = machine_of(1)
    machine.pool.cancel(held := machine.pool.submit(Work("held"), Listener()))
    job = machine.pool.submit(Work("held"), Listener())
    (running,) = machine.wait_for_busy(1)
    machine.pool.cancel(job)
    machine.pool.submit(Work("next"), Listener())
    with machine.changed:
        assert machine.changed.wait_for(
            lambda: [each.task.name for each in machine.running] == ["next"], PATIENCE
        )
    assert running.worker.dead
    assert held.deaths == 0


def test_a_large_network_gets_slices_so_long_that_its_journey_is_a_tenth_at_most(machine_of):
    machine = machine_of(1)
    megabytes = 24
    layer = Layer(np.zeros((megabytes, 2**18), np.float32), np.zeros(0, np.float32))
    machine.pool.submit(Work("large", params=(layer,)), Listener())
    (running,) = machine.wait_for_busy(1)
    assert running.seconds == pytest.approx(10 * megabytes * 2**20 / pools.TRAVEL_BYTES)
    assert running.seconds > 2 * SLICE_SECONDS


def test_of_25_labs_one_of_which_kills_its_workers_24_never_notice(machine_of):
    machine = machine_of(2)
    everybody = {name: Heard() for name in range(25)}
    for name, heard in everybody.items():
        machine.pool.submit(Work(name, num_steps=6), heard)
    for _ in range(24 * 6 + 2 + 3):
        running = machine.wait_for_busy(1)[0]
        if (running.task.name, running.task.step) == (7, 2):
            machine.kill(running)
        else:
            machine.end_slice(running)
    poisoned = everybody.pop(7)
    poisoned.wait_for(lambda heard: heard.sentences)
    assert (poisoned.sentences, poisoned.results) == ([DIED], [])
    for heard in everybody.values():
        heard.wait_for(lambda heard: heard.results)
        assert (heard.steps, heard.results, heard.sentences) == (list(range(6)), ["result"], [])


def test_a_worker_that_dies_while_it_is_idle_is_nobodys_fault(machine_of):
    machine, heard = machine_of(1), Heard()
    machine.pool.submit(Work("x", num_steps=1), heard)
    machine.end_slices(1)
    heard.wait_for(lambda heard: heard.results)
    machine.workers[0].dead = True
    job = machine.pool.submit(Work("y", num_steps=1), heard)
    machine.end_slices(1)
    heard.wait_for(lambda heard: len(heard.results) == 2)
    assert (job.deaths, len(machine.workers)) == (0, 2)


@pytest.mark.parametrize(
    "error", [OSError(11, "too few left"), RuntimeError("too few left to start a thread")]
)
def test_where_no_worker_can_be_started_everybody_is_told_and_the_next_may_try_again(caplog, error):
    def no_more(load, rest_seconds):
        raise error

    pool, everybody = Pool(num_workers=2, start_executor=no_more), [Heard() for _ in range(3)]
    for _ in range(2):
        for heard in everybody:
            pool.submit(Work(), heard)
        for heard in everybody:
            heard.wait_for(lambda heard: heard.sentences)
            assert set(heard.sentences) == {NOT_STARTED}
            heard.sentences.clear()
    pool.close()
    assert "too few left" in caplog.text


def test_a_pool_that_is_closed_while_a_worker_starts_has_not_failed(caplog):
    asked, number = threading.Event(), Future()

    class Starting(Executor):
        def submit(self, function, *args):
            asked.set()
            return number

        def shutdown(self, wait=True, *, kill_workers=False):
            number.set_exception(RuntimeError("shut down"))

    pool = Pool(num_workers=1, start_executor=lambda load, rest: Starting())
    pool.submit(Work(), Heard())
    assert asked.wait(PATIENCE)
    pool.close()
    assert caplog.messages == []


def test_a_listener_that_fails_does_not_take_the_pool_along(machine_of, caplog):
    class Broken(Heard):
        def finished(self, job, result):
            raise KeyError("x")

    machine, broken, heard = machine_of(1), Broken(), Heard()
    machine.pool.submit(Work("x", num_steps=1), broken)
    machine.pool.submit(Work("y", num_steps=1), heard)
    machine.end_slices(2)
    broken.wait_for(lambda broken: broken.sentences)
    heard.wait_for(lambda heard: heard.results)
    assert "could not be taken in" in caplog.text


def test_a_closed_pool_takes_nothing_closes_twice_and_leaves_no_thread(machine_of):
    before = threading.active_count()
    pool = machine_of(1).pool
    pool.submit(Work(), Listener())
    pool.close()
    pool.close()
    assert threading.active_count() == before
    with pytest.raises(RuntimeError, match="must be open"):
        pool.submit(Work(), Listener())


@pytest.mark.parametrize(
    ("given", "count"),
    [("3", 3), ("1", 1), ("0", None), ("-2", None), ("²", None), ("x", None), ("9999", None)],
)
def test_the_number_of_workers_can_be_set(monkeypatch, given, count):
    monkeypatch.delenv("MNISTLAB_WORKERS", raising=False)
    usual = default_num_workers()
    assert 1 <= usual <= MAX_WORKERS
    monkeypatch.setenv("MNISTLAB_WORKERS", given)
    assert default_num_workers() == (count or usual)
