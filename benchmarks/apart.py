"""An engine in a process of its own, which trains when it is told to and sleeps otherwise."""

import multiprocessing
import os
import time

from benchmarks.problem import problem
from mnistlab.operating_system import keep_freed_memory, one_thread_per_operation


class Apart:
    """Start a process with an engine of this kind; use as a context."""

    def __init__(self, kind: type, settings: dict):
        before = dict(os.environ)
        if getattr(kind, "one_thread", False):  # before JAX counts the cores
            one_thread_per_operation()
        spawned = multiprocessing.get_context("spawn")
        self.pipe, theirs = spawned.Pipe()
        self.process = spawned.Process(target=serve, args=(kind, settings, theirs), daemon=True)
        self.process.start()
        os.environ.clear()
        os.environ.update(before)
        self.pipe.recv()

    def __enter__(self) -> "Apart":
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()

    def epoch(self, number: int) -> float:
        """Train one epoch and return its seconds, as the process itself measured them."""
        self.pipe.send(number)
        return self.pipe.recv()

    def accuracy(self) -> float:
        """Return the share of the test images read right."""
        self.pipe.send(None)
        return self.pipe.recv()


def serve(kind: type, settings: dict, pipe) -> None:
    """Warm an engine up, say so, then train an epoch for every number and tell the accuracy for None."""
    keep_freed_memory()
    task = problem(**settings)
    engine = warmed(kind, task)
    pipe.send("ready")
    while True:
        number = pipe.recv()
        if number is None:
            pipe.send(engine.accuracy())
            continue
        order = task.order(number)[: int(engine.share * task.config.train_size)]
        start = time.perf_counter()
        engine.epoch(order)
        pipe.send((time.perf_counter() - start) / engine.share)


def warmed(kind: type, task):
    """Return an engine at the beginning of its training that has done, as another, what first calls cost."""
    used = kind(task)
    used.epoch(task.order(0)[: int(used.share * task.config.train_size)])
    fresh = kind(task)
    if hasattr(used, "step"):  # what JAX has compiled belongs to this function
        fresh.step = used.step
    return fresh
