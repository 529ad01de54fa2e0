"""Who has the next turn, and where: whoever has had least, at the seat that holds the job already.

Nothing here locks or waits; the pool asks with its lock held.
"""

import itertools
from typing import Any

from mnistlab.jobs.jobs import Job, Listener, Seat, Share
from mnistlab.jobs.messages import Finished, Progress, Refused
from mnistlab.jobs.prices import Prices

MOST_CHARGED = 1.0  # seconds for one turn, however long it took
LAG_SECONDS = 0.25  # of work that a job may be behind those of another seat before it moves there
LEAST_LAG = 0.05  # the same where many share the machine: each has little, and a lag is much of it
FEW = 3  # jobs


class FairQueue:
    """The jobs of a pool.

    Args:
        turn_seconds: How long a turn is.
    """

    def __init__(self, turn_seconds: float):
        self.jobs: dict[int, Job] = {}
        self._turn_seconds = turn_seconds
        self._numbers = itertools.count(1)
        self._level = 0.0  # what the least served had when last somebody was served
        self._prices = Prices()

    def put(self, task: Any, share: Share, listener: Listener) -> Job:
        """Take a task in and return it as a job."""
        if all(job.share is not share for job in self.jobs.values()):
            share.used += self._level - share.left_at  # a rest earns nothing, and forgives nothing
        job = Job(next(self._numbers), task, share, listener)
        self.jobs[job.number] = job
        return job

    def drop(self, job: Job) -> bool:
        """Take a job out and return whether it was in."""
        if self.jobs.pop(job.number, None) is None:
            return False
        job.share.left_at = self._level
        return True

    def waiting(self) -> int:
        """Return how many jobs have no turn just now."""
        return sum(not job.on_turn for job in self.jobs.values())

    def ahead(self, job: Job) -> int:
        """Return how many jobs have their turn before this one has its next."""
        if job.on_turn or job.number not in self.jobs:
            return 0
        return sum(not other.on_turn and other.order < job.order for other in self.jobs.values())

    def begin_turn(self, seat: Seat, seats: list[Seat]) -> Job | None:
        """Give the seat the job that comes next; None: there is none for it."""
        ready = [job for job in self.jobs.values() if may_take(seat, job, seats)]
        if not ready:
            return None
        job = min(ready, key=lambda job: job.order)
        self._level = max(self._level, job.share.used)
        job.on_turn, seat.job = True, job
        return job

    def end_turn(self, seat: Seat, answer: Progress | Finished | Refused) -> bool:
        """Take in what became of the seat's job, and return whether it is still wanted."""
        job, seat.job = seat.job, None
        job.on_turn = False
        self._charge(job, seat, answer)
        wanted = job.number in self.jobs
        if not isinstance(answer, Progress):
            self.drop(job)
        elif answer.task is not None:
            job.task, job.seat = answer.task, None
        return wanted

    def _charge(self, job: Job, seat: Seat, answer: Progress | Finished | Refused) -> None:
        """Have a share pay for a turn; who comes first does not pay for compiling what all will use."""
        done = job.task.num_steps if isinstance(answer, Finished) else getattr(answer, "step", job.step)
        seconds, steps = min(getattr(answer, "seconds", 0.0), MOST_CHARGED), max(1, done - job.step)
        kind, job.step = getattr(job.task, "kind", None), done
        if kind is None or kind in seat.kinds:
            job.share.used += self._prices.charge(kind, steps, seconds)
        else:
            seat.kinds.add(kind)
            job.share.used += min(seconds, self._turn_seconds)

    def is_to_move(self, job: Job, seat: Seat, seats: list[Seat]) -> bool:
        """Return whether another seat should have a job's next turn: it rests, or serves its own much better.

        A job that stays where it is need not travel, nor be taken up again in mid-epoch.
        """
        held = [other for other in self.jobs.values() if other is not job and other.seat is not None]
        if any(other.seat is seat for other in held) and any(other.resting for other in seats):
            return True
        others = {other.seat for other in held} - {seat}
        limit = job.share.used + lag(len(self.jobs))
        return any(all(each.share.used > limit for each in held if each.seat is other) for other in others)

    def take_back(self, seat: Seat) -> Job:
        """Free the jobs of a seat whose worker died, as they were last handed back; return that on turn."""
        job, seat.job, seat.forget = seat.job, None, []
        for held in self.jobs.values():
            if held.seat is seat:
                held.seat, held.step = None, held.task.step
        job.on_turn = False
        return job


def may_take(seat: Seat, job: Job, seats: list[Seat]) -> bool:
    """Return whether a seat may give a job its turn: it holds it, or nobody does who is free to go on."""
    if job.on_turn or job.seat not in (None, seat):
        return False
    usual = job.share.seat
    if job.seat is seat or usual in (None, seat):
        return True
    return usual.job is not None or usual.worker is None or usual not in seats


def lag(num_jobs: int) -> float:
    """Return how many seconds of work one of so many jobs may be behind before it moves to another seat."""
    return max(LEAST_LAG, LAG_SECONDS * min(1.0, FEW / max(1, num_jobs)))
