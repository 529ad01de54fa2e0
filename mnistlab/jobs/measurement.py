"""The figures of one network, whichever it is, worked out by a worker while the page goes on."""

import threading

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import Score
from mnistlab.engine.network import Params
from mnistlab.engine.training import Epoch
from mnistlab.jobs.pool import Job, Listener, Pool
from mnistlab.jobs.tasks import MeasureTask


class Measurement(Listener):
    """How well a network does on the test images: None at first, there a moment later.

    Args:
        pool: Where it is worked out.
        config: Settings of the network; its data set among them.
        params: The network.
    """

    def __init__(self, pool: Pool, config: TrainConfig, params: Params):
        self.score: Score | None = None
        self.error = ""  # one sentence when it cannot be worked out
        self._done = threading.Event()
        self._pool, self._job = pool, pool.submit(MeasureTask(config, params), self)

    @property
    def is_done(self) -> bool:
        """Whether there is a score or an error."""
        return self._done.is_set()

    def wait(self, timeout: float) -> None:
        """Wait until it is done; TimeoutError when it is not in time."""
        if not self._done.wait(timeout):
            raise TimeoutError(f"The figures must be there in {timeout} s.")

    def cancel(self) -> None:
        """Give it up, if it is not done."""
        self._pool.cancel(self._job)

    def finished(self, job: Job, result: Epoch) -> None:
        """Take in the figures."""
        self.score = result.metrics.test
        self._done.set()

    def refused(self, job: Job, sentence: str) -> None:
        """Take note that they cannot be worked out."""
        self.error = sentence
        self._done.set()
