"""The pace of a training: images per second over the last seconds, waiting and figures included."""

import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 12.0  # shorter, and a hiccup of the machine would make hours of minutes
LEAST_SECONDS = 1.0


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
