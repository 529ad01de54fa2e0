"""Make the corpus of real runs by which a diagnosis is judged: python -m benchmarks.diagnosis_corpus.

A run's settings are drawn from its number and the seed alone. Odd numbers take each setting at random from
all that the sidebar offers; most of these networks learn badly. Even ones are drawn around the presets, as
somebody sets them who has read a little: pixels and first weights mostly scaled, up to three hidden layers, a
learning rate about that of Recommended for the size of the mini-batch. From number 300 on they are narrow
networks that see few images for long: among the others a test cost that truly turns up is rare. From number
360 on they are trained on MNIST + generated, in one order, so that they share the digits that are generated
anew; every fourth is deep, with a learning rate at which some diverge. What would take longer than
`MAX_SECONDS` is drawn again.

Each run is trained ten epochs beyond its end, and two networks with five times and a fifth of its learning
rate are trained as long as it was: from these the truths are computed (`diagnosis_truths`). A run is a file
in the folder `--out` until all are there; a script that was killed goes on where it was. Then they become one
file, `CORPUS`.
"""

import argparse
import json
import lzma
import math
import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.diagnosis_truths import LATER, RATE_FACTOR, Figures, WholeRun
from mnistlab.atomic_file import write_whole
from mnistlab.data.datasets import COMBINED, Dataset, load_dataset
from mnistlab.engine.activations import ACTIVATIONS
from mnistlab.engine.compilation_cache import keep_compiled_operations
from mnistlab.engine.config import MAX_HIDDEN_LAYERS, MAX_WIDTH, TrainConfig
from mnistlab.engine.evaluation import EpochMetrics, evaluate
from mnistlab.engine.network import INITIALIZATIONS
from mnistlab.engine.scaling import SCALINGS
from mnistlab.engine.training import epoch_key, epoch_steps, initial_params, train, training_images
from mnistlab.jobs.time_left import ordinary_seconds
from mnistlab.jobs.transitions import all_finite, is_finite, no_better_sentence
from mnistlab.operating_system import keep_freed_memory, one_thread_per_operation
from mnistlab.runs.run import new_run, with_epoch
from mnistlab.runs.serialization import config_of, history_of, run_record
from mnistlab.ui.sidebar import BATCH_SIZES, LEARNING_RATES, TRAIN_SIZES

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "recorded" / "diagnosis_corpus.jsonl.xz"
MNIST_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "mnist"
FEW_FROM = 300  # the first number of the runs with few images
COMBINED_FROM = 360  # the first number of those with MNIST + generated
MAX_SECONDS = 16.0  # on an ordinary machine, all that belongs to a run included
DIGITS = 6  # of a figure that are kept
WIDTHS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, MAX_WIDTH)  # few: each new shape has to be compiled


class RecordedRun(NamedTuple):
    """A run of the corpus."""

    number: int
    config: TrainConfig
    history: tuple[EpochMetrics, ...]  # [0] is the untrained network; goes on beyond `whole.ended`
    whole: WholeRun

    @property
    def held_out(self) -> bool:
        """Whether it is looked at only at the end: every third one."""
        return self.number % 3 == 2


def runs_of(path: Path = CORPUS) -> Iterator[RecordedRun]:
    """Yield the runs of the corpus."""
    with lzma.open(path, "rt") as lines:
        for line in lines:
            yield run_from(json.loads(line))


def run_from(record: dict[str, Any]) -> RecordedRun:
    """Return the run in a record."""
    config = config_of(record)
    history = history_of(record, len(config.hidden) + 1)
    figures = [
        Figures(
            m.train.cost,
            m.test.cost,
            m.train.accuracy,
            m.test.accuracy,
            tuple(m.test.recall),
            m.output_maxima,
        )
        for m in history
    ]
    larger, smaller = (math.inf if cost is None else cost for cost in record["other_rates"])
    whole = WholeRun(figures, record["ended"], record["stopped"], record["broken_in"], larger, smaller)
    return RecordedRun(record["number"], config, history, whole)


