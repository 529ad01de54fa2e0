"""The trainers of a class without their pages: what the worker processes alone get done.

`python -m benchmarks.load_pool [seconds]` prints it for one trainer and for 25.
"""

import sys
import time

from benchmarks.load_rows import Row, at_least
from benchmarks.load_training import STEPS, fairness
from mnistlab.config import TrainConfig
from mnistlab.jobs.pool import Pool
from mnistlab.jobs.trainer import Trainer

PATIENCE = 120.0  # seconds until each has done steps
EPOCHS = 1000  # nobody gets there


def without_pages(num_labs: int, seconds: float) -> list[Row]:
    """Return the rows of labs that train with nobody looking: with one worker, and with one for each core."""
    one, many = (paces(num_labs, seconds, num_workers) for num_workers in (1, None))
    return [
        Row(f"without pages: steps/s, {num_labs} trainers, one worker", f"{sum(one):.0f}"),
        Row(f"without pages: steps/s, {num_labs} trainers", f"{sum(many):.0f}"),
        at_least("without pages: steps/s over one worker's", sum(many) / sum(one), 1.3),
        at_least("without pages: Jain's index of fairness", fairness(many), 0.95, form=".4f"),
        at_least("without pages: slowest over mean", min(many) * len(many) / sum(many), 0.8),
    ]


def paces(num_labs: int, seconds: float, num_workers: int | None) -> list[float]:
    """Return the steps per second of each of so many labs that train at the same time."""
    pool = Pool(num_workers=num_workers)
    configs = [TrainConfig(dataset="generated", num_epochs=EPOCHS, seed=seed) for seed in range(num_labs)]
    try:
        trainers = [Trainer(pool, config) for config in configs]
        for trainer in trainers:
            trainer.start()
        for trainer in trainers:
            trainer.wait_for(lambda snapshot: bool(snapshot.run.epoch or snapshot.step), PATIENCE)
        begin, before = time.perf_counter(), [steps_done(trainer) for trainer in trainers]
        time.sleep(seconds)
        end, after = time.perf_counter(), [steps_done(trainer) for trainer in trainers]
    finally:
        pool.close()
    return [(last - first) / (end - begin) for first, last in zip(before, after, strict=True)]


def steps_done(trainer: Trainer) -> int:
    """Return how many mini-batches a trainer has done in all."""
    snapshot = trainer.snapshot()
    return snapshot.run.epoch * STEPS + snapshot.step


if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    for num_labs in (1, 25):
        each = paces(num_labs, seconds, None)
        print(
            f"{num_labs} trainers: {sum(each):.0f} steps/s, Jain {fairness(each):.4f}, "
            f"slowest / mean {min(each) * num_labs / sum(each):.3f}"
        )
