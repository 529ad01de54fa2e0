"""What a network that saw only generated digits reads of MNIST's test set: python -m benchmarks.transfer."""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from mnistlab.data.datasets import Dataset, Split, load_mnist
from mnistlab.data.synthetic import handwriting
from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.engine.evaluation import evaluate
from mnistlab.engine.training import train

MNIST_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "mnist"
ENOUGH = 0.85  # of MNIST's test set, for the best of the settings
SETTINGS = {
    "notebook": PRESETS["notebook"],
    "scaled pixels": TrainConfig(initialization="scaled", scaling="unit", learning_rate=0.01, num_epochs=30),
    "recommended": replace(PRESETS["recommended"], hidden=(100,)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mnist", type=Path, default=MNIST_FOLDER, help="folder with MNIST's four files")
    parser.add_argument("--only", choices=SETTINGS, help="one of the settings")
    arguments = parser.parse_args()
    mnist = load_mnist(arguments.mnist)
    started = time.perf_counter()
    arrays = handwriting.load()
    print(f"70,000 generated digits at hand after {time.perf_counter() - started:.1f} s")
    generated = Dataset("generated digits", "", Split(*arrays[:2]), Split(*arrays[2:]))
    chosen = {arguments.only: SETTINGS[arguments.only]} if arguments.only else SETTINGS
    best = max(transferred(name, config, generated, mnist) for name, config in chosen.items())
    if best < ENOUGH:
        raise SystemExit(f"The best must read at least {ENOUGH:.0%} of MNIST. Got {best:.2%}.")


def transferred(name: str, config: TrainConfig, generated: Dataset, mnist: Dataset) -> float:
    """Train on generated digits, print what is read, and return the accuracy on MNIST's test set."""
    started = time.perf_counter()
    *_, last = train(config, generated)
    seconds = time.perf_counter() - started
    known = evaluate(last.params, mnist.train, config).accuracy
    unknown = evaluate(last.params, mnist.test, config)
    print(f"\n784-100-10, {name}: {config.num_epochs} epochs in {seconds:.0f} s")
    print(f"generated test part {last.metrics.test.accuracy:.2%}")
    print(f"MNIST training part {known:.2%} (on which the knobs of the handwriting were tuned)")
    print(f"MNIST test part     {unknown.accuracy:.2%}; rows: the digit, columns: what was read")
    print(np.array2string(unknown.confusion))
    return unknown.accuracy


if __name__ == "__main__":
    main()