def drawn(number: int, seed: int) -> TrainConfig:
    """Return the settings of a run, which do not take too long."""
    rng = np.random.default_rng([seed, number])
    draw = few_images if number >= FEW_FROM else random_settings if number % 2 else usual_settings
    if is_combined := number >= COMBINED_FROM:
        draw = (usual_settings, random_settings, usual_settings, deep_and_fast)[number % 4]
    while (config := draw(rng)) is None or expected_seconds(config) > MAX_SECONDS:
        pass
    return replace(config, dataset=COMBINED, order_seed=0) if is_combined else config


def expected_seconds(config: TrainConfig) -> float:
    """Return how long an ordinary machine takes for a run with all that belongs to it."""
    training, figures = ordinary_seconds(config)
    return training * (3 * config.num_epochs + LATER) + figures * (2 * config.num_epochs + LATER)


def random_settings(rng: np.random.Generator) -> TrainConfig | None:
    """Draw each setting from all that the sidebar offers; None where they do not go together."""
    patience = math.exp(rng.uniform(0, math.log(20))) if rng.random() < 0.5 else 0
    return settings(
        rng,
        hidden=tuple(rng.choice(WIDTHS, rng.integers(MAX_HIDDEN_LAYERS + 1)).tolist()),
        initialization=rng.choice(list(INITIALIZATIONS)),
        scaling=rng.choice(list(SCALINGS)),
        learning_rate=rng.choice(LEARNING_RATES),
        batch_size=rng.choice(BATCH_SIZES),
        train_size=rng.choice(TRAIN_SIZES),
        patience=int(patience),
    )


def usual_settings(rng: np.random.Generator) -> TrainConfig | None:
    """Draw settings around the presets; None where they do not go together."""
    scaling = rng.choice(["unit", "raw"], p=[0.8, 0.2])
    batch_size = rng.choice([10, 32, 64, 128])
    rate = 0.64 / batch_size * (1.0 if scaling == "unit" else 0.1) * rng.lognormal(0.0, 0.8)
    return settings(
        rng,
        hidden=tuple(rng.choice([20, 50, 100, 200], rng.choice([0, 1, 1, 1, 2, 2, 3])).tolist()),
        initialization=rng.choice(["scaled", "notebook"], p=[0.8, 0.2]),
        scaling=scaling,
        learning_rate=min(LEARNING_RATES, key=lambda each: abs(math.log(each / rate))),
        batch_size=batch_size,
        train_size=rng.choice(TRAIN_SIZES[1:], p=[0.05, 0.1, 0.1, 0.15, 0.15, 0.15, 0.15, 0.1, 0.05]),
        patience=rng.choice([0, 0, 0, 2, 3, 5]),
    )


def few_images(rng: np.random.Generator) -> TrainConfig | None:
    """Draw settings with which a test cost may turn up; None where they do not go together."""
    batch_size = rng.choice([5, 10])
    rate = 0.25 / batch_size * rng.lognormal(0.0, 0.5)
    return settings(
        rng,
        hidden=tuple(rng.choice([5, 10, 20], rng.choice([0, 1, 2, 3, 3])).tolist()),
        initialization="scaled",
        scaling="unit",
        learning_rate=min(LEARNING_RATES, key=lambda each: abs(math.log(each / rate))),
        batch_size=batch_size,
        train_size=rng.choice([200, 500, 1_000]),
        num_epochs=rng.integers(25, 41),
    )


def deep_and_fast(rng: np.random.Generator) -> TrainConfig | None:
    """Draw settings of which some diverge; None where they do not go together."""
    return settings(
        rng,
        hidden=tuple(rng.choice(WIDTHS[6:], rng.integers(3, MAX_HIDDEN_LAYERS + 1)).tolist()),
        activation="relu",
        initialization="scaled",
        scaling=rng.choice(list(SCALINGS)),
        learning_rate=rng.choice([rate for rate in LEARNING_RATES if rate >= 0.01]),
        batch_size=rng.choice(BATCH_SIZES[4:]),
        train_size=rng.choice(TRAIN_SIZES[4:]),
    )


