"""Many networks in one breath: python -m benchmarks.sweep [--networks 16] [--threads 1].

Every round trains the sweep for an epoch, then one network by itself, then one in PyTorch eager, on the same
mini-batches from the same weights. The limit is the time of the two matrix products of the first layer, for
all networks together, as numpy's matrix product does them in the same round.
"""

import argparse
import os
import statistics
import time


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep", description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=16)
    parser.add_argument("--hidden", default="100")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--share", type=float, default=1.0, help="part of an epoch that is run and timed")
    parser.add_argument("--threads", type=int, default=0, help="cores to use; 0: all")
    parser.add_argument("--cpu-time", action="store_true", help="on a busy machine, with one thread")
    given = parser.parse_args()
    if given.threads:  # before any library has counted the cores
        os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))[: given.threads]))
        os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(given.threads)
    from benchmarks.__main__ import machine
    from benchmarks.problem import problem
    from mnistlab.memory import keep_freed_memory

    keep_freed_memory()
    widths = tuple(int(width) for width in given.hidden.split(","))
    task = problem(hidden=widths, batch_size=given.batch_size)
    config = task.config
    print(f"{given.networks} networks of {'-'.join(map(str, config.dimensions))}, batch {config.batch_size}, "
          f"{config.train_size:,} images of {task.dataset.name}, float32")  # fmt: skip
    print(machine())
    clock = time.process_time if given.cpu_time else time.perf_counter
    print_table(measured(task, given.networks, given.rounds, given.share, clock), given.networks)


def measured(task, num_networks: int, rounds: int, share: float, clock) -> dict[str, tuple[list[float], str]]:
    """Return seconds per network and epoch in each round, and the accuracy reached, of each engine."""
    engines = engines_for(task, num_networks)
    for engine in engines.values():  # first calls compile operations, or start threads
        engine.epoch(task.order(0)[: 3 * task.config.batch_size])
    seconds = {name: [] for name in (*engines, LIMIT)}
    for number in range(rounds):
        order = task.order(number)[: int(share * task.config.train_size)]
        for name, engine in engines.items():
            start = clock()
            engine.epoch(order)
            networks = num_networks if name == SWEEP else 1
            seconds[name].append((clock() - start) / share / networks)
        seconds[LIMIT].append(products_seconds(task.config, num_networks, clock))
    reached = {name: f"{engine.accuracy():.2%}" for name, engine in engines.items()}
    return {name: (each, reached.get(name, "")) for name, each in seconds.items()}


SWEEP, ALONE, TORCH = "mnistlab, sweep (no jit)", "mnistlab, one by one", "PyTorch eager, one by one"
LIMIT = "the first layer's two products"


def engines_for(task, num_networks: int) -> dict:
    """Return the engines that are at hand."""
    import importlib.util

    from benchmarks.engines import Ours
    from benchmarks.peers import TorchEager

    engines = {SWEEP: sweep_engine(num_networks)(task), ALONE: Ours(task)}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(len(os.sched_getaffinity(0)))
        engines[TORCH] = TorchEager(task)
    else:
        print(f"not measured: {TORCH} (pip install -r benchmarks/requirements.txt)")
    return engines


def sweep_engine(num_networks: int):
    """Return an engine that trains so many networks at once, the first as the other engines do."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    from benchmarks.engines import JaxEngine
    from mnistlab.evaluation import evaluate
    from mnistlab.sweep import network_of, stacked, sweep_step

    class Sweep(JaxEngine):
        name = SWEEP

        def make_step(self):
            self.params = jax.tree.map(jnp.asarray, stacked([self.params] * num_networks))
            rates = self.given.config.learning_rate * np.geomspace(1.0, 0.1, num_networks)
            self.rate = jnp.asarray(rates, jnp.float32)
            return sweep_step(self.given.config.activation)

        def accuracy(self):
            return evaluate(network_of(self.params, 0), self.given.dataset.test, self.given.config).accuracy

    return Sweep


def products_seconds(config, num_networks: int, clock) -> float:
    """Return how long numpy takes, per network and epoch, for the two products with the first weights."""
    import numpy as np

    batch, n_in, n_out = config.batch_size, config.dimensions[0], config.dimensions[1] * num_networks
    pixels, weights = np.ones((batch, n_in), np.float32), np.ones((n_out, n_in), np.float32)
    deltas = np.ones((batch, n_out), np.float32)
    sums, gradient = np.empty((batch, n_out), np.float32), np.empty((n_out, n_in), np.float32)
    times = []
    for _ in range(20):
        start = clock()
        np.matmul(pixels, weights.T, out=sums)
        np.matmul(deltas.T, pixels, out=gradient)
        times.append(clock() - start)
    return statistics.median(times) * config.num_steps / num_networks


def print_table(rows: dict[str, tuple[list[float], str]], num_networks: int) -> None:
    """Print the table; the ratio is that of the times within a round, the sweep being 1."""
    ours, limit = rows[SWEEP][0], rows[LIMIT][0]
    print("\n| engine | s / network and epoch | network-epochs / s | ratio to the sweep | accuracy |")
    print("|---|---|---|---|---|")
    for name, (seconds, accuracy) in rows.items():
        ratio = statistics.median(theirs / mine for theirs, mine in zip(seconds, ours, strict=True))
        middle = statistics.median(seconds)
        print(f"| {name} | {middle:.3f} | {1 / middle:.2f} | {ratio:.2f} | {accuracy} |")
    reached = statistics.median(floor / mine for floor, mine in zip(limit, ours, strict=True))
    print(f"\nfraction of the limit reached by {num_networks} networks together: {reached:.2f}")


if __name__ == "__main__":
    main()
