"""A worker process: it does what the lab sends it, a turn at a time, and ends when the lab is gone."""

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from mnistlab.compilation_cache import keep_compiled_operations
from mnistlab.datasets import load_dataset
from mnistlab.jobs.messages import Finished, Progress, Ready, Refused, Turn, read_message, write_message
from mnistlab.jobs.process import keep_freed_memory, let_others_go_first, one_thread_per_operation


class Work:
    """A task under way."""

    def __init__(self, task, dataset):
        self.task = task
        self.dataset = dataset
        self.steps: Iterator = task.steps(dataset)

    def advanced(self, seconds: float, clock: Callable[[], float] = time.perf_counter) -> bool:
        """Take steps for so long, one at least, and return whether the last one is done."""
        import jax

        start, last = clock(), None
        for step in self.steps:
            if last is not None:  # the next mini-batch is prepared while this one is computed, but no more
                jax.block_until_ready(last.params)
            last = step
            if clock() - start >= seconds:
                break
        if last is None:
            return True
        jax.block_until_ready(last.params)
        spent = self.task.seconds + clock() - start
        self.task = self.task._replace(params=last.params, step=last.index, seconds=spent)
        return last.index == last.num_steps

    def handed_back(self):
        """Return the task as it stands, ready for the pipe."""
        from mnistlab.jobs.tasks import as_numpy

        return self.task._replace(params=as_numpy(self.task.params))


class Desk:
    """The jobs that a worker has begun; it answers one turn with one message."""

    def __init__(self, load_dataset: Callable[[str], Any]):
        self.load_dataset = load_dataset
        self.datasets: dict[str, Any] = {}
        self.work: dict[int, Work] = {}

    def answer(self, turn: Turn) -> Progress | Finished | Refused:
        """Do one turn and return what came of it; an error becomes a sentence."""
        for job in turn.forget:
            self.work.pop(job, None)
        try:
            return self._turn(turn)
        except Exception as error:  # whatever it is, the run it belongs to has to hear of it
            self.work.pop(turn.job, None)
            return Refused(sentence_of(error))

    def _turn(self, turn: Turn) -> Progress | Finished:
        if turn.task is not None:
            self.work[turn.job] = Work(turn.task, self._dataset(turn.task.config.dataset))
        start = time.perf_counter()  # what was loaded is there for everybody: it counts as nobody's turn
        work = self.work[turn.job]
        if work.advanced(turn.seconds):
            result = work.task.result(work.dataset)
            del self.work[turn.job]
            return Finished(result, time.perf_counter() - start)
        task = work.handed_back() if turn.hand_back else None
        if turn.hand_back:
            del self.work[turn.job]
        return Progress(work.task.step, work.task.num_steps, time.perf_counter() - start, task)

    def _dataset(self, name: str):
        if name not in self.datasets:
            self.datasets[name] = self.load_dataset(name)
        return self.datasets[name]


def sentence_of(error: Exception) -> str:
    """Return an error as one sentence for the screen."""
    if (
        isinstance(error, MemoryError)
        or "RESOURCE_EXHAUSTED" in str(error)
        or "out of memory" in str(error).lower()
    ):
        return (
            "There was not enough memory for this network. Take fewer or narrower layers, or a smaller batch."
        )
    text = " ".join(str(error).split())[:300]
    return text if isinstance(error, ValueError) and text else f"{type(error).__name__}: {text}"


def read_turns(pipe: BinaryIO, turns: queue.SimpleQueue) -> None:
    """Put what the lab sends into the queue; when the lab is gone, end this process at once."""
    try:
        while True:
            turns.put(read_message(pipe))
    except (EOFError, OSError):
        os._exit(0)


def main(load_dataset: Callable[[str], Any] = load_dataset) -> None:
    """Answer turns until the lab closes the pipe.

    Args:
        load_dataset: Name -> data set; the seam for tests.
    """
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    one_thread_per_operation()
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the lab, which then closes the pipe
    let_others_go_first()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(
        sys.stderr.fileno(), sys.stdout.fileno()
    )  # what a library prints must not land among the messages
    turns: queue.SimpleQueue = queue.SimpleQueue()
    threading.Thread(target=read_turns, args=(sys.stdin.buffer, turns), daemon=True).start()
    keep_compiled_operations()
    keep_freed_memory()
    import mnistlab.jobs.tasks  # noqa: F401 - so that the first turn finds it imported

    desk = Desk(load_dataset)
    try:
        write_message(answers, Ready(os.getpid()))
        while True:
            write_message(answers, desk.answer(turns.get()))
    except OSError:
        os._exit(0)


if __name__ == "__main__":
    main()
