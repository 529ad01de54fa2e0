"""The pool: worker processes that all runs share in fair turns."""

import logging
import os
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from mnistlab.jobs.fair_queue import FairQueue
from mnistlab.jobs.jobs import Job, Listener, Nobody, Seat, Share
from mnistlab.jobs.messages import Finished, Progress, Refused, Turn
from mnistlab.jobs.workers import WorkerDied, WorkerProcess

logger = logging.getLogger(__name__)

TURN_SECONDS = 0.1
MAX_DEATHS = 3  # of workers over one task, before the task is blamed
REST_SECONDS = 300.0  # after which all workers but one are ended
CLOSE_SECONDS = 3.0
MAX_WORKERS = 32  # of about 400 MB each


class Pool:
    """As many worker processes as cores, started on demand.

    Each has a thread that asks it turn after turn, always for the job whose share has had least.

    Args:
        start_worker: The seam for tests: returns what has `wait_until_ready`, `ask`, `kill`, `close`.
        num_workers: How many at most; None: as many as cores.
        turn_seconds: How long a turn is.
    """

    def __init__(
        self,
        start_worker: Callable[[], Any] = WorkerProcess,
        num_workers: int | None = None,
        turn_seconds: float = TURN_SECONDS,
    ):
        self.num_workers = num_workers or default_num_workers()
        self._start_worker = start_worker
        self._turn_seconds = turn_seconds
        self._changed = threading.Condition()
        self._queue = FairQueue(turn_seconds)
        self._seats: list[Seat] = []
        self._closed = False

    def submit(self, task: Any, share: Share, listener: Listener) -> Job:
        """Put a task in the queue and return it as a job."""
        with self._changed:
            if self._closed:
                raise RuntimeError("The pool must be open. Got a task after it was closed.")
            job = self._queue.put(task, share, listener)
            self._add_seat_if_needed()
            self._changed.notify_all()
        return job

    def warm(self, task: Any) -> None:
        """Have a task done whose result nobody waits for."""
        self.submit(task, Share(), Nobody())

    def cancel(self, job: Job) -> None:
        """Take a job out at once; what a worker still does for it is thrown away and nobody hears of it."""
        with self._changed:
            if self._queue.drop(job) and job.seat is not None:
                job.seat.forget.append(job.number)

    def ahead(self, job: Job) -> int:
        """Return how many jobs have their turn before this one has its next."""
        with self._changed:
            return self._queue.ahead(job)

    @property
    def num_jobs(self) -> int:
        """Jobs that take turns now."""
        return len(self._queue.jobs)

    @property
    def pids(self) -> tuple[int, ...]:
        """Numbers of the worker processes that are ready."""
        with self._changed:
            return tuple(seat.worker.pid for seat in self._seats if seat.worker is not None)

    def close(self) -> None:
        """End all workers and wait until they are gone."""
        with self._changed:
            self._closed = True
            self._queue.jobs.clear()
            seats = list(self._seats)
            for seat in seats:
                if seat.worker is not None:
                    seat.worker.kill()
            self._changed.notify_all()
        for seat in seats:
            if seat.thread is not threading.current_thread():
                seat.thread.join(CLOSE_SECONDS)

    # Below: the threads, one to a seat.

    def _add_seat_if_needed(self) -> None:
        free = sum(seat.resting or seat.worker is None for seat in self._seats)
        if len(self._seats) < self.num_workers and self._queue.waiting() > free:
            seat = Seat()
            seat.thread = threading.Thread(
                target=self._drive, args=(seat,), name="mnistlab-pool", daemon=True
            )
            self._seats.append(seat)
            seat.thread.start()

    def _drive(self, seat: Seat) -> None:
        """Give one worker turn after turn, until it is not needed any more."""
        try:
            self._start(seat)
            while turn := self._next_turn(seat):
                job = seat.job
                if not job.begun:
                    job.begun = True
                    _report(job, Progress(job.task.step, job.task.num_steps, 0.0))
                try:
                    answer = seat.worker.ask(turn, partial(self._is_wanted, job))
                except WorkerDied as death:
                    self._take_back(seat, str(death))
                    self._start(seat)
                else:
                    self._deliver(job, seat, answer)
        finally:
            if seat.worker is not None:
                seat.worker.close()

    def _start(self, seat: Seat) -> None:
        """Start a worker and wait until it is ready; where that fails, tell everybody who waits."""
        sentence = ""
        for _ in range(MAX_DEATHS):
            if self._closed:
                return
            worker = None
            try:
                worker = self._start_worker()
                worker.wait_until_ready()
            except (WorkerDied, OSError) as error:
                sentence = f"No worker process could be started. {error}"
                if worker is not None:
                    worker.close()
            else:
                with self._changed:
                    seat.worker, seat.kinds = worker, set()
                return
        self._give_up(seat, sentence)

    def _give_up(self, seat: Seat, sentence: str) -> None:
        with self._changed:
            self._seats.remove(seat)
            refused = [] if self._seats else list(self._queue.jobs.values())
            for job in refused:
                self._queue.drop(job)
        for job in refused:
            job.listener.refused(job, sentence)

    def _next_turn(self, seat: Seat) -> Turn | None:
        """Wait for the job that comes next and return what to ask for; None: this thread ends.

        "I end" and "the place is free" are one critical section: a task cannot come in between.
        """
        with self._changed:
            while seat.worker is not None and not self._closed:
                if job := self._queue.begin_turn(seat, self._seats):
                    self._changed.notify_all()  # a job that would rather have waited for this seat need not
                    return self._turn(job, seat)
                seat.resting = True
                woken = self._changed.wait(REST_SECONDS)
                seat.resting = False
                if not woken and not self._queue.jobs and len(self._seats) > 1:
                    break
            if seat in self._seats:
                self._seats.remove(seat)
            return None

    def _turn(self, job: Job, seat: Seat) -> Turn:
        """Return what to ask the seat's worker for."""
        task = None if job.seat is seat else job.task
        job.seat = job.share.seat = seat
        forget, seat.forget = tuple(seat.forget), []
        is_to_move = self._queue.is_to_move(job, seat, self._seats)
        return Turn(job.number, task, self._turn_seconds, is_to_move, forget)

    def _deliver(self, job: Job, seat: Seat, answer: Progress | Finished | Refused) -> None:
        """Take an answer in and pass it on, unless the job was cancelled meanwhile."""
        with self._changed:
            wanted = self._queue.end_turn(seat, answer)
            self._changed.notify_all()
        if wanted:
            _report(job, answer)

    def _is_wanted(self, job: Job) -> bool:
        return job.number in self._queue.jobs

    def _take_back(self, seat: Seat, last_words: str) -> None:
        """Put the jobs of a dead worker back in the queue; one over which several died is given up."""
        seat.worker.close()
        with self._changed:
            seat.worker, job = None, self._queue.take_back(seat)
            job.deaths += 1
            blamed = job.deaths >= MAX_DEATHS and self._queue.drop(job)
            self._changed.notify_all()
        if blamed:
            job.listener.refused(
                job, f"{last_words} It happened {MAX_DEATHS} times here; memory may be short."
            )


def _report(job: Job, answer: Progress | Finished | Refused) -> None:
    """Tell the listener; one that fails must not take the worker's thread along, and its lab hears of it."""
    try:
        if isinstance(answer, Progress):
            job.listener.progressed(job, answer.step, answer.num_steps)
        elif isinstance(answer, Finished):
            job.listener.finished(job, answer.result)
        else:
            job.listener.refused(job, answer.sentence)
    except Exception:
        logger.exception("What a worker sent could not be taken in.")
        job.listener.refused(job, "What came of this epoch could not be taken in; the log says why.")


def default_num_workers() -> int:
    """Return MNISTLAB_WORKERS, or the number of cores this process may use."""
    given = os.environ.get("MNISTLAB_WORKERS", "")
    if given.isascii() and given.isdecimal() and 0 < int(given) <= MAX_WORKERS:
        return int(given)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MAX_WORKERS)
