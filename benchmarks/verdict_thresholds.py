"""Choose the two thresholds of `mnistlab.analysis.decision` on training images held out of the training.

    python -m benchmarks.verdict_thresholds [DATA_DIR]

Networks are trained on the first 50,000 training images; the last 10,000 decide. The test set plays no part.
Chosen is the pair that withholds the fewest right answers among those that catch at least half of the wrong
ones, for the networks of both presets.
"""

import sys
from dataclasses import replace
from itertools import product

import numpy as np

from mnistlab.analysis.decision import FIRES, MARGIN, judged
from mnistlab.data.datasets import Dataset, Split, load_mnist
from mnistlab.engine.config import PRESETS
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import train

HELD_OUT = 10_000
CAUGHT = 0.5  # of the wrong answers, at least
FIRES_TRIED = (0.1, 0.3, 0.4, 0.5, 0.6, 0.7)
MARGINS_TRIED = (0.1, 0.2, 0.3, 0.4, 0.5)


def main(data_dir: str | None = None) -> None:
    mnist = load_mnist(data_dir)
    first, held_out = cut(mnist.train, -HELD_OUT)
    found = []
    for name, preset in PRESETS.items():
        config = replace(preset, train_size=len(first.labels))
        *_, last = train(config, Dataset("MNIST", "", first, held_out))
        activations = activations_of(last.params, held_out.images, config)
        print(f"\n{name}: {(activations.argmax(1) == held_out.labels).mean():.2%} of the held-out images")
        print_table(activations, held_out.labels)
        print_strange(last.params, config)
        found.append((activations, held_out.labels))
    print(
        f"\nbest pair: fires {{:g}}, margin {{:g}}; in use: {FIRES:g}, {MARGIN:g}".format(*best_pair(found))
    )


def best_pair(found) -> tuple[float, float]:
    """Return the thresholds that withhold the fewest right answers and yet catch half of the wrong ones."""
    withheld = {}
    for pair in product(FIRES_TRIED, MARGINS_TRIED):
        rows = [figures(activations, labels, *pair) for activations, labels in found]
        if all(row[3] >= CAUGHT for row in rows):
            withheld[pair] = sum(row[2] for row in rows)
    return min(withheld, key=withheld.get)


def cut(split: Split, where: int) -> tuple[Split, Split]:
    """Return the images before and after a place."""
    return Split(*(part[:where] for part in split)), Split(*(part[where:] for part in split))


def print_table(activations: np.ndarray, labels: np.ndarray) -> None:
    print("fires margin | answered  right among them | of the right withheld  of the wrong caught")
    for fires, margin in product(FIRES_TRIED, MARGINS_TRIED):
        row = figures(activations, labels, fires, margin)
        shares = f"{row[0]:8.2%} {row[1]:19.2%} | {row[2]:21.2%} {row[3]:20.2%}"
        used = "  in use" if (fires, margin) == (FIRES, MARGIN) else ""
        print(f"{fires:5.2f} {margin:6.2f} | {shares}{used}")


def figures(activations, labels, fires, margin) -> tuple[float, float, float, float]:
    """Return shares: answered, right among the answered, of the right withheld, of the wrong caught."""
    answered = judged(activations, fires, margin) == "digit"
    right = activations.argmax(axis=1) == labels
    return (
        answered.mean(),
        right[answered].mean() if answered.any() else float("nan"),
        (~answered)[right].mean(),
        (~answered)[~right].mean(),
    )


def print_strange(params, config) -> None:
    """Say how often what is no digit at all gets an answer."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (1_000, 28, 28)).astype(np.uint8)
    blank = np.zeros((1, 28, 28), np.uint8)
    kinds = judged(activations_of(params, noise, config))
    print(f"uniform noise: {(kinds == 'digit').mean():.0%} get a digit, {(kinds == 'none').mean():.0%} none")
    print(f"blank: largest activation {activations_of(params, blank, config).max():.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:2])
