"""Workers that do a turn when the test lets them, and say how long it took."""

import threading

import pytest
from mnistlab.jobs.messages import Finished, Progress
from mnistlab.jobs.workers import WorkerDied

from mnistlab.jobs.pool import Pool

PATIENCE = 60.0


class Endless:
    """A task that never ends; each of its turns takes so many seconds of work."""

    step, num_steps = 0, 1000

    def __init__(self, seconds=0.1):
        self.seconds = seconds


class Gate:
    """Lets workers do so many turns in all, in the order in which they would end if turns took their time."""

    def __init__(self):
        self.changed = threading.Condition()
        self.allowed = self.done = self.moves = 0
        self.expected = 1  # workers that must be at the gate before one may pass
        self.workers, self.waiting, self.turns = [], [], []

    def worker(self):
        self.workers.append(GatedWorker(self))
        return self.workers[-1]

    def let(self, turns, expected=1):
        """Let so many more turns be done and wait until they are."""
        with self.changed:
            self.allowed, self.expected = self.allowed + turns, expected
            self.changed.notify_all()
            assert self.changed.wait_for(lambda: self.done >= self.allowed, PATIENCE)

    def is_open_for(self, worker):
        if self.done >= self.allowed or len(self.waiting) < self.expected:
            return False
        return worker is min(self.waiting, key=lambda each: each.now)


class GatedWorker:
    pid = 0

    def __init__(self, gate):
        self.gate, self.tasks, self.dead, self.now = gate, {}, False, 0.0

    def wait_until_ready(self):
        pass

    def ask(self, turn, wanted=None):
        with self.gate.changed:
            for job in turn.forget:
                self.tasks.pop(job, None)
            if turn.task is not None:
                self.tasks[turn.job] = turn.task
            self.gate.waiting.append(self)
            self.gate.changed.notify_all()
            self.gate.changed.wait_for(lambda: self.dead or self.gate.is_open_for(self))
            self.gate.waiting.remove(self)
            if self.dead:
                raise WorkerDied("ended")
            answer = self.turned(self.tasks[turn.job], turn)
            self.now += answer.seconds
            self.gate.done += 1
            self.gate.turns.append(turn.job)
            self.gate.moves += turn.hand_back
            self.gate.changed.notify_all()
            if turn.hand_back or isinstance(answer, Finished):
                del self.tasks[turn.job]
            return answer

    def turned(self, task, turn):
        return Progress(1, 1000, task.seconds, task if turn.hand_back else None)

    def kill(self):
        with self.gate.changed:
            self.dead = True
            self.gate.changed.notify_all()

    close = kill


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def pool_of(gate):
    pools = []

    def make(num_workers):
        pools.append(Pool(gate.worker, num_workers))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()
