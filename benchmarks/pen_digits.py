"""How well networks read digits drawn by script as pen strokes, framed as the page frames a drawing.

python -m benchmarks.pen_digits [DATA_DIR]
"""

import sys
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.pen_strokes import PEN, SIDE, WRITTEN, drawn, strokes_of
from mnistlab.analysis.decision import judged
from mnistlab.data.datasets import load_dataset, load_mnist
from mnistlab.data.framing import frame, raw_resize
from mnistlab.engine.config import PRESETS
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import train

CORNER = 0.4  # size of the small digits, which stand in a corner of the sheet
UNSTEADY = 10  # times that each digit is written with an unsteady hand
JITTER, SLANT, ASPECT = 5.0, 0.25, 0.12  # standard deviations: px of a point, x per y, log of width by height


class Writing(NamedTuple):
    """One way to write all the digits."""

    name: str
    labels: np.ndarray
    sheets: list[np.ndarray]  # (280, 280, 4) uint8 each


def main(data_dir: str | None = None) -> None:
    """Print the accuracy for each preset, trained on MNIST and on the generated digits."""
    writings = all_writings()
    for dataset_name, load in (("mnist", partial(load_mnist, data_dir)), ("generated", generated)):
        dataset = load()
        for name, preset in PRESETS.items():
            config = replace(preset, dataset=dataset_name)
            *_, last = train(config, dataset)
            print(f"\n{name} on {dataset.name}: test accuracy {last.metrics.test.accuracy:.2%}")
            for writing in writings:
                print_row(last.params, config, writing)


def generated():
    """Return the generated digits."""
    return load_dataset("generated")


def all_writings() -> list[Writing]:
    """Return the digits written in several ways."""
    rng = np.random.default_rng(0)
    one_by_one = [(digit, strokes_of(text)) for digit, ways in WRITTEN.items() for text in ways]
    labels = np.array([digit for digit, _ in one_by_one])
    plain = [strokes for _, strokes in one_by_one]
    return [
        Writing(f"{len(labels)} digits, pen {pen}", labels, [drawn(strokes, pen) for strokes in plain])
        for pen in (14, PEN, 30)
    ] + [
        Writing(
            f"{len(labels)} small ones in a corner",
            labels,
            [drawn(scaled(strokes, CORNER), round(PEN * CORNER)) for strokes in plain],
        ),
        Writing(
            f"{UNSTEADY * len(labels)} by an unsteady hand",
            np.tile(labels, UNSTEADY),
            [drawn(unsteady(strokes, rng)) for _ in range(UNSTEADY) for strokes in plain],
        ),
    ]


def scaled(strokes, size: float):
    """Return strokes made smaller, towards the upper left corner of the sheet."""
    return [[(x * size, y * size) for x, y in stroke] for stroke in strokes]


def unsteady(strokes, rng: np.random.Generator):
    """Return strokes slanted, stretched, and with every point a little off."""
    slant, stretch = SLANT * rng.standard_normal(), np.exp(ASPECT * rng.standard_normal())
    middle = SIDE / 2
    return [
        [
            (
                middle + stretch * (x - middle) + slant * (middle - y) + JITTER * rng.standard_normal(),
                y + JITTER * rng.standard_normal(),
            )
            for x, y in stroke
        ]
        for stroke in strokes
    ]


def print_row(params, config, writing: Writing) -> None:
    """Print how many digits of one writing are read right, framed and not."""
    framed, resized = (np.stack([f(sheet) for sheet in writing.sheets]) for f in (frame, raw_resize))
    activations = activations_of(params, framed, config)
    right = activations.argmax(axis=1) == writing.labels
    settled = judged(activations) == "digit"
    plain = (activations_of(params, resized, config).argmax(axis=1) == writing.labels).mean()
    print(
        f"  {writing.name:26s} accuracy {right.mean():6.1%}; answered {settled.mean():6.1%}, "
        f"accuracy of these {right[settled].mean():6.1%}; with resize only {plain:6.1%}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:2])
