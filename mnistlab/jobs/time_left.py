"""How long training takes: the pace of one under way, and what an epoch took on this machine before."""

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from math import exp, log

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import MEASURED

WINDOW_SECONDS = 12.0  # shorter, and a hiccup of the machine would make hours of minutes
LEAST_SECONDS = 1.0
REMEMBERED = 50
# Of an ordinary core; how they compare decides how well what was measured of one network tells of another.
# Fitted to 13, from no hidden layer to 1,024 units and 1 image in a mini-batch to 1,024: within a fifth.
SECONDS_PER_OPERATION = 12e-6
SECONDS_PER_FLOP = 1 / 90e9
SECONDS_PER_FIGURES = 0.035
TEST_IMAGES = 10_000


class Pace:
    """How fast steps were done lately.

    Args:
        clock: Seconds; the seam for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._marks: deque[tuple[float, int]] = deque()
        self._begun_at: int | None = None  # steps

    def begin(self) -> None:
        """Forget what was before."""
        self._marks.clear()
        self._begun_at = None

    def note(self, steps: int) -> None:
        """Take in that so many steps are done in all.

        What comes before the first of them is done does not count: its operations are compiled meanwhile.
        """
        now = self._clock()
        if self._begun_at is None:
            self._begun_at = steps
        if self._marks and steps < self._marks[-1][1]:  # an epoch was begun anew
            self._marks.clear()
        if self._marks or steps > self._begun_at:
            self._marks.append((now, steps))
        while len(self._marks) > 2 and now - self._marks[0][0] > WINDOW_SECONDS:
            self._marks.popleft()

    def steps_per_second(self) -> float:
        """Return the pace; 0.0 where too little was seen of it."""
        if len(self._marks) < 2 or self._marks[-1][0] - self._marks[0][0] < LEAST_SECONDS:
            return 0.0
        (start, before), (_, after) = self._marks[0], self._marks[-1]
        return (after - before) / max(self._clock() - start, 1e-6)


def connections(config: TrainConfig) -> int:
    """Return the number of weights."""
    widths = config.dimensions
    return sum(a * b for a, b in pairwise(widths))


def ordinary_seconds(config: TrainConfig) -> tuple[float, float]:
    """Return how long the training of an epoch, and its figures, would take an ordinary machine."""
    pass_forward = 2 * SECONDS_PER_FLOP * connections(config)
    operations = SECONDS_PER_OPERATION * (12 * (len(config.hidden) + 1) + 10)
    step = operations + config.batch_size * 3 * pass_forward
    scored = min(MEASURED, config.train_size) + TEST_IMAGES
    return config.num_steps * step, SECONDS_PER_FIGURES + scored * pass_forward


class Speed:
    """The measured speed of this machine against an ordinary one; shared by all labs of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._measured: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)  # log ordinary, log ratio

    def learn(self, config: TrainConfig, seconds: float) -> None:
        """Take in how long the training of an epoch really took."""
        ordinary, _ = ordinary_seconds(config)
        with self._lock:
            self._measured.append((log(ordinary), log(max(seconds, 1e-6) / ordinary)))

    def seconds(self, config: TrainConfig) -> float:
        """Return the expected seconds of one epoch, 0.0 where nothing was measured.

        Recent epochs and those near in size count most, and the median of them: one that others delayed, or
        for which operations were compiled, changes little.
        """
        training, figures = ordinary_seconds(config)
        with self._lock:
            measured = list(self._measured)
        weighed = sorted(
            (ratio, 0.9**age / (0.05 + abs(log(training) - size)))
            for age, (size, ratio) in enumerate(reversed(measured))
        )
        half = sum(weight for _, weight in weighed) / 2
        for ratio, weight in weighed:
            half -= weight
            if half <= 0:
                return (training + figures) * exp(ratio)
        return 0.0
