"""How long an epoch will take on this machine, from the epochs that were measured."""

import threading
from collections import deque
from itertools import pairwise
from math import exp, log

from mnistlab.config import TrainConfig
from mnistlab.evaluation import MEASURED

REMEMBERED = 50
# Of an ordinary two-core machine: where a guess starts before anything was measured.
SECONDS_PER_OPERATION = 30e-6
SECONDS_PER_FLOP = 1 / 60e9
SECONDS_PER_PIXEL = 1.5e-9  # from a stored image to the numbers of a mini-batch
TEST_IMAGES = 10_000


def connections(config: TrainConfig) -> int:
    """Return the number of weights."""
    widths = config.dimensions
    return sum(a * b for a, b in pairwise(widths))


def ordinary_seconds(config: TrainConfig) -> tuple[float, float]:
    """Return how long the training of an epoch, and its figures, would take an ordinary machine."""
    pixels = SECONDS_PER_PIXEL * config.dimensions[0]  # of one image
    pass_forward = 2 * SECONDS_PER_FLOP * connections(config)
    operations = SECONDS_PER_OPERATION * (12 * (len(config.hidden) + 1) + 10)
    step = operations + config.batch_size * (3 * pass_forward + pixels)
    scored = min(MEASURED, config.train_size) + TEST_IMAGES
    return config.num_steps * step, scored * (pass_forward + pixels)


class Speed:
    """The measured speed of this machine against an ordinary one; shared by all labs of a process."""

    def __init__(self):
        self._lock = threading.Lock()
        self._measured: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)  # log ordinary, log ratio

    def learn(self, config: TrainConfig, seconds: float) -> None:
        """Take in how long the training of an epoch really took."""
        ordinary, _ = ordinary_seconds(config)
        with self._lock:
            self._measured.append((log(ordinary), log(max(seconds, 1e-6) / ordinary)))

    def seconds(self, config: TrainConfig) -> float:
        """Return the expected seconds of one epoch; recent ones and those near in size count most."""
        training, figures = ordinary_seconds(config)
        with self._lock:
            measured = list(self._measured)
        if not measured:
            return training + figures
        sizes, ratios = zip(*reversed(measured), strict=True)
        weights = [0.9**age / (0.05 + abs(log(training) - size)) for age, size in enumerate(sizes)]
        mean = sum(w * r for w, r in zip(weights, ratios, strict=True)) / sum(weights)
        return (training + figures) * exp(mean)
