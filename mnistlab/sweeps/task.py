"""An epoch of a sweep as a task of a worker process, broken off after any step and taken up elsewhere."""

from collections.abc import Hashable, Iterator
from functools import cache
from typing import NamedTuple

from mnistlab.data.datasets import Dataset
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Params
from mnistlab.engine.training import Step
from mnistlab.jobs.tasks import kind_of
from mnistlab.sweeps.sharding import Spread
from mnistlab.sweeps.sweep import SweepEpoch, sweep_epoch, sweep_steps


@cache
def own_devices() -> Spread:
    """Return all devices of this process."""
    return Spread()


class SweepTask(NamedTuple):
    """Train one epoch of all networks, or only take their figures; `step` mini-batches of it are done."""

    configs: tuple[TrainConfig, ...]
    params: Params  # each array with one more axis in front, of the networks; padded or not
    epoch: int  # after this task; 0: nothing is trained
    step: int = 0
    seconds: float = 0.0  # spent on it so far

    @property
    def config(self) -> TrainConfig:
        """What all networks have in common, the data set above all."""
        return self.configs[0]

    @property
    def num_steps(self) -> int:
        """Mini-batches in the epoch."""
        return self.config.num_steps if self.epoch else 0

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled."""
        return "sweep", len(self.configs), bool(self.epoch), *kind_of(self.config)

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Yield the networks after each of the mini-batches that are left."""
        if not self.epoch:
            return iter(())
        params = own_devices().divided(self.params, len(self.configs))
        return sweep_steps(
            params, self.epoch - 1, dataset.train, self.configs, own_devices(), first=self.step
        )

    def result(self, dataset: Dataset) -> SweepEpoch:
        """Return the networks with their figures, after the last step."""
        spread = own_devices()
        params = spread.divided(self.params, len(self.configs))
        return sweep_epoch(params, dataset, self.configs, spread, self.epoch, self.seconds)
