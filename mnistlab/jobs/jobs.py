"""The records of the pool: a job, whose share it counts for, the worker's seat, who hears of it."""

import threading
from typing import Any, Protocol


class Listener(Protocol):
    """Who hears what becomes of a job; called by the pool's threads, never under the pool's lock."""

    def progressed(self, job: "Job", step: int, num_steps: int) -> None:
        """So many steps are done; also said once before the first."""

    def finished(self, job: "Job", result: Any) -> None:
        """The job is done."""

    def refused(self, job: "Job", sentence: str) -> None:
        """The job cannot be done."""


class Nobody:
    """The listener that does not listen."""

    def progressed(self, job: "Job", step: int, num_steps: int) -> None:
        """Take no note."""

    finished = refused = lambda self, job, what: None


class Seat:
    """The place of one worker: the thread that asks it, and what it does."""

    def __init__(self):
        self.worker: Any = None  # None while it starts
        self.job: Job | None = None  # the one on turn
        self.resting = False
        self.kinds: set = set()  # of tasks that the worker has done before, and so has compiled
        self.forget: list[int] = []  # jobs that the worker has to drop
        self.thread: threading.Thread | None = None


class Share:
    """How much of the pool somebody has had."""

    def __init__(self):
        self.used = 0.0  # seconds of work, and of rest
        self.left_at = 0.0  # the pool's level when its last job was done
        self.seat: Seat | None = None  # where the last turn was: the data and the traces are there


class Job:
    """A task in the pool. All fields are the pool's."""

    def __init__(self, number: int, task: Any, share: Share, listener: Listener):
        self.number = number
        self.task = task  # as it was last handed back
        self.share = share
        self.listener = listener
        self.seat: Seat | None = None  # whose worker holds it beyond that
        self.step = task.step  # how far it is
        self.on_turn = False
        self.begun = False
        self.deaths = 0

    @property
    def order(self) -> tuple[float, int]:
        """What decides who is next: who has had least, then who came first."""
        return self.share.used, self.number
