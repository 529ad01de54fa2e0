"""The pool: worker processes that all labs share, a slice of work at a time, to each the same seconds."""

import itertools
import logging
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from loky import ProcessPoolExecutor, cpu_count

from mnistlab.data.datasets import load_dataset
from mnistlab.jobs.tasks import Task
from mnistlab.jobs.worker import Load, Slice, advance, begin
from mnistlab.operating_system import ONE_THREAD
from mnistlab.runs.run import num_bytes

logger = logging.getLogger(__name__)

SLICE_SECONDS = 0.25
FIRST_SHARE = 0.2  # of a slice, for whoever begins while others wait: each soon sees that it moves
TRAVEL_BYTES = 100e6  # per second, there and back, by a pipe and pickled twice; on a busy machine
MAX_TRAVEL = 0.1  # of a slice
MAX_DEATHS = 3  # of workers over one task, before the task is blamed
GRACE_SECONDS = 5.0  # for a slice that nobody waits for any more
REST_SECONDS = 300.0  # after which all workers but the first are ended
MAX_WORKERS = 32  # of about 400 MB each
DIED = f"A worker process died over this, {MAX_DEATHS} times; memory may be short."
NOT_STARTED = "No worker process could be started; the log says why."
NOT_TAKEN_IN = "What came of this epoch could not be taken in; the log says why."


class Listener:
    """Who hears what becomes of a job, from the pool's thread and never under its lock; here, nobody."""

    def progressed(self, job: "Job", step: int, num_steps: int) -> None:
        """So many steps are done; also said once before the first."""

    def finished(self, job: "Job", result: Any) -> None:
        """The job is done."""

    def refused(self, job: "Job", sentence: str) -> None:
        """The job cannot be done."""


class Job:
    """A task in the pool. The fields are the pool's to change."""

    def __init__(self, number: int, task: Task, listener: Listener):
        self.number = number
        self.task = task  # as it was last handed back
        self.listener = listener
        self.worker: Worker | None = None  # that has its slice
        self.begun = False
        self.deaths = 0


class Worker:
    """One process, with an executor of its own: so its death concerns one slice, and which is known."""

    def __init__(self, executor: ProcessPoolExecutor):
        self.executor = executor
        self.pid = 0  # until it is ready


