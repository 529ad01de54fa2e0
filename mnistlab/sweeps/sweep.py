"""Many networks trained at once on the same mini-batches: `vmap` over networks as well as over images."""

import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import jax
import numpy as np

from mnistlab.data.datasets import Dataset
from mnistlab.engine.backprop import batch_step
from mnistlab.engine.config import AS_SEED, TrainConfig
from mnistlab.engine.eager import traced
from mnistlab.engine.network import Params
from mnistlab.engine.training import (
    Step,
    batches,
    epoch_key,
    initial_params,
    require_images,
    training_images,
)
from mnistlab.jobs.tasks import Task, drawing
from mnistlab.sweeps.metrics import SweepEpoch, sweep_epoch
from mnistlab.sweeps.sharding import Spread
from mnistlab.sweeps.stack_first import stack_first

MAX_NETWORKS = 64
ALIKE = ("dataset", "hidden", "activation", "scaling", "batch_size", "train_size", "num_epochs")


def members(
    base: TrainConfig,
    learning_rates: Sequence[float],
    seeds: Sequence[int],
    initializations: Sequence[str] = (),
) -> tuple[TrainConfig, ...]:
    """Return the settings of every network of a sweep.

    Args:
        base: What they have in common. Its seed decides the order of the images for all of them.
        learning_rates: Those to try.
        seeds: Those of the first weights to try.
        initializations: Those to try; none means that of `base`.

    Returns:
        One TrainConfig for each combination.

    Raises:
        ValueError: There are none or too many, or one of the values is out of bounds.
    """
    order = base.seed_of_order
    configs = tuple(
        replace(
            base,
            learning_rate=rate,
            seed=seed,
            initialization=spread,
            order_seed=AS_SEED if seed == order else order,
        )
        for spread in initializations or (base.initialization,)
        for rate in learning_rates
        for seed in seeds
    )
    if not 1 <= len(configs) <= MAX_NETWORKS:
        raise ValueError(f"A sweep must have 1 to {MAX_NETWORKS} networks. Got {len(configs)}.")
    return configs


def stacked(networks: Sequence[Params]) -> Params:
    """Return several networks of one shape as one: each array with one more axis in front; numpy."""
    return jax.tree.map(lambda *arrays: np.stack(arrays), *networks)


def network_of(params: Params, place: int) -> Params:
    """Return one network of a stack."""
    return jax.tree.map(lambda array: array[place], params)


@cache
def sweep_step(hidden: str):
    """Return one SGD step for all networks, each with its own learning rate, on one mini-batch."""
    step = jax.vmap(partial(batch_step, hidden=hidden), in_axes=(0, None, None, 0))
    return traced(step, arranged=stack_first)


def sweep_steps(
    params: Params, epoch: int, data, configs: Sequence[TrainConfig], spread: Spread, first: int = 0
) -> Iterator[Step]:
    """Train all networks for one epoch, mini-batch by mini-batch.

    Args:
        params: The networks at the beginning, as `spread` divides them.
        epoch: Epochs done before.
        data: Training images (n, 28, 28) uint8 and labels (n,).
        configs: Settings of each network.
        spread: Where the networks are.
        first: Mini-batches of this epoch that `params` has behind it.

    Yields:
        The networks after each mini-batch, divided as they were.
    """
    config = configs[0]
    step = sweep_step(config.activation)
    rates = np.array([each.learning_rate for each in configs], np.float32)
    learning_rates = spread.divided(rates, len(configs))
    key = epoch_key(config.seed_of_order, epoch)
    for index, batch in enumerate(batches(key, data, config, first), start=first + 1):
        params = step(params, *map(spread.copied, batch), learning_rates)
        yield Step(params, index, config.num_steps)


def sweep(
    configs: Sequence[TrainConfig], dataset: Dataset, spread: Spread | None = None
) -> Iterator[SweepEpoch]:
    """Train networks that differ in learning rate, seed and initialization only.

    Each becomes what `train` would make of it alone, up to rounding.

    Args:
        configs: Settings of each network, as `members` returns them.
        dataset: What they are trained and tested on.
        spread: Where to train them; None: on all devices.

    Yields:
        The networks of this process before training, then after every epoch.

    Raises:
        ValueError: They differ in something else, or ask for more training images than there are.
    """
    require_alike(configs)
    require_images(configs[0], dataset)
    spread = spread or Spread()
    params = spread.divided(stacked([initial_params(each) for each in configs]), len(configs))
    yield sweep_epoch(params, dataset, configs, spread, 0, 0.0)
    for epoch in range(configs[0].num_epochs):
        data = training_images(configs[0], dataset, epoch)
        start = time.perf_counter()
        for step in sweep_steps(params, epoch, data, configs, spread):
            params = step.params
        jax.block_until_ready(params)
        yield sweep_epoch(params, dataset, configs, spread, epoch + 1, time.perf_counter() - start)


def require_alike(configs: Sequence[TrainConfig]) -> None:
    """Raise ValueError where networks could not share their mini-batches."""
    for name in (*ALIKE, "seed_of_order"):
        found = {getattr(each, name) for each in configs}
        if len(found) != 1:
            raise ValueError(f"{name} must be the same for all networks of a sweep. Got {len(found)} values.")


@dataclass(frozen=True, eq=False)
class SweepTask(Task):
    """A worker's task: train one epoch of a stack of networks, padded or not, or only take their figures."""

    configs: tuple[TrainConfig, ...]  # of each; `config` is the first
    epoch: int  # after this task; 0: nothing is trained

    @property
    def num_steps(self) -> int:
        """Mini-batches in the epoch."""
        return self.config.num_steps if self.epoch else 0

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled."""
        return super().kind, len(self.configs), bool(self.epoch)

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Yield the networks after each of the mini-batches that are left."""
        if not self.epoch:
            return
        for _ in drawing(self.config, self.epoch - 1):  # each time, another lab may have its turn
            yield Step(self.params, self.step, self.num_steps)
        spread = Spread()
        params = spread.divided(self.params, len(self.configs))
        data = training_images(self.config, dataset, self.epoch - 1)
        yield from sweep_steps(params, self.epoch - 1, data, self.configs, spread, self.step)

    def result(self, dataset: Dataset) -> SweepEpoch:
        """Return the networks with their figures, after the last step."""
        spread = Spread()
        params = spread.divided(self.params, len(self.configs))
        return sweep_epoch(params, dataset, self.configs, spread, self.epoch, self.seconds)
