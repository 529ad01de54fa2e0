"""How well damaged copies of a network do, worked out by a worker while the page goes on."""

import threading
from collections.abc import Sequence

from mnistlab.analysis.ablation import Damage
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import Score
from mnistlab.engine.network import Params
from mnistlab.jobs.pool import Job, Listener, Pool
from mnistlab.jobs.tasks import ablation


class Measurement(Listener):
    """How well damaged copies do on the test images: no scores at first, there a moment later.

    Args:
        pool: Where it is worked out.
        config: Settings of the network; its data set among them.
        params: The network.
        damages: What is done to each of the copies.
    """

    def __init__(self, pool: Pool, config: TrainConfig, params: Params, damages: Sequence[Damage]):
        self.scores: list[Score] = []
        self.fraction = 0.0  # of the copies that are measured
        self.error = ""  # one sentence when it cannot be worked out
        self._done = threading.Event()
        self._pool = pool
        self._job = pool.submit(ablation(config, params, tuple(damages)), self)

    @property
    def is_done(self) -> bool:
        """Whether there is a result or an error."""
        return self._done.is_set()

    def wait(self, timeout: float) -> None:
        """Wait until it is done; TimeoutError when it is not in time."""
        if not self._done.wait(timeout):
            raise TimeoutError(f"The figures must be there in {timeout} s.")

    def cancel(self) -> None:
        """Give it up, if it is not done."""
        self._pool.cancel(self._job)

    def progressed(self, job: Job, step: int, num_steps: int) -> None:
        """Take note of copies that are measured."""
        self.fraction = step / num_steps

    def finished(self, job: Job, result: list[Score]) -> None:
        """Take in the figures."""
        self.scores = result
        self._done.set()

    def refused(self, job: Job, sentence: str) -> None:
        """Take note that they cannot be worked out."""
        self.error = sentence
        self._done.set()
