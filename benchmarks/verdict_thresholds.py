"""Choose the two thresholds of `mnistlab.analysis.decision` for drawings: pen digits of writers 1 to 20.

    python -m benchmarks.verdict_thresholds FILE [DATA_DIR]

FILE is that of `benchmarks.pen_writers`. The network is that of the preset for drawings. Chosen is the pair
that answers most among those whose answers are right in 98%: a point more than is stated, as other people and
other pens are harder. Then it is measured on writers 21 to 30, and on MNIST's test images.
"""

import sys
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.pen_writers import CHOSEN_ON, STATED_ON, framed_digits
from mnistlab.analysis.decision import FIRES, MARGIN, judged
from mnistlab.data.datasets import Split, load_dataset
from mnistlab.engine.config import PRESETS
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import train

RIGHT = 0.98  # of the answers
FIRES_TRIED = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
MARGINS_TRIED = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


def main(path: str, data_dir: str | None = None) -> None:
    """Print the table of all pairs on the writers to choose on, the best pair, and what it does elsewhere."""
    config = PRESETS["drawing"]
    dataset = load_dataset(config.dataset, data_dir)
    *_, last = train(config, dataset)

    def figures_on(split: Split, fires: float, margin: float) -> tuple[float, float]:
        return figures(activations_of(last.params, split.images, config), split.labels, fires, margin)

    chosen_on, stated_on = (framed_digits(Path(path), writers) for writers in (CHOSEN_ON, STATED_ON))
    found = {pair: figures_on(chosen_on, *pair) for pair in product(FIRES_TRIED, MARGINS_TRIED)}
    print("fires margin | answered  right among them")
    for pair, shares in found.items():
        used = "  in use" if pair == (FIRES, MARGIN) else ""
        print("{:5.2f} {:6.2f} | {:8.2%} {:19.2%}".format(*pair, *shares) + used)
    best = max((pair for pair in found if found[pair][1] >= RIGHT), key=lambda pair: found[pair][0])
    print("\nbest pair: fires {:g}, margin {:g}".format(*best))
    for name, split in (("writers 21 to 30", stated_on), (f"test images, {dataset.test_name}", dataset.test)):
        print("{}: {:.1%} answered, right in {:.1%} of these".format(name, *figures_on(split, FIRES, MARGIN)))
    print_strange(last.params, config)


def figures(activations: np.ndarray, labels: np.ndarray, fires: float, margin: float) -> tuple[float, float]:
    """Return which share of some images is answered, and which share of those right."""
    answered = judged(activations, fires, margin) == "digit"
    right = activations.argmax(axis=1) == labels
    return answered.mean(), right[answered].mean() if answered.any() else float("nan")


def print_strange(params, config) -> None:
    """Say how often what is no digit at all gets an answer."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (1_000, 28, 28)).astype(np.uint8)
    blank = np.zeros((1, 28, 28), np.uint8)
    kinds = judged(activations_of(params, noise, config))
    print(f"uniform noise: {(kinds == 'digit').mean():.0%} get a digit, {(kinds == 'none').mean():.0%} none")
    print(f"blank: largest activation {activations_of(params, blank, config).max():.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
