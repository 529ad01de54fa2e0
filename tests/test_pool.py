"""The pool's turns: fair in seconds of work, whoever comes when, with few moves between workers."""

import random
import threading

import pytest
from mnistlab.jobs.fair_queue import LAG_SECONDS
from mnistlab.jobs.jobs import Nobody, Share
from mnistlab.jobs.messages import Finished, Progress
from mnistlab.jobs.prices import MAX_KINDS, Prices

from mnistlab.jobs.pool import MAX_WORKERS, TURN_SECONDS, Pool, default_num_workers
from tests.gated_workers import PATIENCE, Endless, Gate, GatedWorker

pytest_plugins = ("tests.gated_workers",)


class Epoch:
    """A task of so many steps, all networks alike."""

    num_steps, kind = 468, "alike"

    def __init__(self, lab, step=0):
        self.lab, self.step = lab, step


class UnevenWorker(GatedWorker):
    """Its steps take now more, now less time; at the end of an epoch come figures that take long."""

    def __init__(self, gate, order, log):
        super().__init__(gate)
        self.order, self.log = order, log

    def turned(self, task, turn):
        pace = 0.0008 * self.order.uniform(0.7, 1.6)
        steps = min(round(turn.seconds / pace), task.num_steps - task.step)
        seconds, task.step = steps * pace, task.step + steps
        done = task.step == task.num_steps
        seconds += 0.3 * self.order.uniform(0.8, 1.5) * done
        self.log.append((self.now + seconds, task.lab, steps))
        if done:
            return Finished(None, seconds)
        return Progress(task.step, task.num_steps, seconds, task if turn.hand_back else None)


class Lab(Nobody):
    """Trains epoch after epoch."""

    def __init__(self, pool, number):
        self.pool, self.number, self.share = pool, number, Share()

    def go_on(self):
        self.pool.submit(Epoch(self.number), self.share, self)

    def finished(self, job, result):
        self.go_on()


def jain(amounts):
    return sum(amounts) ** 2 / (len(amounts) * sum(amount**2 for amount in amounts))


