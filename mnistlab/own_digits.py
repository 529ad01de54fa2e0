"""Training on digits that somebody drew: a small training set of them, mixed with the usual one."""

from collections.abc import Iterator
from dataclasses import replace

import jax
import numpy as np

from mnistlab.config import TrainConfig
from mnistlab.datasets import Split
from mnistlab.network import Params
from mnistlab.training import Step, epoch_key, epoch_steps

OWN_COPIES = 8  # of each digit in a mini-batch, at most


def mixed_key(seed: int, epoch: int, number: int) -> jax.Array:
    """Return the random key for steps on own digits, the `number`-th time after so many epochs."""
    with jax.threefry_partitionable(False):
        return jax.random.fold_in(epoch_key(seed, epoch), number + 1)


def with_own_digits(
    images: np.ndarray, labels: np.ndarray, data: Split, key: jax.Array, config: TrainConfig, num_steps: int
) -> tuple[Split, TrainConfig]:
    """Return a small training set, at most half of it own digits, and the settings for one epoch of it.

    Each own digit is in it at most eight times per mini-batch, so that a single one does not drown the rest.

    Args:
        images: Own digits, (n, 28, 28) uint8, and their labels, (n,).
        labels: Theirs.
        data: The training images and labels to mix them with.
        key: Decides which training images (`mixed_key`).
        config: Settings of the run; mini-batches keep their size, so the learning rate means the same.
        num_steps: Mini-batches to make.
    """
    size = num_steps * config.batch_size
    num_own = max(1, min(size // 2, OWN_COPIES * len(labels) * num_steps))
    with jax.threefry_partitionable(False):
        others = np.asarray(jax.random.randint(key, (size - num_own,), 0, config.train_size))
    own = np.arange(num_own) % len(labels)
    mixed = Split(
        np.concatenate([images[own], data.images[others]]),
        np.concatenate([labels[own], data.labels[others]]),
    )
    return mixed, replace(config, train_size=size)


def own_digit_steps(
    params: Params,
    images: np.ndarray,
    labels: np.ndarray,
    data: Split,
    config: TrainConfig,
    *,
    epoch: int,
    number: int,
    num_steps: int,
    first: int = 0,
) -> Iterator[Step]:
    """Train some steps on own digits mixed with training images.

    Args:
        params: The network to begin with.
        images: Own digits, (n, 28, 28) uint8.
        labels: Theirs, (n,).
        data: Training images and labels.
        config: Settings of the run as they hold now.
        epoch: Epochs that the network was trained for.
        number: How many times this was done after that epoch before.
        num_steps: Mini-batches.
        first: Mini-batches of these that `params` has behind it.

    Yields:
        The network after each of the mini-batches.
    """
    key = mixed_key(config.seed_of_order, epoch, number)
    mixed, mixed_config = with_own_digits(images, labels, data, key, config, num_steps)
    return epoch_steps(params, key, mixed, mixed_config, first)
