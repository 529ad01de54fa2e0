"""Trains the networks whose histories lie here, on the MNIST in a folder.

Run as: python -m tests.recorded.record FOLDER [NAME ...]
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from mnistlab.data.datasets import load_mnist
from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.engine.training import train
from mnistlab.runs.run import new_run, with_epoch
from mnistlab.runs.serialization import run_record

HERE = Path(__file__).parent
UNIT = TrainConfig(scaling="unit", initialization="scaled", num_epochs=6)
NOTEBOOK = PRESETS["notebook"]

SETTINGS = {
    # Nothing wrong.
    "notebook": NOTEBOOK,
    "notebook_seed_7": replace(NOTEBOOK, seed=7, num_epochs=6),
    "recommended": PRESETS["recommended"],
    "unit": replace(UNIT, learning_rate=0.01, num_epochs=12),
    "relu": replace(UNIT, activation="relu", learning_rate=0.005, batch_size=32),
    "tanh": replace(UNIT, activation="tanh", learning_rate=0.005, batch_size=32),
    "tanh_raw": replace(NOTEBOOK, activation="tanh", num_epochs=4),
    "slow": replace(UNIT, learning_rate=0.0005),
    "no_hidden": replace(UNIT, hidden=(), learning_rate=0.005),
    "narrow": replace(UNIT, hidden=(3,), learning_rate=0.01, num_epochs=8),
    # Learning rate too small.
    "small_raw": replace(NOTEBOOK, learning_rate=1e-6, num_epochs=5),
    "small_unit": replace(UNIT, learning_rate=1e-5, num_epochs=5),
    "small_two_epochs": replace(UNIT, learning_rate=1e-4, num_epochs=2),
    # Learning rate too large.
    "large_unit": replace(UNIT, learning_rate=0.2, num_epochs=4),
    "large_100": replace(UNIT, learning_rate=100.0, num_epochs=4),
    "large_raw": replace(NOTEBOOK, learning_rate=0.1, num_epochs=4),
    "jumping_raw": replace(NOTEBOOK, learning_rate=0.005, num_epochs=8),
    "jumping_ignorant": replace(NOTEBOOK, learning_rate=0.01, num_epochs=6),
    "jumping_single_images": replace(UNIT, learning_rate=1.0, batch_size=1, train_size=5000, num_epochs=3),
    "relu_raw": replace(NOTEBOOK, activation="relu", num_epochs=4),
    "no_hidden_raw": replace(NOTEBOOK, hidden=(), num_epochs=6),
    # Outputs that never fire, a gradient that vanishes, outputs pinned from the start, overfitting.
    "silent": replace(UNIT, learning_rate=0.02, num_epochs=10),
    "deep": replace(UNIT, hidden=(30,) * 6, learning_rate=0.01, num_epochs=4),
    "deep_raw": replace(NOTEBOOK, hidden=(30,) * 5, num_epochs=4),
    "pinned": replace(
        UNIT,
        scaling="raw",
        activation="relu",
        learning_rate=1e-4,
        batch_size=10,
        train_size=500,
        num_epochs=8,
    ),
    "overfitting": replace(
        UNIT,
        activation="relu",
        hidden=(200,),
        learning_rate=0.02,
        batch_size=10,
        train_size=1000,
        num_epochs=40,
    ),
}


def main(folder, *names):
    """Train and write the histories of these names, or of all."""
    dataset = load_mnist(folder)
    for name in names or SETTINGS:
        run = None
        for epoch in train(SETTINGS[name], dataset):
            run = run or new_run(SETTINGS[name], epoch.params, name)
            run = with_epoch(run, epoch.metrics, epoch.params)
        (HERE / f"{name}.json").write_text(json.dumps(run_record(run), separators=(",", ":")) + "\n")
        print(name, run.history[-1].train.cost, run.accuracy, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
