"""What workers of tests work on, blobs that differ from digit to digit; and a pool without a process."""

import os
from concurrent.futures import Executor, Future

import numpy as np

from mnistlab.data.datasets import Dataset, Split
from mnistlab.jobs.pool import Pool
from mnistlab.jobs.worker import Slice, stepped

TRAIN, TEST = 2000, 300


def small_dataset(name="mnist"):
    """Return made-up images with ten classes; one that cannot be had under the name that a variable gives."""
    if name == os.environ.get("MNISTLAB_TEST_MISSING"):
        raise ValueError("MNIST must be on this machine. Got nothing.")
    order = np.random.default_rng(1)
    centers = order.integers(0, 200, (10, 28, 28))
    labels = order.integers(0, 10, TRAIN + TEST).astype(np.uint8)
    noise = order.integers(0, 56, (TRAIN + TEST, 28, 28))
    images = (centers[labels] + noise).astype(np.uint8)
    return Dataset(
        name, "made up", Split(images[:TRAIN], labels[:TRAIN]), Split(images[TRAIN:], labels[TRAIN:])
    )


class InThisProcess(Executor):
    """Does slices at once."""

    def __init__(self, dataset):
        self.dataset = dataset

    def submit(self, function, *args):
        future = Future()
        future.set_result(os.getpid() if function is os.getpid else self.slice_of(*args))
        return future

    def slice_of(self, task, seconds):
        task, done = stepped(task, self.dataset, seconds)
        return Slice(1, 0.1, None if done else task, task.result(self.dataset) if done else None)

    def shutdown(self, wait=True, *, kill_workers=False):
        pass


def pool_in_this_process(dataset):
    """Return a pool that works on these data without a worker process."""
    return Pool(num_workers=1, start_executor=lambda load, rest_seconds: InThisProcess(dataset))
