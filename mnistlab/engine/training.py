"""Stochastic gradient descent as two generators: the mini-batches of an epoch, the epochs of a training."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import jax
import numpy as np

from mnistlab.data.datasets import Dataset, Split
from mnistlab.engine.backprop import batch_step
from mnistlab.engine.config import NUM_CLASSES, TrainConfig
from mnistlab.engine.eager import traced
from mnistlab.engine.evaluation import EpochMetrics, epoch_metrics
from mnistlab.engine.network import Params, initialize_network
from mnistlab.engine.scaling import network_inputs

PREPARED = 128  # images that are made ready at once, where mini-batches are smaller
ONE_HOT = np.eye(NUM_CLASSES, dtype=np.float32)  # row r is the target of digit r
ORDERS = 64  # of epochs, kept for trainings that go on in parts; 240 kB each at most


@dataclass(frozen=True, slots=True)
class Step:
    """The network after one mini-batch."""

    params: Params
    index: int  # mini-batches done in this epoch
    num_steps: int  # mini-batches in the epoch


class Epoch(NamedTuple):
    """The network after one epoch, and how well it does."""

    metrics: EpochMetrics
    params: Params


@lru_cache(ORDERS)
def step_function(hidden: str, learning_rate: float) -> Callable[[Params, np.ndarray, np.ndarray], Params]:
    """Return `batch_step` for one activation and learning rate, traced once for each shape.

    What depends on the learning rate alone is so worked out once, not at every step.
    """
    return traced(partial(batch_step, hidden=hidden, learning_rate=learning_rate))


def require_images(config: TrainConfig, dataset: Dataset) -> None:
    """Raise ValueError where the settings ask for more training images than there are."""
    there = len(dataset.train.labels)
    if config.train_size > there:
        raise ValueError(
            f"train_size must be at most {there:,}, the training images there are. Got {config.train_size:,}."
        )


def training_images(config: TrainConfig, dataset: Dataset, epoch: int) -> Split:
    """Return the images that are trained on in an epoch, counted from 0."""
    return dataset.train_in(config.seed_of_order, epoch, config.train_size)


def initial_params(config: TrainConfig) -> Params:
    """Return the network that these settings begin with."""
    return initialize_network(config.dimensions, config.seed, config.initialization)


@lru_cache(ORDERS)
def epoch_key(seed: int, epoch: int) -> jax.Array:
    """Return the random key at the beginning of an epoch, counted from 0.

    It depends on nothing else, so an epoch that was broken off can be begun again as if it had not been.
    """
    key = jax.random.PRNGKey(seed)
    with jax.threefry_partitionable(False):
        for _ in range(epoch):
            key, _ = jax.random.split(key)
    return key


def epoch_order(key: jax.Array, train_size: int) -> np.ndarray:
    """Return the order of the images in an epoch, (train_size,) int32, read-only.

    An epoch that is trained in many parts has it worked out once; that of some trainings is kept.

    Args:
        key: Random key of the epoch (`epoch_key`).
        train_size: Number of images.
    """
    return order_from(tuple(np.asarray(key).tolist()), train_size)


@lru_cache(ORDERS)
def order_from(key: tuple[int, int], train_size: int) -> np.ndarray:
    """Return `epoch_order` of a key given as numbers."""
    with jax.threefry_partitionable(False):
        _, order_key = jax.random.split(np.array(key, np.uint32))
        return np.asarray(jax.random.permutation(order_key, train_size))


def batches(
    key: jax.Array, data: Split, config: TrainConfig, first: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the mini-batches of one epoch: inputs (batch, 784) and one-hot targets (batch, 10), float32.

    Args:
        key: Random key of the epoch (`epoch_key`), which decides the order of the images.
        data: Training images; the first `config.train_size` are used.
        config: Settings.
        first: Begin with this one.
    """
    order = epoch_order(key, config.train_size)
    return batches_in(order[first * config.batch_size :], data, config)


def batches_in(
    order: np.ndarray, data: Split, config: TrainConfig
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the full mini-batches of some images, given by their numbers in the order of use.

    Small ones are prepared several at a time, which takes hardly longer than one.
    """
    size = config.batch_size
    together = max(1, PREPARED // size) * size
    used = len(order) // size * size
    for start in range(0, used, together):
        chosen = order[start : min(start + together, used)]
        inputs, targets = network_inputs(data.images[chosen], config.scaling), ONE_HOT[data.labels[chosen]]
        for place in range(0, len(chosen), size):
            yield inputs[place : place + size], targets[place : place + size]


def epoch_steps(
    params: Params, key: jax.Array, data: Split, config: TrainConfig, first: int = 0
) -> Iterator[Step]:
    """Train for one epoch, mini-batch by mini-batch.

    Args:
        params: The network at the beginning.
        key: Random key of this epoch (`epoch_key`).
        data: Training images; the first `config.train_size` are used.
        config: Settings.
        first: Mini-batches of this epoch that `params` has behind it.

    Yields:
        The network after each of the `config.num_steps` full mini-batches.
    """
    step = step_function(config.activation, config.learning_rate)
    for index, (pixels, targets) in enumerate(batches(key, data, config, first), start=first + 1):
        params = step(params, pixels, targets)
        yield Step(params, index, config.num_steps)


def train(
    config: TrainConfig,
    dataset: Dataset,
    params: Params | None = None,
    epoch: int = 0,
    watched: Callable[[Iterator[Step]], Iterator[Step]] = iter,
) -> Iterator[Epoch]:
    """Train a network and yield it after every epoch.

    Args:
        config: Settings; `config.num_epochs` epochs are trained from here on.
        dataset: What it is trained and tested on.
        params: A network to go on with; None begins a new one.
        epoch: How many epochs it has been trained for.
        watched: Passes the steps of an epoch through, as a progress bar does.

    Yields:
        First the network as it is, then one Epoch for each epoch trained.

    Raises:
        ValueError: The settings ask for more training images than there are.
    """
    require_images(config, dataset)
    params = initial_params(config) if params is None else params
    key = epoch_key(config.seed_of_order, epoch)
    yield Epoch(epoch_metrics(params, dataset, config, epoch, seconds=0.0), params)
    for done in range(epoch + 1, epoch + config.num_epochs + 1):
        data = training_images(config, dataset, done - 1)
        start = time.perf_counter()
        for step in watched(epoch_steps(params, key, data, config)):
            params = step.params
        jax.block_until_ready(params)
        seconds = time.perf_counter() - start
        key = epoch_key(config.seed_of_order, done)
        yield Epoch(epoch_metrics(params, dataset, config, done, seconds), params)
