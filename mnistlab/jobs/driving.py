"""What has the pool work on the current run of a lab, epoch after epoch, and takes in what comes of it."""

import threading
from collections.abc import Callable
from typing import Any

from mnistlab.config import TrainConfig
from mnistlab.jobs.course import broken_sentence, next_task, no_better_sentence, with_result
from mnistlab.jobs.pace import Pace
from mnistlab.jobs.pool import Job, Pool, Share
from mnistlab.jobs.speed import Speed
from mnistlab.jobs.tasks import EpochTask, OwnDigitsTask, Taught
from mnistlab.runs import run_store as shelves
from mnistlab.runs.run import Run, brought_forward
from mnistlab.runs.run_store import Shelf, Undo


class Driving:
    """One run under way at most. All state is under one lock, results included.

    So nothing can come between "this epoch is done" and "the next one is asked for".
    """

    def __init__(
        self,
        pool: Pool,
        speed: Speed,
        shelf: Shelf,
        on_change: Callable[[], None],
        require_memory: Callable[[TrainConfig], None],
    ):
        self._pool, self._speed = pool, speed
        self._on_change, self._require_memory = on_change, require_memory
        self._changed = threading.Condition(threading.RLock())
        self._share = Share()
        self._shelf = shelf
        self._job: Job | None = None
        self._digits: OwnDigitsTask | None = None  # to be done before the next epoch
        self._phase, self._message = "idle", ""  # idle, running, pausing, paused, finished or failed
        self._target = 0  # the epoch to train up to
        self._from = 0  # the epoch it began from
        self._step = self._version = 0
        self._pace = Pace()
        self._closed = False
        self.unsaved = ""  # why the last autosave failed
        with self._changed:
            self._settle()
            self._go_on()

    # What the pool reports.

    def progressed(self, job: Job, step: int, num_steps: int) -> None:
        """Take note of steps done."""
        with self._changed:
            if job is self._job:
                self._step = step
                self._note_pace()
                self._notify()

    def finished(self, job: Job, result: Any) -> None:
        """Take in an epoch, or the network after own digits, and ask for what comes next."""
        with self._changed:
            if job is not self._job:
                return
            before = self._current()
            run = with_result(before, job.task, result)
            self._end_job()
            if isinstance(result, Taught):
                self._digits = None
                self._shelf = self._shelf._replace(undo=Undo(before, "own digits", run.id, run.epoch))
            self._shelf = shelves.within_memory(shelves.with_changed(self._shelf, run))
            self._on_change()
            self._note_pace()
            if run.broken_in:
                self._digits = None
                self._say("failed", broken_sentence(run))
            elif self._phase == "pausing":
                self._say("paused")
            elif isinstance(job.task, EpochTask):
                self._after_epoch(run, job.task)
            self._go_on()

    def refused(self, job: Job, sentence: str) -> None:
        """Take note that the work cannot be done."""
        with self._changed:
            if job is self._job:
                self._cancel()
                self._say("failed", sentence)

    # Below: with the lock held.

    def _after_epoch(self, run: Run, task: EpochTask) -> None:
        self._speed.learn(task.config, run.history[-1].seconds)
        if sentence := no_better_sentence(run, self._from):
            self._say("finished", sentence)

    def _current(self) -> Run:
        run = self._shelf.current
        if run is None:
            raise ValueError("There must be a run. Make one first.")
        return run

    def _train_to(self, epoch: int) -> None:
        if self._phase not in ("running", "pausing"):
            self._require_memory(self._current().settings)
            self._from = self._current().epoch
            self._pace.begin()
        self._target = epoch
        self._say("running")
        self._go_on()

    def _go_on(self) -> None:
        """Ask the pool for what comes next, unless something is under way."""
        run = self._shelf.current
        if self._job is None and run is not None and self._phase != "failed" and not self._closed:
            task = next_task(run, self._digits, self._target if self._phase == "running" else 0)
            if task is not None:
                self._job = self._pool.submit(task, self._share, self)
            elif self._phase == "running":
                self._say("finished")
        self._notify()

    def _end_job(self) -> None:
        self._job, self._step = None, 0

    def _given_up(self) -> Shelf:
        """Return the shelf as it is when the epoch that was begun is given up."""
        run = self._shelf.current
        return shelves.with_changed(self._shelf, brought_forward(run)) if run else self._shelf

    def _cancel(self) -> None:
        """Give up what is under way; whatever comes of it is not heard any more."""
        if self._job is not None:
            self._pool.cancel(self._job)
        self._shelf = self._given_up()
        self._end_job()
        self._digits = None

    def _settle(self) -> None:
        """Be at rest, as the current run suggests."""
        run = self._shelf.current
        self._target = max(run.settings.num_epochs, run.epoch) if run else 0
        resting = "idle" if run is None or not run.epoch else "paused"
        self._say("finished" if resting == "paused" and run.epoch >= self._target else resting)

    def _say(self, phase: str, message: str = "") -> None:
        self._phase, self._message = phase, message
        self._notify()

    def _notify(self) -> None:
        self._version += 1
        self._changed.notify_all()

    def _note_pace(self) -> None:
        run = self._current()
        if self._phase in ("running", "pausing"):
            self._pace.note(run.epoch * run.config.num_steps + self._step)

    def _seconds_left(self, run: Run | None) -> float:
        if run is None or self._target <= run.epoch:
            return 0.0
        pace = self._pace.steps_per_second()
        steps = (self._target - run.epoch) * run.config.num_steps - self._step
        return steps / pace if pace else (self._target - run.epoch) * self._speed.seconds(run.settings)