@pytest.mark.parametrize(("num_jobs", "num_workers"), [(25, 2), (3, 2), (5, 3), (2, 2), (7, 1)])
def test_all_get_the_same_and_move_seldom(pool_of, gate, num_jobs, num_workers):
    pool, shares = pool_of(num_workers), [Share() for _ in range(num_jobs)]
    for share in shares:
        pool.submit(Endless(), share, Nobody())
    gate.let(40 * num_jobs, expected=num_workers)
    used = [share.used for share in shares]
    assert jain(used) > 0.95
    assert min(used) > 0.8 * sum(used) / num_jobs
    assert max(used) - min(used) < 2 * LAG_SECONDS + 0.3
    assert gate.moves < 0.35 * gate.done


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("num_workers", [1, 2])
def test_a_class_of_equal_networks_comes_equally_far_in_a_minute_of_work(gate, num_workers, seed):
    log, order = [], random.Random(seed)
    pool = Pool(lambda: UnevenWorker(gate, order, log), num_workers)
    for number in range(25):
        Lab(pool, number).go_on()
    gate.let(1400, expected=num_workers)
    pool.close()
    window = range(80 // num_workers, 140 // num_workers)  # after all have settled
    assert log[-1][0] > window.stop
    steps = [0] * 25
    for moment, lab, count in log:
        steps[lab] += count * (window.start <= moment < window.stop)
    assert jain(steps) > 0.99
    assert min(steps) > 0.85 * sum(steps) / 25
    assert gate.moves < 0.25 * gate.done


def test_who_is_behind_at_the_end_of_an_epoch_does_not_lose_what_is_due(pool_of, gate):
    pool, quick, slow = pool_of(1), Share(), Share()
    pool.submit(Endless(), quick, Nobody())
    gate.let(30)
    job = pool.submit(Endless(), slow, Nobody())
    slow.used -= 2.0  # so much was not given
    pool.cancel(job)
    pool.submit(Endless(), slow, Nobody())
    before = quick.used
    gate.let(15)
    assert quick.used - before < 0.3


def test_equal_work_costs_the_same_whenever_it_is_done():
    prices = Prices()
    paid = [prices.charge("alike", 10, seconds) for seconds in (0.1, 0.1, 0.4, 0.1, 0.1)]
    assert paid[0] == pytest.approx(0.1)
    assert max(paid) / min(paid) < 2.1
    assert prices.charge("alike", 5, 0.1) < 0.6 * prices.charge("alike", 10, 0.1)
    assert prices.charge("other", 10, 5.0) == 5.0
    assert prices.charge(None, 10, 0.7) == 0.7


def test_the_prices_of_kinds_that_nobody_trains_any_more_are_forgotten():
    prices = Prices()
    for kind in range(2 * MAX_KINDS):
        prices.charge(kind, 1, 1.0)
    assert len(prices._measured) == MAX_KINDS


def test_a_turn_that_takes_longer_is_followed_by_a_longer_wait(pool_of, gate):
    pool, slow, quick = pool_of(1), Share(), Share()
    pool.submit(Endless(0.8), slow, Nobody())
    pool.submit(Endless(0.1), quick, Nobody())
    gate.let(90)
    assert slow.used == pytest.approx(quick.used, abs=1.0)


def test_who_compiles_for_all_pays_no_more_than_a_turn(pool_of, gate):
    class New(Endless):
        kind = "new"

    pool, share = pool_of(1), Share()
    pool.submit(New(3.0), share, Nobody())
    gate.let(1)
    with pool._changed:
        assert pool._changed.wait_for(lambda: share.used, PATIENCE)
    assert share.used == TURN_SECONDS


def test_equal_networks_get_equal_steps_though_the_steps_of_one_take_longer(pool_of, gate):
    class Alike(Endless):
        kind = "alike"

    pool, quick, slow = pool_of(1), Share(), Share()
    jobs = [pool.submit(Alike(seconds), share, Nobody()) for seconds, share in ((0.1, quick), (0.3, slow))]
    gate.let(60)
    turns = [gate.turns.count(job.number) for job in jobs]
    assert abs(turns[0] - turns[1]) < 8


def test_who_loads_and_compiles_for_all_is_not_made_to_wait_for_it(pool_of, gate):
    pool, first, second = pool_of(1), Share(), Share()
    pool.submit(Endless(30.0), first, Nobody())
    gate.let(1)
    pool.submit(Endless(0.1), second, Nobody())
    gate.let(1)
    assert first.used <= 2.0


def test_who_comes_back_from_a_rest_starts_level_and_does_not_catch_up(pool_of, gate):
    pool, busy, rested = pool_of(1), Share(), Share()
    pool.submit(Endless(), busy, Nobody())
    gate.let(100)
    pool.submit(Endless(), rested, Nobody())
    before = busy.used
    gate.let(40)
    assert busy.used - before == pytest.approx(2.0, abs=0.5)


def test_those_who_wait_know_how_many_are_before_them(pool_of, gate):
    pool = pool_of(1)
    jobs = [pool.submit(Endless(), Share(), Nobody()) for _ in range(4)]
    with gate.changed:
        gate.changed.wait_for(lambda: any(job.on_turn for job in jobs), PATIENCE)
    assert sorted(pool.ahead(job) for job in jobs) == [0, 0, 1, 2]
    for job in jobs:
        pool.cancel(job)
    assert [pool.ahead(job) for job in jobs] == [0, 0, 0, 0]
    assert pool.num_jobs == 0


def test_no_more_workers_are_started_than_there_are_jobs(pool_of, gate):
    pool = pool_of(8)
    pool.submit(Endless(), Share(), Nobody())
    gate.let(20)
    assert len(gate.workers) == 1
    pool.submit(Endless(), Share(), Nobody())
    gate.let(20)
    assert len(gate.workers) == 2


def test_a_run_alone_stays_with_its_worker_from_task_to_task():
    share, seats, done = Share(), [], threading.Event()

    class Worker(GatedWorker):
        def ask(self, turn, wanted=None):
            return Finished(None, 0.1)

    class Next(Nobody):
        def finished(self, job, result):
            seats.append(share.seat)
            if len(seats) < 100:
                pool.submit(Endless(), share, self)
            else:
                done.set()

    pool = Pool(lambda: Worker(Gate()), 2)
    for _ in range(2):  # so that both workers are there
        pool.submit(Endless(), Share(), Nobody())
    pool.submit(Endless(), share, Next())
    assert done.wait(PATIENCE)
    pool.close()
    assert len(set(seats[2:])) == 1


def test_a_closed_pool_takes_nothing_and_closes_twice(pool_of):
    pool = pool_of(1)
    pool.close()
    pool.close()
    with pytest.raises(RuntimeError, match="must be open"):
        pool.submit(Endless(), Share(), Nobody())


def test_a_listener_that_fails_does_not_take_the_worker_along(pool_of, gate, caplog):
    heard = threading.Event()

    class Broken(Nobody):
        def progressed(self, job, step, num_steps):
            raise KeyError("x")

        def refused(self, job, sentence):
            heard.set()

    pool = pool_of(1)
    pool.submit(Endless(), Share(), Broken())
    assert heard.wait(PATIENCE)
    assert "could not be taken in" in caplog.text
    share = Share()
    pool.submit(Endless(), share, Nobody())
    gate.let(10)
    assert share.used > 0


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


def test_a_finished_job_is_reported_once():
    heard = []
    done = threading.Event()

    class Worker(GatedWorker):
        def ask(self, turn, wanted=None):
            return Finished("result", 0.1)

    class Listener(Nobody):
        def finished(self, job, result):
            heard.append(result)
            done.set()

    pool = Pool(lambda: Worker(Gate()), 2)
    pool.submit(Endless(), Share(), Listener())
    assert done.wait(PATIENCE)
    pool.close()
    assert heard == ["result"]
