"""Workers whose slices end when the test says so, in the order of the seconds that they take."""

import os
import threading
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import NamedTuple

from mnistlab.jobs.pool import SLICE_SECONDS, Listener, Pool
from mnistlab.jobs.worker import Slice

PATIENCE = 60.0


class Work(NamedTuple):
    """A task of so many slices that each take so many seconds."""

    name: str = ""
    slice_seconds: float = SLICE_SECONDS
    num_steps: int = 10**6
    step: int = 0
    params: tuple = ()

    def done_for(self, seconds):
        """Return the next slice: how long it takes, and what it hands back."""
        task = self._replace(step=self.step + 1)
        return self.slice_seconds, None if task.step == task.num_steps else task


class Machine:
    """A pool on workers whose clocks are simulated."""

    def __init__(self, num_workers, **kw):
        self.changed = threading.Condition()
        self.workers, self.running, self.log = [], [], []
        self.pool = Pool(num_workers=num_workers, start_executor=self.executor, **kw)

    def executor(self, load, rest_seconds):
        self.workers.append(SimulatedWorker(self, len(self.workers) + 1))
        return self.workers[-1]

    def end_slices(self, count, busy=1):
        """End so many slices, each when so many workers are busy: the one that is over first."""
        for _ in range(count):
            self.end_slice(min(self.wait_for_busy(busy), key=lambda running: running.end))

    def wait_for_busy(self, busy):
        """Wait until so many workers are busy and return what they do."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.running) >= busy, PATIENCE)
            return list(self.running)

    def end_slice(self, running):
        """End a slice with what it hands back."""
        with self.changed:
            self.running.remove(running)
        running.worker.now = running.end
        seconds, task = running.task.done_for(running.seconds)
        self.log.append((running.task, running.worker.number, running.end, seconds))
        running.future.set_result(Slice(running.worker.number, seconds, task, "result"))

    def kill(self, running):
        """Have a worker die in its slice."""
        with self.changed:
            self.running.remove(running)
        running.worker.dead = True
        running.future.set_exception(BrokenProcessPool("killed"))


class Running(NamedTuple):
    """A slice under way."""

    task: Work
    seconds: float  # that the pool has given it
    worker: "SimulatedWorker"
    end: float  # on the worker's clock
    future: Future


class SimulatedWorker(Executor):
    """An executor of one process."""

    def __init__(self, machine, number):
        self.machine, self.number, self.now, self.dead = machine, number, 0.0, False

    def submit(self, function, *args):
        if self.dead:
            raise BrokenProcessPool("dead")
        future = Future()
        if function is os.getpid:
            future.set_result(self.number)
            return future
        task, seconds = args
        with self.machine.changed:
            end = self.now + task.done_for(seconds)[0]
            self.machine.running.append(Running(task, seconds, self, end, future))
            self.machine.changed.notify_all()
        return future

    def shutdown(self, wait=True, *, kill_workers=False):
        self.dead = True
        for running in [each for each in self.machine.running if each.worker is self]:
            self.machine.kill(running)


class Heard(Listener):
    """A listener that keeps what it hears."""

    def __init__(self):
        self.steps, self.results, self.sentences = [], [], []
        self.changed = threading.Condition()

    def progressed(self, job, step, num_steps):
        self._note(self.steps, step)

    def finished(self, job, result):
        self._note(self.results, result)

    def refused(self, job, sentence):
        self._note(self.sentences, sentence)

    def _note(self, kind, what):
        with self.changed:
            kind.append(what)
            self.changed.notify_all()

    def wait_for(self, condition):
        """Wait until a condition holds for this listener."""
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), PATIENCE)
