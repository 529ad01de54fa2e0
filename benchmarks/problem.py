"""The one problem that every engine is given: the same images, first weights and order of mini-batches."""

from typing import NamedTuple

import numpy as np

from mnistlab.data.datasets import Dataset, best_available
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.training import initial_params


class Problem(NamedTuple):
    """What an engine needs for training with SGD on the quadratic cost of sigmoid outputs."""

    config: TrainConfig
    dataset: Dataset
    layers: list[tuple[np.ndarray, np.ndarray]]  # first weights (n_out, n_in) and biases (n_out,)

    def batches(self, order: np.ndarray):
        """Yield the indices of each full mini-batch in an order of the training images."""
        size = self.config.batch_size
        for start in range(0, len(order) - size + 1, size):
            yield order[start : start + size]

    def order(self, epoch: int) -> np.ndarray:
        """Return the order of the training images in one epoch, the same for every engine."""
        return np.random.default_rng(epoch).permutation(self.config.train_size)


def problem(**settings) -> Problem:
    """Return a problem: pixels / 255, scaled first weights, and what else the settings say."""
    config = TrainConfig(**{"scaling": "unit", "initialization": "scaled", "learning_rate": 0.01, **settings})
    layers = [(np.array(w), np.array(b)) for w, b in initial_params(config)]
    return Problem(config, best_available(), layers)