class Pool:
    """At most as many workers as cores, started when there is work for them.

    Whoever had fewest seconds of work is next. So equal labs take turns, and a lab whose slice took as long
    as ten waits until the others have had as much. A worker has one slice at a time; one thread takes in what
    comes back.

    Args:
        load: Name -> data set, for the workers, a function that can be pickled; the seam for tests.
        num_workers: How many at most; None: as many as cores.
        slice_seconds: How long a slice is, unless its network would travel for much of that.
        start_executor: Returns an executor of one process; the seam for tests.
    """

    def __init__(
        self,
        load: Load = load_dataset,
        num_workers: int | None = None,
        slice_seconds: float = SLICE_SECONDS,
        start_executor: Callable[[Load, float | None], ProcessPoolExecutor] | None = None,
    ):
        self.num_workers = num_workers or default_num_workers()
        self._load, self._slice_seconds = load, slice_seconds
        self._start_executor = start_executor or one_process
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._waiting: list[Job] = []
        self._workers: list[Worker] = []
        self._idle: list[Worker] = []  # who was busy last is taken first: it has data and code at hand
        self._used: WeakKeyDictionary[Listener, float] = WeakKeyDictionary()  # seconds of work
        self._level = 0.0  # what the least served had when last somebody was served
        self._failed_starts = 0
        self._closed = False
        self._events: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, task: Task, listener: Listener) -> Job:
        """Put a task in the queue and return it as a job."""
        with self._lock:
            if self._closed:
                raise RuntimeError("The pool must be open. Got a task after it was closed.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mnistlab-pool", daemon=True)
                self._thread.start()
            job = Job(next(self._numbers), task, listener)
            rested = self._level - self._slice_seconds  # who comes back from a rest has little to catch up
            self._used[listener] = max(self._used.get(listener, self._level), rested)
            self._jobs[job.number] = job
            self._waiting.append(job)
        self._events.put(self._dispatch)
        return job

    def warm(self, task: Task) -> None:
        """Have a task done whose result nobody waits for."""
        self.submit(task, Listener())

    def cancel(self, job: Job) -> None:
        """Take a job out at once; what a worker still does for it is dropped and nobody hears of it."""
        with self._lock:
            if self._jobs.pop(job.number, None) is None:
                return
            if job in self._waiting:
                self._waiting.remove(job)
            if job.worker is not None:
                timer = threading.Timer(GRACE_SECONDS, self._end_if_busy, (job, job.worker))
                timer.daemon = True
                timer.start()

    def ahead(self, job: Job) -> int:
        """Return how many jobs have their slice before this one has its next."""
        with self._lock:
            if job not in self._waiting:
                return 0
            return sum(self._order(other) < self._order(job) for other in self._waiting)

    @property
    def num_jobs(self) -> int:
        """Jobs that take turns now; a lab's drawing ahead is no other."""
        with self._lock:
            return len({id(job.listener) for job in self._jobs.values()})

    @property
    def pids(self) -> tuple[int, ...]:
        """Numbers of the worker processes that are ready."""
        with self._lock:
            return tuple(worker.pid for worker in self._workers if worker.pid)

    def close(self) -> None:
        """End all workers and wait until they are gone."""
        with self._lock:
            self._closed = True
            self._jobs.clear()
            self._waiting.clear()
            self._idle.clear()
            workers, self._workers = self._workers, []
        for worker in workers:
            worker.executor.shutdown(wait=True, kill_workers=True)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._events.put(self._dispatch)
            self._thread.join()

    # Below: the pool's thread. Futures only put an event into its queue, whichever thread they end in.

    def _run(self) -> None:
        while not self._closed:
            try:
                self._events.get()()
            except Exception:  # all labs wait for this thread
                logger.exception("The pool came upon an error.")

    def _dispatch(self) -> None:
        """Give idle workers the jobs that come next; where all are busy, start one more."""
        while job := self._begin_slice():
            if not job.begun:
                job.begun = True
                self._report(job, Slice(task=job.task))
        with self._lock:
            starting = sum(not worker.pid for worker in self._workers)
            most = self.num_workers if self._failed_starts < MAX_DEATHS else 1
            if len(self._waiting) > starting and len(self._workers) < most and not self._closed:
                self._start_worker()

    def _order(self, job: Job) -> tuple[float, int]:
        """What decides who is next: who has had least, then who came first."""
        return self._used[job.listener], job.number

    def _begin_slice(self) -> Job | None:
        """Send the job that comes next to an idle worker and return it; None: there is no such pair."""
        with self._lock:
            while self._waiting and self._idle:
                job, worker = min(self._waiting, key=self._order), self._idle.pop()
                try:
                    future = worker.executor.submit(advance, job.task, self._seconds_for(job))
                except RuntimeError:  # it died while it was idle, which is nobody's fault
                    self._forget(worker)
                    continue
                self._waiting.remove(job)
                self._level = max(self._level, self._used[job.listener])
                job.worker = worker
                self._when_done(future, partial(self._end_slice, job, worker))
                return job
        return None

    def _seconds_for(self, job: Job) -> float:
        """Return how long the next slice of a job is to be: much longer than its network travels."""
        share = FIRST_SHARE if not job.begun and len(self._waiting) > 1 else 1.0
        return max(share * self._slice_seconds, num_bytes(job.task.params) / TRAVEL_BYTES / MAX_TRAVEL)

    def _when_done(self, future: "Future[Any]", event: "Callable[[Future[Any]], None]") -> None:
        future.add_done_callback(lambda future: self._events.put(partial(event, future)))

    def _end_slice(self, job: Job, worker: Worker, future: "Future[Slice]") -> None:
        """Take in what became of a slice, and pass it on unless the job was cancelled meanwhile."""
        with self._lock:
            job.worker = None
            if future.exception() is None:
                got = future.result()
                worker.pid = got.pid  # another one, where the process before had rested for long
                self._used[job.listener] += got.seconds
                self._idle.append(worker)
            else:
                self._forget(worker)
                job.deaths += 1
                got = Slice(task=job.task) if job.deaths < MAX_DEATHS else Slice(refused=DIED)
            wanted = job.number in self._jobs
            if wanted and got.task is not None:
                job.task = got.task
                self._waiting.append(job)
            else:
                self._jobs.pop(job.number, None)
        if wanted:
            self._report(job, got)
        self._dispatch()

    def _report(self, job: Job, got: Slice) -> None:
        """Tell the listener; one that fails must not take the pool along, and its lab hears of it."""
        try:
            if got.task is not None:
                job.listener.progressed(job, got.task.step, got.task.num_steps)
            elif got.refused:
                job.listener.refused(job, got.refused)
            else:
                job.listener.finished(job, got.result)
        except Exception:
            logger.exception("What a worker sent could not be taken in.")
            job.listener.refused(job, NOT_TAKEN_IN)

    def _end_if_busy(self, job: Job, worker: Worker) -> None:
        """End a worker that is still with a job that was cancelled; called by a timer."""
        with self._lock:
            if job.worker is worker:
                worker.executor.shutdown(wait=False, kill_workers=True)

    def _start_worker(self) -> None:
        """Start one more worker, which is ready when it has told its number; called with the lock held."""
        rest = REST_SECONDS if self._workers else None  # the first one stays
        try:
            worker = Worker(self._start_executor(self._load, rest))
            future = worker.executor.submit(os.getpid)
        except (OSError, RuntimeError) as error:  # too few processes, threads, files, semaphores are left
            if "interpreter shutdown" in str(error):
                self._closed = True
            else:
                self._events.put(partial(self._start_failed, error))
        else:
            self._workers.append(worker)
            self._when_done(future, partial(self._welcome, worker))

    def _welcome(self, worker: Worker, future: "Future[int]") -> None:
        """Take in a worker that is ready, or was not to be started."""
        if self._closed:
            return
        if error := future.exception():
            with self._lock:
                self._forget(worker)
            self._start_failed(error)
            return
        with self._lock:
            worker.pid, self._failed_starts = future.result(), 0
            self._idle.append(worker)
        self._dispatch()

    def _start_failed(self, error: BaseException) -> None:
        """Try again; where that is in vain and no other worker is there, tell everybody who waits."""
        logger.error("A worker process could not be started: %r", error)
        refused: list[Job] = []
        with self._lock:
            self._failed_starts += 1
            if self._failed_starts >= MAX_DEATHS and not self._workers:
                refused, self._waiting, self._failed_starts = self._waiting, [], 0
                for job in refused:
                    del self._jobs[job.number]
        for job in refused:
            self._report(job, Slice(refused=NOT_STARTED))
        self._dispatch()

    def _forget(self, worker: Worker) -> None:
        """Let a worker go that died, or could not do what it was sent."""
        worker.executor.shutdown(wait=False, kill_workers=True)
        if worker in self._workers:
            self._workers.remove(worker)


def one_process(load: Load, rest_seconds: float | None) -> ProcessPoolExecutor:
    """Return an executor of one worker process, which ends after resting for so long; None: it stays."""
    settings = {
        **ONE_THREAD,
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",  # several processes share an accelerator
        "LOKY_MAX_MEMORY_LEAK_SIZE": "1e15",  # a worker that has grown with its networks is not replaced
    }
    environment = {name: os.environ.get(name, value) for name, value in settings.items()}
    if platforms := os.environ.get("MNISTLAB_WORKER_PLATFORMS"):
        environment["JAX_PLATFORMS"] = platforms  # where JAX_PLATFORMS keeps the web process off them
    return ProcessPoolExecutor(
        1, timeout=rest_seconds, env=environment, initializer=begin, initargs=(os.getpid(), load)
    )


def default_num_workers() -> int:
    """Return MNISTLAB_WORKERS, or the number of cores this process may use."""
    given = os.environ.get("MNISTLAB_WORKERS", "")
    if given.isascii() and given.isdecimal() and 0 < int(given) <= MAX_WORKERS:
        return int(given)
    return min(int(cpu_count()), MAX_WORKERS)
