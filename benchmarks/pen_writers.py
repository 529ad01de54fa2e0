"""How well networks read digits really written with a pen on a tablet, framed as the page frames a drawing.

The digits are those of E. Alpaydin, F. Alimoglu, Pen-Based Recognition of Handwritten Digits, 1998: a file in
UNIPEN text. What is chosen on them is chosen on writers 1 to 20; what is stated is measured on 21 to 30.

python -m benchmarks.pen_writers FILE DATA_DIR
"""

import gzip
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.pen_strokes import SIDE, drawn
from mnistlab.data.datasets import Split, load_dataset
from mnistlab.data.framing import frame
from mnistlab.engine.config import PRESETS
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import train

CHOSEN_ON, STATED_ON = range(1, 21), range(21, 31)  # writers
SIZES = 0.35, 0.8  # of the sheet
PENS = 14, 22  # px


class Written(NamedTuple):
    """One digit as somebody wrote it."""

    label: int
    writer: int
    strokes: list[np.ndarray]  # (k, 2) each, y upward


def read(path: Path) -> Iterator[Written]:
    """Yield the digits in a UNIPEN file."""
    for part in gzip.decompress(path.read_bytes()).decode().split(".COMMENT ")[1:]:
        (label, writer, _), *lines = (line.split() for line in part.splitlines() if line.strip())
        strokes: list[list[tuple[float, float]]] = []
        for line in lines:
            if line[0] == ".PEN_DOWN":
                strokes.append([])
            elif not line[0].startswith("."):
                strokes[-1].append((float(line[0]), float(line[1])))
        yield Written(int(label), int(writer), [np.array(stroke) for stroke in strokes if stroke])


def on_sheet(written: Written, rng: np.random.Generator) -> np.ndarray:
    """Return a digit on the page's sheet, at any place and size, with a pen of any width."""
    points = np.concatenate(written.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale, pen = (
        rng.uniform(*SIZES) * SIDE / max(1.0, (high - low).max()),
        int(rng.integers(PENS[0], PENS[1] + 1)),
    )
    room = np.maximum(0, SIDE - pen - (high - low) * scale)
    corner = pen / 2 + rng.random(2) * room
    flipped = [np.abs([0, high[1]] - (stroke - [low[0], 0])) for stroke in written.strokes]
    return drawn([[tuple(point) for point in stroke * scale + corner] for stroke in flipped], pen)


def framed_digits(path: Path, writers: range) -> Split:
    """Return the digits of some writers as a network is given them."""
    chosen = [written for written in read(path) if written.writer in writers]
    rng = np.random.default_rng(1)
    images = [frame(on_sheet(written, rng), by_pen=True) for written in chosen]
    return Split(np.stack(images), np.array([written.label for written in chosen], np.uint8))


def accuracy(params, config, digits: Split) -> float:
    """Return which share of some digits a network reads right."""
    return float((activations_of(params, digits.images, config).argmax(axis=1) == digits.labels).mean())


def main(path: str, data_dir: str) -> None:
    """Print the accuracy of the presets on the digits of writers 21 to 30, and on the test images."""
    digits = framed_digits(Path(path), STATED_ON)
    load = partial(load_dataset, data_dir=data_dir)
    rows = [("recommended", name) for name in ("mnist", "generated")] + [
        ("drawing", "combined"),
        ("drawing", "mnist"),
    ]
    for preset, name in rows:
        config, dataset = replace(PRESETS[preset], dataset=name), load(name)
        *_, last = train(config, dataset)
        print(
            f"{preset:12} on {dataset.name:18} {accuracy(last.params, config, digits):.1%} of the "
            f"{len(digits.labels):,} pen digits, test accuracy {last.metrics.test.accuracy:.2%}"
        )


if __name__ == "__main__":
    main(*sys.argv[1:3])
