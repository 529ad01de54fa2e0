"""How well networks read 60 digits drawn by script as pen strokes, framed as the page frames a drawing.

python -m benchmarks.pen_digits [DATA_DIR]
"""

import sys
from dataclasses import replace
from functools import partial

import numpy as np

from benchmarks.pen_strokes import PEN, WRITTEN, drawn, strokes_of
from mnistlab.config import PRESETS
from mnistlab.datasets import load_dataset, load_mnist
from mnistlab.drawing import frame, raw_resize
from mnistlab.evaluation import activations_of
from mnistlab.training import train
from mnistlab.verdict import judged

PENS = (14, PEN, 30)


def main(data_dir: str | None = None) -> None:
    """Print the accuracy for each preset on MNIST, and for the recommended one on generated digits."""
    labels = np.array([digit for digit, ways in WRITTEN.items() for _ in ways])
    print(f"{len(labels)} digits drawn as strokes")
    for dataset_name, load in (("mnist", partial(load_mnist, data_dir)), ("generated", generated)):
        dataset = load()
        for name, preset in PRESETS.items():
            config = replace(preset, dataset=dataset_name)
            *_, last = train(config, dataset)
            print(f"\n{name} on {dataset.name}: test accuracy {last.metrics.test.accuracy:.2%}")
            for pen in PENS:
                print_row(last.params, config, labels, pen)


def generated():
    """Return the generated digits."""
    return load_dataset("generated")


def print_row(params, config, labels: np.ndarray, pen: int) -> None:
    """Print how many digits are read right when drawn with a pen of some width."""
    sheets = [drawn(strokes_of(text), pen) for ways in WRITTEN.values() for text in ways]
    framed = np.stack([frame(sheet) for sheet in sheets])
    activations = activations_of(params, framed, config)
    right = activations.argmax(axis=1) == labels
    settled = judged(activations) == "digit"
    resized = np.stack([raw_resize(sheet) for sheet in sheets])
    plain = (activations_of(params, resized, config).argmax(axis=1) == labels).sum()
    misread = " ".join(f"{a}→{b}" for a, b in zip(labels[~right], activations.argmax(1)[~right], strict=True))
    print(
        f"  pen {pen:2d}: {right.sum()} of {len(labels)} right ({right.mean():.0%}); settled on a digit for "
        f"{settled.sum()}, right in {right[settled].sum()}; raw resize: {plain} right. Misread: {misread}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:2])
