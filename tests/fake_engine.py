"""An engine that trains nothing, at once: the weight is a checksum of everything that was done to it.

So a step done twice, an epoch lost or a learning rate that came too early shows in it. `replayed` says
what it must be, by the run's own settings and schedule alone.
"""

import os
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import numpy as np

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import EpochMetrics, Score
from mnistlab.engine.network import Layer
from mnistlab.engine.training import Epoch
from mnistlab.jobs.tasks import DrawTask, EpochTask, FineTuned, MeasureTask, OwnDigitsTask
from mnistlab.jobs.worker import Slice
from mnistlab.runs.run import OwnDigits, SettingChange

PRIME = 2_147_483_647
STEPS = 4
DIGITS = np.zeros((3, 28, 28), np.uint8), np.array([1, 2, 3], np.uint8)


def settings(seed=1, num_epochs=3, learning_rate=0.5, **others):
    return TrainConfig(
        seed=seed,
        num_epochs=num_epochs,
        learning_rate=learning_rate,
        train_size=10 * STEPS,
        batch_size=10,
        hidden=(),
        **others,
    )


def params_of(checksum):
    return (Layer(np.array([[checksum]], np.int64), np.array([0], np.int64)),)


def checksum_of(params):
    return int(params[0].weights[0, 0])


def initial(config):
    return params_of(config.seed * 7919 % PRIME)


def stepped(checksum, epoch, step, learning_rate):
    return (checksum * 48271 + epoch * 1009 + step * 31 + int(learning_rate * 1000)) % PRIME


def metrics_of(params, config, epoch):
    score = Score(checksum_of(params) / PRIME, np.eye(10, dtype=int))
    return EpochMetrics(epoch, score, score, (0.0,), (0.0,), config.learning_rate, 0.001)


def advanced(task, steps):
    """Return a task so many steps on."""
    total = task.num_steps if not isinstance(task, MeasureTask) else 0
    while steps and task.step < total:
        marker = task.epoch if isinstance(task, EpochTask) else -1 - task.number
        checksum = stepped(checksum_of(task.params), marker, task.step, task.config.learning_rate)
        task = replace(task, params=params_of(checksum), step=task.step + 1)
        steps -= 1
    return task


def result_of(task):
    """Return the result of a task all of whose steps are done."""
    if isinstance(task, DrawTask):
        return None
    if isinstance(task, OwnDigitsTask):
        return FineTuned(task.params, 0.5, 0.6, 0.7, 0.8)
    epoch = task.epoch + 1 if isinstance(task, EpochTask) else 0
    return Epoch(metrics_of(task.params, task.config, epoch), task.params)


def is_done(task):
    return isinstance(task, MeasureTask) or task.step >= task.num_steps


def replayed(run):
    """Return the checksums after each epoch, and the last one, by settings and schedule alone."""
    checksum = checksum_of(initial(run.config))
    after, rate = [], run.config.learning_rate
    for epoch in range(run.epoch + 1):
        if epoch:
            for change in run.schedule:
                if (
                    isinstance(change, SettingChange)
                    and change.name == "learning_rate"
                    and change.epoch == epoch
                ):
                    rate = change.value
            for step in range(STEPS):
                checksum = stepped(checksum, epoch - 1, step, rate)
        after.append(checksum)
        times = 0
        for change in run.schedule:
            if isinstance(change, OwnDigits) and change.epoch == epoch:
                for step in range(change.num_steps):
                    checksum = stepped(checksum, -1 - times, step, change.learning_rate)
                times += 1
    return after, checksum


def assert_whole(run):
    """Fail unless the run's history has every epoch once, each as settings and schedule say."""
    after, last = replayed(run)
    assert [metrics.epoch for metrics in run.history] == list(range(len(run.history)))
    assert [metrics.test.cost for metrics in run.history] == [c / PRIME for c in after[: len(run.history)]]
    assert checksum_of(run.params) == last


class FakeExecutor(Executor):
    """Does slices at once; `die_at` counts down over all executors that share the list."""

    def __init__(self, steps_per_slice=2, die_at=None):
        self.steps_per_slice = steps_per_slice
        self.die_at = die_at if die_at is not None else []
        self.dead = False

    def submit(self, function, *args):
        if self.dead:
            raise BrokenProcessPool("ended")
        future = Future()
        if function is os.getpid:
            future.set_result(1)
        elif self.die_at and self._dies():
            self.dead = True
            future.set_exception(BrokenProcessPool("ended"))
        else:
            task = advanced(args[0], self.steps_per_slice)
            rest = (None, result_of(task)) if is_done(task) else (task, None)
            future.set_result(Slice(1, 0.001, *rest))
        return future

    def _dies(self):
        self.die_at[0] -= 1
        if self.die_at[0] == 0:
            self.die_at.pop(0)
            return True
        return False

    def shutdown(self, wait=True, *, kill_workers=False):
        self.dead = True


class HandPool:
    """A pool that does a turn when the test says so."""

    num_workers = 1

    def __init__(self, steps_per_turn=2):
        self.jobs = []
        self.steps_per_turn = steps_per_turn

    def submit(self, task, listener):
        job = HandJob(task, listener)
        self.jobs.append(job)
        return job

    def cancel(self, job):
        if job in self.jobs:
            self.jobs.remove(job)

    def ahead(self, job):
        return max(0, self.jobs.index(job)) if job in self.jobs else 0

    @property
    def num_jobs(self):
        return len(self.jobs)

    def turn(self):
        """Do a turn for the first job, if there is one."""
        if not self.jobs:
            return
        job = self.jobs[0]
        if not job.begun:
            job.begun = True
            job.listener.progressed(job, job.task.step, 0)
        job.task = advanced(job.task, self.steps_per_turn)
        if is_done(job.task):
            self.jobs.remove(job)
            job.listener.finished(job, result_of(job.task))
        else:
            job.listener.progressed(job, job.task.step, job.task.num_steps)

    def refuse(self, sentence):
        """Refuse the first job, if there is one."""
        if self.jobs:
            job = self.jobs.pop(0)
            job.listener.refused(job, sentence)


class HandJob:
    def __init__(self, task, listener):
        self.task, self.listener, self.begun = task, listener, False
