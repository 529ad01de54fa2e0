"""How well all networks of a sweep do after an epoch: for each the figures that it would have alone."""

from collections.abc import Sequence
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.data.datasets import Dataset
from mnistlab.engine.backprop import batch_gradient
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.eager import traced
from mnistlab.engine.evaluation import (
    AT_ONCE,
    MEASURED,
    PROBED,
    SATURATED,
    EpochMetrics,
    largest_outputs,
    score,
    tally,
)
from mnistlab.engine.network import Params, forward, outputs
from mnistlab.engine.scaling import network_inputs
from mnistlab.engine.training import ONE_HOT
from mnistlab.sweeps.sharding import Spread

MIN_CHUNK = 128  # images; smaller matrices would be slower


class SweepEpoch(NamedTuple):
    """The networks of a sweep that are in this process, after one epoch; epoch 0 is before training."""

    epoch: int
    numbers: range  # which of all networks they are; one process has all
    metrics: tuple[EpochMetrics, ...]  # of each
    params: Params  # each array with one more axis in front, of the networks; numpy
    seconds: float  # spent training all networks, without the figures


@cache
def sweep_outputs(hidden: str):
    """Return the outputs of all networks for a batch of images, (K, batch, 10)."""
    one_network = jax.vmap(partial(outputs, hidden=hidden), in_axes=(None, 0))
    return traced(jax.vmap(one_network, in_axes=(0, None)))


@cache
def sweep_probe(hidden: str):
    """Return norms of gradients and shares of saturated units on one batch of images, (K, layers) each."""

    def one_network(params: Params, pixels: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        gradient = batch_gradient(params, pixels, targets, hidden)
        passed = jax.vmap(partial(forward, hidden=hidden), in_axes=(None, 0))(params, pixels)
        norms = [jnp.sqrt(jnp.sum(layer.weights**2)) / len(pixels) for layer in gradient]
        shares = [jnp.mean((jnp.abs(z) > SATURATED).astype(z.dtype)) for z in passed.pre_activations]
        return jnp.stack(norms), jnp.stack(shares)

    return traced(jax.vmap(one_network, in_axes=(0, None, None)))


def sweep_epoch(
    params: Params,
    dataset: Dataset,
    configs: Sequence[TrainConfig],
    spread: Spread,
    epoch: int,
    seconds: float,
) -> SweepEpoch:
    """Return the networks that are in this process with their figures, after an epoch.

    Args:
        params: All networks, as `spread` divides them.
        dataset: What they are trained and tested on.
        configs: Settings of each network; they differ only in what a sweep may vary.
        spread: Where the networks are.
        epoch: Epochs done.
        seconds: What the epoch took for all of them together; each counts for an equal part.
    """
    config, total = configs[0], len(configs)
    numbers = spread.numbers(total)
    measured = min(MEASURED, config.train_size)
    images, labels = dataset.train.images[:measured], dataset.train.labels[:measured]
    pixels = spread.copied(network_inputs(images[:PROBED], config.scaling))
    targets = spread.copied(ONE_HOT[labels[:PROBED]])
    norms, saturation = spread.held(sweep_probe(config.activation)(params, pixels, targets), total)
    on_train = answers_of(params, images, config, spread, total)
    on_test = answers_of(params, dataset.test.images, config, spread, total)
    if beside := dataset.generated_test:
        on_generated = answers_of(params, beside.images, config, spread, total)
    metrics = tuple(
        EpochMetrics(
            epoch=epoch,
            train=score(on_train[place], labels),
            test=score(on_test[place], dataset.test.labels),
            gradient_norms=tuple(map(float, norms[place])),
            saturation=tuple(map(float, saturation[place])),
            learning_rate=configs[number].learning_rate,
            seconds=seconds / total,
            output_maxima=largest_outputs(on_train[place]),
            generated=tally(on_generated[place], beside.labels) if beside else None,
        )
        for place, number in enumerate(numbers)
    )
    return SweepEpoch(epoch, numbers, metrics, spread.held(params, total), seconds)


def answers_of(
    params: Params, images: np.ndarray, config: TrainConfig, spread: Spread, total: int
) -> np.ndarray:
    """Return the ten outputs of each network in this process for each image, (networks, n, 10)."""
    run = sweep_outputs(config.activation)
    chunk = max(MIN_CHUNK, AT_ONCE // total)
    return np.concatenate(
        [
            spread.held(run(params, spread.copied(network_inputs(part, config.scaling))), total)
            for part in (images[start : start + chunk] for start in range(0, len(images), chunk))
        ],
        axis=1,
    )
