"""Many networks in one breath: python -m benchmarks.sweep [--networks 16] [--threads 1].

Every round trains the sweep for an epoch, then one network by itself, then one in PyTorch eager, each in its
own process, on the same mini-batches from the same weights. The limit is the time of the two matrix products
of the first layer, for all networks together, as numpy's matrix product does them in the same round.
"""

import argparse
import importlib.util
import os
import statistics
from contextlib import ExitStack
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.__main__ import machine
from benchmarks.apart import Apart
from benchmarks.engines import JaxEngine, Ours
from benchmarks.peers import TorchEager
from benchmarks.problem import Problem, problem
from mnistlab.engine.evaluation import evaluate
from mnistlab.sweeps.sweep import network_of, stacked, sweep_step

SWEEP, ALONE, TORCH = "mnistlab, sweep (no jit)", "mnistlab, one by one", "PyTorch eager, one by one"
LIMIT = "the first layer's two products"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep", description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=16)
    parser.add_argument("--hidden", default="100")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="cores to use; 0: all")
    given = parser.parse_args()
    if given.threads:  # the processes that are started inherit both
        os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))[: given.threads]))
        os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(given.threads)
    widths = tuple(int(width) for width in given.hidden.split(","))
    settings = {"hidden": widths, "batch_size": given.batch_size}
    task = problem(**settings)
    shape = "-".join(map(str, task.config.dimensions))
    print(f"{given.networks} networks of {shape}, batch {given.batch_size}, "
          f"{task.config.train_size:,} images of {task.dataset.name}, float32")  # fmt: skip
    print(machine())
    print_table(measured(settings, given.networks, given.rounds), given.networks)


class Sweep(JaxEngine):
    """So many networks at once, the first as the other engines train it."""

    def __init__(self, given: Problem, num_networks: int):
        self.num_networks = num_networks
        super().__init__(given)

    def make_step(self):
        self.params = jax.tree.map(jnp.asarray, stacked([self.params] * self.num_networks))
        rates = self.given.config.learning_rate * np.geomspace(1.0, 0.1, self.num_networks)
        rates, step = jnp.asarray(rates, jnp.float32), sweep_step(self.given.config.activation)
        return lambda params, pixels, targets: step(params, pixels, targets, rates)

    def accuracy(self) -> float:
        return evaluate(network_of(self.params, 0), self.given.dataset.test, self.given.config).accuracy


class Products:
    """The two products with the first weights of all networks, and nothing else."""

    share = 1.0

    def __init__(self, given: Problem, num_networks: int):
        batch, n_in, n_out = given.config.batch_size, *given.config.dimensions[:2]
        self.num_steps = given.config.num_steps
        self.pixels, self.weights = ones(batch, n_in), ones(n_out * num_networks, n_in)
        self.deltas, self.sums = ones(batch, n_out * num_networks), ones(batch, n_out * num_networks)
        self.gradient = ones(n_out * num_networks, n_in)

    def epoch(self, order: np.ndarray) -> None:
        for _ in range(self.num_steps):
            np.matmul(self.pixels, self.weights.T, out=self.sums)
            np.matmul(self.deltas.T, self.pixels, out=self.gradient)

    def accuracy(self) -> float:
        return float("nan")


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


def measured(settings: dict, num_networks: int, rounds: int) -> dict[str, tuple[list[float], float]]:
    """Return seconds per network and epoch in each round, and the accuracy reached, of each engine."""
    kinds = {SWEEP: partial(Sweep, num_networks=num_networks), ALONE: Ours}
    if importlib.util.find_spec("torch"):
        kinds[TORCH] = TorchEager
    else:
        print(f"not measured: {TORCH} (pip install -r benchmarks/requirements.txt)")
    kinds[LIMIT] = partial(Products, num_networks=num_networks)
    with ExitStack() as stack:
        engines = {name: stack.enter_context(Apart(kind, settings)) for name, kind in kinds.items()}
        seconds = {name: [] for name in engines}
        for number in range(rounds):
            for name, engine in engines.items():
                shared = num_networks if name in (SWEEP, LIMIT) else 1
                seconds[name].append(engine.epoch(number) / shared)
        return {name: (seconds[name], engine.accuracy()) for name, engine in engines.items()}


def print_table(rows: dict[str, tuple[list[float], float]], num_networks: int) -> None:
    """Print the table; the ratio is that of the times within a round, the sweep being 1."""
    ours, limit = rows[SWEEP][0], rows[LIMIT][0]
    print("\n| engine | s / network and epoch | network-epochs / s | ratio to the sweep | accuracy |")
    print("|---|---|---|---|---|")
    for name, (seconds, accuracy) in rows.items():
        ratio = statistics.median(theirs / mine for theirs, mine in zip(seconds, ours, strict=True))
        middle = statistics.median(seconds)
        reached = "" if name == LIMIT else f"{accuracy:.2%}"
        print(f"| {name} | {middle:.3f} | {1 / middle:.2f} | {ratio:.2f} | {reached} |")
    share = statistics.median(floor / mine for floor, mine in zip(limit, ours, strict=True))
    print(f"\nfraction of the limit reached by {num_networks} networks together: {share:.2f}")


if __name__ == "__main__":
    main()
