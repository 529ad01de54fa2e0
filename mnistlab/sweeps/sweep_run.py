"""The sweep of a lab: started, watched and stopped while worker processes train its networks."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mnistlab.engine.config import TrainConfig, require_step_work
from mnistlab.engine.network import Params, num_parameters
from mnistlab.jobs.pool import Job, Listener, Pool
from mnistlab.runs.run import Run
from mnistlab.sweeps.runs import begun, with_sweep_epoch
from mnistlab.sweeps.sweep import SweepTask, require_alike, stacked

MAX_PARAMETERS = 8_000_000  # in all: their figures take a worker no longer than the largest network's


class SweepSnapshot(NamedTuple):
    """A sweep at one moment."""

    state: str = "none"  # or running, stopped, finished, failed
    runs: tuple[Run, ...] = ()  # one for each network
    epoch: int = -1  # epochs done; -1: not even the first figures are there
    step: int = 0  # mini-batches done in the running epoch
    num_steps: int = 0
    num_epochs: int = 0
    ahead: int = 0  # jobs of others that have their turn before this one's next
    seconds: float = 0.0  # spent training so far
    message: str = ""  # one sentence when it failed
    number: int = 0  # of the sweep, counted in this lab

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self.state == "running"


class Sweeping(Listener):
    """At most one sweep under way. Commands may come from any thread; each acts as a whole.

    There is no thread here: the pool's brings results, under the same lock as the commands.

    Args:
        pool: Where the work is done.
        require_memory: Raises ValueError where so many networks are too large to be trained.
    """

    def __init__(
        self,
        pool: Pool,
        require_memory: Callable[[TrainConfig, int], None] = lambda config, num_networks: None,
    ):
        self._pool, self._require_memory = pool, require_memory
        self._changed = threading.Condition(threading.RLock())
        self._job: Job | None = None
        self._now = SweepSnapshot()
        self._configs: tuple[TrainConfig, ...] = ()
        self._params: Params = ()  # of all networks, after the last finished epoch

    def snapshot(self) -> SweepSnapshot:
        """Return the sweep as it is now."""
        with self._changed:
            return self._now._replace(ahead=self._pool.ahead(self._job) if self._job else 0)

    def wait_for(
        self, condition: Callable[[SweepSnapshot], bool], timeout: float | None = None
    ) -> SweepSnapshot:
        """Wait until a snapshot meets a condition and return it; TimeoutError when it does not in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self.snapshot()), timeout):
                raise TimeoutError(f"The sweep must get there in {timeout} s. It is {self._now.state}.")
            return self.snapshot()

    def start(self, configs: Sequence[TrainConfig]) -> None:
        """Begin a sweep; the one before is given up.

        Raises:
            ValueError: The networks do not go together or are too large for a sweep.
        """
        require_alike(configs)
        if (numbers := len(configs) * num_parameters(configs[0].dimensions)) > MAX_PARAMETERS:
            raise ValueError(
                f"A sweep must have at most {MAX_PARAMETERS:,} weights and biases in all. Got {numbers:,}."
            )
        require_step_work(configs[0], len(configs))
        self._require_memory(configs[0], len(configs))
        runs = begun(configs)
        with self._changed:
            self._cancel()
            self._configs, self._params = tuple(configs), stacked([run.params for run in runs])
            self._now = SweepSnapshot(
                runs=runs,
                num_steps=configs[0].num_steps,
                num_epochs=configs[0].num_epochs,
                number=self._now.number + 1,
            )
            self._submit()

    def resume(self) -> None:
        """Go on with a sweep that was stopped, from the last epoch that was finished."""
        with self._changed:
            if self._now.state == "stopped":
                self._submit()

    def stop(self) -> None:
        """Stop now; the epochs that are done stay."""
        with self._changed:
            if self._now.active:
                self._cancel()
                self._become(state="stopped", step=0)

    # What the pool reports.

    def progressed(self, job: Job, step: int, num_steps: int) -> None:
        """Take note of steps done."""
        with self._changed:
            if job is self._job:
                self._become(step=step)

    def finished(self, job: Job, result: Any) -> None:
        """Take in an epoch and ask for the next."""
        with self._changed:
            if job is not self._job:
                return
            self._job, self._params = None, result.params
            self._become(
                runs=with_sweep_epoch(self._now.runs, result),
                epoch=result.epoch,
                step=0,
                seconds=self._now.seconds + result.seconds,
            )
            if result.epoch < self._now.num_epochs:
                self._submit()
            else:
                self._become(state="finished")

    def refused(self, job: Job, sentence: str) -> None:
        """Take note that the work cannot be done."""
        with self._changed:
            if job is self._job:
                self._cancel()
                self._become(state="failed", step=0, message=sentence)

    # Below: with the lock held.

    def _submit(self) -> None:
        config, *_ = self._configs
        task = SweepTask(config, self._params, self._configs, self._now.epoch + 1)
        self._job = self._pool.submit(task, self)
        self._become(state="running")

    def _cancel(self) -> None:
        if self._job is not None:
            self._pool.cancel(self._job)
        self._job = None

    def _become(self, **changes: Any) -> None:
        self._now = self._now._replace(**changes)
        self._changed.notify_all()
