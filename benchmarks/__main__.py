"""How fast the lab's engine is beside others: python -m benchmarks [--hidden 100] [--batch-size 128].

Every round lets each engine train one epoch, in turn, from the same weights, on the same mini-batches, each
in its own process. The table gives the median of the ratios within a round, the median of the seconds an
epoch, and the accuracy reached, so that a fast wrong engine shows. Without a shape there are five; what takes
far longer than the others is measured at the lab's own alone.
"""

import argparse
import importlib.util
import os
import platform
import statistics
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

import jax

from benchmarks.apart import Apart
from benchmarks.engines import JittedScan, JittedStep, Notebook, Ours
from benchmarks.peers import Numpy, ScikitLearn, TorchEager
from benchmarks.problem import problem

ENGINES = (Ours, TorchEager, Numpy, JittedStep, JittedScan, ScikitLearn, Notebook)
NEEDS = {TorchEager: "torch", ScikitLearn: "sklearn"}


class Shape(NamedTuple):
    """A network and its mini-batches."""

    hidden: tuple[int, ...]
    batch_size: int
    learning_rate: float

    def __str__(self) -> str:
        return f"{'-'.join(map(str, (784, *self.hidden, 10)))}, batch {self.batch_size:,}"


LAB = Shape((100,), 128, 0.01)
SHAPES = (
    Shape((100,), 10, 0.01),
    Shape((100,), 64, 0.01),
    LAB,
    Shape((100,), 1024, 0.001),
    Shape((512, 512), 128, 0.001),
)


class Measured(NamedTuple):
    """What an engine needed at one shape."""

    seconds: list[float]  # an epoch, in each round
    accuracy: float  # after all of them


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hidden", help="one shape alone, with all engines: widths, as in 512,512")
    parser.add_argument("--batch-size", type=int, help="the same; 128 where only --hidden is given")
    parser.add_argument("--learning-rate", type=float, default=LAB.learning_rate, help="of that one shape")
    given = parser.parse_args()
    if given.hidden is None and given.batch_size is None:
        shapes = SHAPES
    else:
        widths = tuple(int(width) for width in (given.hidden or "100").split(","))
        shapes = (Shape(widths, given.batch_size or LAB.batch_size, given.learning_rate),)
    task = problem()
    print(f"{task.config.train_size:,} images of {task.dataset.name}, float32, {given.rounds} rounds")
    print(machine())
    kinds = present()
    columns = {}
    for shape in shapes:
        whole = len(shapes) == 1 or shape == LAB
        columns[shape] = measured(
            shape._asdict(), [kind for kind in kinds if whole or not kind.slow], given.rounds
        )
        print(f"measured: {shape}", flush=True)
    print_table(kinds, columns)


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


def present() -> list[type]:
    """Return the engines that are at hand; say which are not."""
    kinds = [kind for kind in ENGINES if kind not in NEEDS or importlib.util.find_spec(NEEDS[kind])]
    for kind in ENGINES:
        if kind not in kinds:
            print(f"not measured: {kind.name} (pip install -r benchmarks/requirements.txt)")
    return kinds


def measured(settings: dict, kinds: list[type], rounds: int) -> dict[type, Measured]:
    """Return what each engine needed.

    Each engine lives in a process of its own, asleep while the others train: the threads of one library
    would go on spinning for a while at the cost of the next.
    """
    with ExitStack() as stack:
        engines = {kind: stack.enter_context(Apart(kind, settings)) for kind in kinds}
        seconds = {kind: [] for kind in kinds}
        for number in range(rounds):
            for kind, engine in engines.items():
                seconds[kind].append(engine.epoch(number))
        return {kind: Measured(seconds[kind], engine.accuracy()) for kind, engine in engines.items()}


def print_table(kinds: list[type], columns: dict[Shape, dict[type, Measured]]) -> None:
    """Print a row for each engine and a column for each shape; PyTorch's time is 1, where it was measured."""
    base = TorchEager if TorchEager in kinds else Ours
    print(f"\n| ratio to {base.name}; s / epoch; accuracy | {' | '.join(map(str, columns))} |")
    print("|---" * (len(columns) + 1) + "|")
    for kind in kinds:
        cells = [cell(kind, column.get(kind), column[base]) for column in columns.values()]
        print(f"| {kind.name} | {' | '.join(cells)} |")


def cell(kind: type, own: Measured | None, base: Measured) -> str:
    """Return the figures of one engine at one shape as a line."""
    if own is None:
        return ""
    ratio = statistics.median(mine / other for mine, other in zip(own.seconds, base.seconds, strict=True))
    reached = f"{own.accuracy:.2%}" if kind is not Notebook else "timed on 2% of an epoch"
    return f"{ratio:.2f}; {statistics.median(own.seconds):.3f} s; {reached}"


if __name__ == "__main__":
    main()