def settings(rng: np.random.Generator, **chosen: Any) -> TrainConfig | None:
    """Return settings with what is drawn alike for all; None where they are refused."""
    values = {
        "dataset": rng.choice(("mnist", "generated")),
        "activation": rng.choice(list(ACTIVATIONS)),
        "seed": rng.integers(2**32),
        "num_epochs": rng.integers(5, 41),
    } | chosen
    plain = {name: each.item() if isinstance(each, np.generic) else each for name, each in values.items()}
    try:
        return TrainConfig(**plain)
    except ValueError:
        return None


def recorded(number: int, seed: int) -> dict[str, Any]:
    """Train a run, beyond its end, and the two with other learning rates, and return its record."""
    config = drawn(number, seed)
    dataset = dataset_named(config.dataset)
    run = new_run(config, initial_params(config), f"{number}")
    ended, stopped = config.num_epochs, False
    for epoch in train(replace(config, num_epochs=config.num_epochs + LATER), dataset):
        if not is_finite(epoch):
            run = replace(run, broken_in=epoch.metrics.epoch)
            break
        run = with_epoch(replace(run, kept={}), *epoch)
        if not stopped and run.epoch <= ended and no_better_sentence(run, since=0):
            ended, stopped = run.epoch, True
        if run.epoch == ended + LATER:
            break
    other = [lowest_test_cost(config, dataset, factor, ended) for factor in (RATE_FACTOR, 1 / RATE_FACTOR)]
    values = {"number": number, "ended": ended, "stopped": stopped, "other_rates": other}
    return run_record(run) | values


def lowest_test_cost(config: TrainConfig, dataset: Dataset, factor: float, num_epochs: int) -> float | None:
    """Return what another learning rate reaches in so many epochs; None where it diverges.

    Looked at after every third epoch, counted from the last.
    """
    config = replace(config, learning_rate=factor * config.learning_rate)
    params, costs = initial_params(config), []
    for done in range(1, num_epochs + 1):
        key = epoch_key(config.seed_of_order, done - 1)
        for step in epoch_steps(params, key, training_images(config, dataset, done - 1), config):
            params = step.params
        if not all_finite(params):
            return None
        if (num_epochs - done) % 3 == 0:
            costs.append(evaluate(params, dataset.test, config).cost)
    return min(costs)


@cache
def dataset_named(name: str) -> Dataset:
    """Return a data set; each process loads it once."""
    return load_dataset(name, MNIST_FOLDER)


def rounded(value: Any) -> Any:
    """Return plain values with the digits of their numbers that are kept: of a cost all.

    Early stopping tells costs apart that differ in the eighth digit, as where a network learns nothing.
    """
    if isinstance(value, dict):
        return {name: each if name == "cost" else rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def make(folder: Path, seed: int, number: int) -> str:
    """Train a run, write its file, and return a line about it."""
    started = time.perf_counter()
    record = recorded(number, seed)
    line = json.dumps(rounded(record), separators=(",", ":"), allow_nan=False)
    write_whole(folder / f"{number:04}.json", line.encode())
    return f"{number}: {len(record['history']) - 1} epochs in {time.perf_counter() - started:.0f} s"


def prepare() -> None:
    """Make a process ready to train."""
    keep_freed_memory()
    keep_compiled_operations()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis_corpus", description=__doc__)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs until all are there")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="the file that they become")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    files = [given.out / f"{number:04}.json" for number in range(given.runs)]
    missing = [number for number, file in enumerate(files) if not file.exists()]
    one_thread_per_operation()  # inherited
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(given.processes, prepare, maxtasksperchild=50) as pool:
        for done, line in enumerate(pool.imap_unordered(partial(make, given.out, given.seed), missing), 1):
            print(f"{done}/{len(missing)} {line}", flush=True)
    lines = b"\n".join(file.read_bytes() for file in files)
    write_whole(given.corpus, lzma.compress(lines, preset=9), mode=0o644)
    print(f"{given.corpus}: {given.runs} runs, {given.corpus.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
