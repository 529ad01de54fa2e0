"""How fast the lab's engine is beside others: python -m benchmarks [--hidden 100] [--batch-size 128].

Every round lets each engine train one epoch, in turn, from the same weights, on the same mini-batches, each
in its own process. The table gives the median over the rounds, the median of the ratios within a round, and
the accuracy reached, so that a fast wrong engine shows.
"""

import argparse
import importlib.util
import os
import platform
import statistics
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version

import jax

from benchmarks.apart import Apart
from benchmarks.engines import JittedScan, JittedStep, Notebook, Ours
from benchmarks.peers import Numpy, ScikitLearn, TorchEager
from benchmarks.problem import problem

ENGINES = (Ours, TorchEager, Numpy, ScikitLearn, JittedStep, JittedScan, Notebook)
NEEDS = {TorchEager: "torch", ScikitLearn: "sklearn"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hidden", default="100")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--learning-rate", type=float, default=0.01, help="lower for large batches")
    given = parser.parse_args()
    widths = tuple(int(width) for width in given.hidden.split(","))
    settings = {"hidden": widths, "batch_size": given.batch_size, "learning_rate": given.learning_rate}
    task = problem(**settings)
    print(f"{'-'.join(map(str, task.config.dimensions))}, batch {given.batch_size}, "
          f"{task.config.train_size:,} images of {task.dataset.name}, float32")  # fmt: skip
    print(machine())
    print_table(measured(settings, given.rounds))


def machine() -> str:
    """Return what the figures were measured on and with."""
    versions = []
    for name in ("jax", "numpy", "torch", "scikit-learn"):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} absent")
    device = f", {jax.devices()[0].device_kind} for JAX and PyTorch" if jax.default_backend() == "gpu" else ""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    software = f"Python {platform.python_version()}, {', '.join(versions)}"
    return f"{cores} cores, {platform.machine()}{device}, {software}"


def measured(settings: dict, rounds: int) -> list[tuple[str, list[float], float]]:
    """Return name, seconds per epoch in each round, and accuracy, of every engine that is at hand.

    Each engine lives in a process of its own, asleep while the others train: the threads of one library
    would go on spinning for a while at the cost of the next.
    """
    present = [kind for kind in ENGINES if kind not in NEEDS or importlib.util.find_spec(NEEDS[kind])]
    for kind in ENGINES:
        if kind not in present:
            print(f"not measured: {kind.name} (pip install -r benchmarks/requirements.txt)")
    with ExitStack() as stack:
        engines = [stack.enter_context(Apart(kind, settings)) for kind in present]
        seconds = [[engine.epoch(number) for engine in engines] for number in range(rounds)]
        times = zip(*seconds, strict=True)
        return [
            (kind.name, list(mine), engine.accuracy())
            for kind, mine, engine in zip(present, times, engines, strict=True)
        ]


def print_table(rows: list[tuple[str, list[float], float]]) -> None:
    """Print the table, fastest first."""
    ours = rows[0][1]
    print(f"\n| engine | s / epoch | ratio to ours | accuracy after {len(ours)} epochs |\n|---|---|---|---|")
    for name, seconds, accuracy in sorted(rows, key=lambda row: statistics.median(row[1])):
        ratio = statistics.median(theirs / mine for theirs, mine in zip(seconds, ours, strict=True))
        reached = f"{accuracy:.2%}" if name != Notebook.name else "(timed on 2% of an epoch)"
        print(f"| {name} | {statistics.median(seconds):.3f} | {ratio:.2f} | {reached} |")


if __name__ == "__main__":
    main()
