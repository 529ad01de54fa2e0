"""Where random numbers come from: the keys that are split off from a seed, and what each is used for."""

from typing import NamedTuple

import jax
import numpy as np

from mnistlab.engine.training import epoch_key, epoch_order

Key = tuple[int, int]  # two numbers, 0 <= each < 2**32: all there is to a key


class Split(NamedTuple):
    """One call of `jax.random.split`: two keys made of one."""

    parent: Key
    carried: Key  # the first half: split again next time
    other: Key  # the second half


def splits(seed: int, number: int) -> tuple[Split, ...]:
    """Return the first splits of a seed's key, each of the key that the one before carried on.

    The weights of layer l are drawn with the key that split l carries on, the order of epoch e with the other
    key of split e: network and order share one tree of keys, and no key draws twice.
    """
    found, key = [], jax.random.PRNGKey(seed)
    with jax.threefry_partitionable(False):  # the generator that the network is drawn with
        for _ in range(number):
            carried, other = jax.random.split(key)
            found.append(Split(numbers(key), numbers(carried), numbers(other)))
            key = carried
    return tuple(found)


def numbers(key: jax.Array) -> Key:
    """Return the two numbers of a key."""
    first, second = np.asarray(key).tolist()
    return first, second


def first_images(seed: int, epoch: int, train_size: int, count: int) -> np.ndarray:
    """Return the numbers of the images that an epoch begins with, (count,).

    Args:
        seed: Of the order of the images.
        epoch: Counted from 1, as on screen.
        train_size: Images that are trained with.
        count: How many.
    """
    return epoch_order(epoch_key(seed, epoch - 1), train_size)[:count]
