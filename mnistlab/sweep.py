"""Many networks trained at once on the same mini-batches: `vmap` over networks as well as over images."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.backprop import batch_step
from mnistlab.config import NUM_CLASSES, TrainConfig
from mnistlab.dispatch import traced
from mnistlab.evaluation import CHUNK, MEASURED
from mnistlab.network import Params, outputs
from mnistlab.pixels import network_inputs
from mnistlab.training import batches, epoch_key, initial_params

MAX_NETWORKS = 64
ALIKE = ("dataset", "hidden", "activation", "scaling", "batch_size", "train_size", "num_epochs")


class SweepScores(NamedTuple):
    """Figures of all networks on the same images."""

    cost: np.ndarray  # (K,)
    accuracy: np.ndarray  # (K,)


class SweepEpoch(NamedTuple):
    """All networks after one epoch; epoch 0 is before training."""

    epoch: int
    train: SweepScores  # on at most 10,000 training images
    test: SweepScores
    params: Params  # of all networks: each array has one more axis in front, K
    seconds: float


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
    configs = tuple(
        replace(base, learning_rate=rate, seed=seed, initialization=spread, order_seed=base.seed_of_order)
        for spread in initializations or (base.initialization,)
        for rate in learning_rates
        for seed in seeds
    )
    if not 1 <= len(configs) <= MAX_NETWORKS:
        raise ValueError(f"A sweep must have 1 to {MAX_NETWORKS} networks. Got {len(configs)}.")
    return configs


def stacked(networks: Sequence[Params]) -> Params:
    """Return several networks of one shape as one: each array with one more axis in front."""
    return jax.tree.map(lambda *arrays: jnp.stack(arrays), *networks)


def network_of(params: Params, index: int) -> Params:
    """Return one network of a stack."""
    return jax.tree.map(lambda array: array[index], params)


@cache
def sweep_step(hidden: str):
    """Return one SGD step for all networks, each with its own learning rate, on one mini-batch."""
    return traced(jax.vmap(partial(batch_step, hidden=hidden), in_axes=(0, None, None, 0)))


@cache
def sweep_outputs(hidden: str):
    """Return the outputs of all networks for a batch of images, (K, batch, 10)."""
    one_network = jax.vmap(partial(outputs, hidden=hidden), in_axes=(None, 0))
    return traced(jax.vmap(one_network, in_axes=(0, None)))


def sweep_scores(params: Params, images: np.ndarray, labels: np.ndarray, config: TrainConfig) -> SweepScores:
    """Return cost and accuracy of all networks on images (n, 28, 28) and labels (n,)."""
    run = sweep_outputs(config.activation)
    costs, correct = 0.0, 0
    chunk = max(1, CHUNK // len(params[0].biases))
    for start in range(0, len(images), chunk):
        truth = labels[start : start + chunk]
        pixels = jnp.asarray(network_inputs(images[start : start + chunk], config.scaling))
        answers = np.asarray(run(params, pixels))
        costs = costs + ((answers - np.eye(NUM_CLASSES)[truth]) ** 2).sum(axis=(1, 2))
        correct = correct + (answers.argmax(axis=2) == truth).sum(axis=1)
    return SweepScores(costs / len(images), correct / len(images))


def sweep(configs: Sequence[TrainConfig], dataset) -> Iterator[SweepEpoch]:
    """Train networks that differ in learning rate, seed and initialization only.

    Each becomes what `train` would make of it alone, up to rounding.

    Args:
        configs: Settings of each network, as `members` returns them.
        dataset: Something with `train` and `test`, each with images (n, 28, 28) uint8 and labels (n,).

    Yields:
        All networks before training, then after every epoch.

    Raises:
        ValueError: They differ in something else.
    """
    require_alike(configs)
    config = configs[0]
    params = stacked([initial_params(each) for each in configs])
    learning_rates = jnp.asarray([each.learning_rate for each in configs], jnp.float32)
    step = sweep_step(config.activation)
    yield sweep_epoch(params, dataset, config, 0, 0.0)
    for epoch in range(config.num_epochs):
        start = time.perf_counter()
        for pixels, targets in batches(epoch_key(config.seed_of_order, epoch), dataset.train, config):
            params = step(params, pixels, targets, learning_rates)
        jax.block_until_ready(params)
        yield sweep_epoch(params, dataset, config, epoch + 1, time.perf_counter() - start)


def sweep_epoch(params: Params, dataset, config: TrainConfig, epoch: int, seconds: float) -> SweepEpoch:
    """Return the figures of all networks after an epoch."""
    measured = min(MEASURED, config.train_size)
    return SweepEpoch(
        epoch,
        sweep_scores(params, dataset.train.images[:measured], dataset.train.labels[:measured], config),
        sweep_scores(params, dataset.test.images, dataset.test.labels, config),
        params,
        seconds,
    )


def require_alike(configs: Sequence[TrainConfig]) -> None:
    """Raise ValueError where networks could not share their mini-batches."""
    for name in (*ALIKE, "seed_of_order"):
        found = {getattr(each, name) for each in configs}
        if len(found) != 1:
            raise ValueError(f"{name} must be the same for all networks of a sweep. Got {len(found)} values.")
