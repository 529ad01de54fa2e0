"""The trainers of a class without their pages: what the worker processes alone get done.

`python -m benchmarks.load_pool [seconds]` prints it for one trainer and for 25, and how far one comes
beside five tabs with the slowest settings that a link may hold.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.load_rows import Row, at_least
from benchmarks.load_training import fairness
from mnistlab.engine.config import MAX_HIDDEN_LAYERS, MAX_STEP_WORK, MAX_WIDTH, TrainConfig
from mnistlab.engine.network import num_parameters
from mnistlab.jobs.pool import Pool
from mnistlab.jobs.trainer import Trainer

PATIENCE = 600.0  # seconds until each has done steps; the machine may be busy with others
EPOCHS = 1000  # nobody gets there
NUM_SLOW = 5


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


def beside_slowest(seconds: float) -> Row:
    """Return the row of a lab beside five with the slowest settings: its pace, over that beside equals."""
    usual = TrainConfig(dataset="generated", num_epochs=EPOCHS)
    hidden = (MAX_WIDTH,) * MAX_HIDDEN_LAYERS
    size = MAX_STEP_WORK // num_parameters(replace(usual, hidden=hidden).dimensions)
    slowest = replace(usual, hidden=hidden, train_size=size, batch_size=size)  # figures after every step
    fair, kept = (
        paces_of([usual, *others], seconds, None)[0] for others in ([usual] * NUM_SLOW, [slowest] * NUM_SLOW)
    )
    return at_least("without pages: share kept beside five tabs of the slowest link", kept / fair, 0.8)


def paces(num_labs: int, seconds: float, num_workers: int | None) -> list[float]:
    """Return the steps per second of each of so many labs that train at the same time."""
    configs = [TrainConfig(dataset="generated", num_epochs=EPOCHS, seed=seed) for seed in range(num_labs)]
    return paces_of(configs, seconds, num_workers)


def paces_of(configs: Sequence[TrainConfig], seconds: float, num_workers: int | None) -> list[float]:
    """Return the steps per second of labs that train at the same time, each with settings of its own."""
    pool = Pool(num_workers=num_workers)
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
    return snapshot.run.epoch * snapshot.run.config.num_steps + snapshot.step


if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    for num_labs in (1, 25):
        each = paces(num_labs, seconds, None)
        print(
            f"{num_labs} trainers: {sum(each):.0f} steps/s, Jain {fairness(each):.4f}, "
            f"slowest / mean {min(each) * num_labs / sum(each):.3f}"
        )
    print(beside_slowest(seconds))
