"""How fast the lab's engine is beside others: python -m benchmarks [--hidden 100] [--batch-size 128].

Every round lets each engine train one epoch, in turn, from the same weights, on the same mini-batches. The
table gives the median over the rounds, the median of the ratios within a round, and the accuracy reached, so
that a fast wrong engine shows.
"""

import argparse
import importlib.util
import os
import platform
import statistics
import time
from importlib.metadata import PackageNotFoundError, version

from benchmarks.engines import JittedScan, JittedStep, Notebook, Ours
from benchmarks.peers import Numpy, ScikitLearn, TorchEager
from benchmarks.problem import Problem, problem

ENGINES = (Ours, TorchEager, Numpy, ScikitLearn, JittedStep, JittedScan, Notebook)
NEEDS = {TorchEager: "torch", ScikitLearn: "sklearn"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hidden", default="100")
    parser.add_argument("--batch-size", type=int, default=128)
    given = parser.parse_args()
    widths = tuple(int(width) for width in given.hidden.split(","))
    task = problem(hidden=widths, batch_size=given.batch_size)
    print(f"{'-'.join(map(str, task.config.dimensions))}, batch {given.batch_size}, "
          f"{task.config.train_size:,} images of {task.dataset.name}, float32")  # fmt: skip
    print(machine())
    print_table(measured(task, given.rounds))


def machine() -> str:
    """Return what the figures were measured on and with."""
    versions = []
    for name in ("jax", "numpy", "torch", "scikit-learn"):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} absent")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.machine()}, Python {platform.python_version()}, {', '.join(versions)}"


def measured(task: Problem, rounds: int) -> list[tuple[str, list[float], float]]:
    """Return name, seconds per epoch in each round, and accuracy, of every engine that is at hand."""
    present = [kind for kind in ENGINES if kind not in NEEDS or importlib.util.find_spec(NEEDS[kind])]
    for kind in ENGINES:
        if kind not in present:
            print(f"not measured: {kind.name} (pip install -r benchmarks/requirements.txt)")
    engines = [kind(task) for kind in present]
    for engine in engines:  # first calls compile operations, or start threads
        engine.epoch(task.order(0)[: 2 * task.config.batch_size])
    engines = [warmed_again(kind, task) for kind in present]
    seconds: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for number in range(rounds):
        for engine in engines:
            order = task.order(number)[: int(engine.share * task.config.train_size)]
            start = time.perf_counter()
            engine.epoch(order)
            seconds[engine.name].append((time.perf_counter() - start) / engine.share)
    return [(engine.name, seconds[engine.name], engine.accuracy()) for engine in engines]


def warmed_again(kind: type, task: Problem):
    """Return an engine at the beginning of its training; JAX's programs are compiled by now."""
    engine = kind(task)
    if kind is JittedScan:  # its program is made for a whole epoch
        engine.epoch(task.order(0))
        fresh = kind(task)
        fresh.step, engine = engine.step, fresh
    return engine


def print_table(rows: list[tuple[str, list[float], float]]) -> None:
    """Print the table, fastest first."""
    ours = rows[0][1]
    print(f"\n| engine | s / epoch | ratio to ours | accuracy after {len(ours)} epochs |\n|---|---|---|---|")
    for name, seconds, accuracy in sorted(rows, key=lambda row: statistics.median(row[1])):
        ratio = statistics.median(theirs / mine for theirs, mine in zip(seconds, ours, strict=True))
        reached = f"{accuracy:.2%}" if name != Notebook.name else "(timed on 2 % of an epoch)"
        print(f"| {name} | {statistics.median(seconds):.3f} | {ratio:.2f} | {reached} |")


if __name__ == "__main__":
    main()
