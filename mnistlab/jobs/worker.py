"""A worker process: it does a slice of a task, then one of another, and keeps nothing but caches between."""

import os
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import jax

from mnistlab.data.datasets import Dataset, load_dataset
from mnistlab.engine.compilation_cache import keep_compiled_operations
from mnistlab.jobs.tasks import Task, as_numpy
from mnistlab.operating_system import end_with, keep_freed_memory, leave_terminal, lower_priority

Load = Callable[[str], Dataset]

_load: Load = load_dataset
_compiled: set[Hashable] = set()  # kinds of tasks whose operations this process has compiled


class Slice(NamedTuple):
    """What a worker hands back."""

    pid: int = 0
    seconds: float = 0.0  # of work, without loading data and without compiling what others will use
    task: Task | None = None  # as it stands; None when there is nothing left to do
    result: object = None  # of the task, when it is done
    refused: str = ""  # why it cannot be done


def begin(parent: int, load: Load = load_dataset) -> None:
    """Prepare this process for its work.

    Args:
        parent: Number of the process whose end ends this one.
        load: Name -> data set; the seam for tests.
    """
    global _load
    _load = load
    leave_terminal()
    end_with(parent)
    lower_priority()
    keep_freed_memory()
    keep_compiled_operations()


@lru_cache
def dataset(name: str) -> Dataset:
    """Return the data set of this name, loaded once."""
    return _load(name)


def advance(task: Task, seconds: float) -> Slice:
    """Go on with a task for so long, one step at least; an error becomes a sentence."""
    try:
        data = dataset(task.config.dataset)
        start = work_done()
        task, done = stepped(task, data, seconds)
        result = task.result(data) if done else None
    except Exception as error:  # whatever it is, the run it belongs to has to hear of it
        return Slice(os.getpid(), refused=sentence_of(error))
    spent = work_done() - start
    if task.kind not in _compiled:
        _compiled.add(task.kind)
        spent = min(spent, seconds)
    return Slice(os.getpid(), spent, None if done else task, result)


def work_done() -> float:
    """Return the seconds that this process has worked: of the processor, which nothing else can lengthen.

    Equal steps cost the same by them, whatever the machine did meanwhile. What an accelerator has done nobody
    tells: with one, time itself counts.
    """
    return time.process_time() if jax.default_backend() == "cpu" else time.perf_counter()


def stepped(
    task: Task, data: Dataset, seconds: float, clock: Callable[[], float] = time.perf_counter
) -> tuple[Task, bool]:
    """Return a task after steps for so long, one at least, and whether its last one is done."""
    start, last = clock(), None
    for step in task.steps(data):
        if last is not None:  # the next mini-batch is prepared while this one is computed, but no more
            jax.block_until_ready(last.params)
        last = step
        if clock() - start >= seconds:
            break
    if last is None:
        return task, True
    jax.block_until_ready(last.params)
    spent = task.seconds + clock() - start
    task = replace(task, params=as_numpy(last.params), step=last.index, seconds=spent)
    return task, last.index == last.num_steps


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
