"""Where the networks of a sweep are: their axis divided over all devices, those of other hosts included."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

AXIS = "networks"


class Spread:
    """Devices that share the networks of a sweep; computation follows data, so no step knows of it.

    The networks never need each other, so no step sends anything from one device to another.

    Args:
        devices: Those to use; None: all that there are, on all hosts that have joined.
    """

    def __init__(self, devices: Sequence[jax.Device] | None = None):
        self.devices = tuple(jax.devices() if devices is None else devices)
        mesh = Mesh(np.array(self.devices), (AXIS,))
        self._by_network = NamedSharding(mesh, PartitionSpec(AXIS))
        self._everywhere = NamedSharding(mesh, PartitionSpec())

    def divided(self, stack: Any, num_networks: int) -> Any:
        """Return a stack of networks with an equal share of them on each device.

        Args:
            stack: Pytree of arrays whose first axis has the networks; only the first `num_networks` are used.
            num_networks: How many there are. The last is repeated until every device has as many.
        """
        rows = np.minimum(np.arange(self._places(num_networks)), num_networks - 1)
        return jax.tree.map(lambda array: self._put(np.asarray(array)[rows], self._by_network), stack)

    def copied(self, array: np.ndarray) -> jax.Array:
        """Return an array that every device has a copy of."""
        return self._put(array, self._everywhere)

    def numbers(self, num_networks: int) -> range:
        """Return which of the networks are on devices of this process."""
        share = self._places(num_networks) // len(self.devices)
        mine = [index for index, each in enumerate(self.devices) if each.process_index == jax.process_index()]
        first, last = (mine[0] * share, (mine[-1] + 1) * share) if mine else (0, 0)
        return range(min(first, num_networks), min(last, num_networks))

    def held(self, stack: Any, num_networks: int) -> Any:
        """Return those networks of a stack that are in this process, in the order of `numbers`, as numpy."""
        numbers = self.numbers(num_networks)
        return jax.tree.map(lambda array: self._rows(array, numbers), stack)

    def _places(self, num_networks: int) -> int:
        return -(-num_networks // len(self.devices)) * len(self.devices)

    def _put(self, array: np.ndarray, sharding: NamedSharding) -> jax.Array:
        if len(self.devices) == 1:
            return jnp.asarray(array)  # where it would be anyway, and sooner
        return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])

    def _rows(self, array: jax.Array, numbers: range) -> np.ndarray:
        """Return the rows of these networks, all of which are on devices of this process."""
        parts = {shard.index[0].start or 0: shard.data for shard in array.addressable_shards}
        rows = np.concatenate([np.asarray(parts[start]) for start in sorted(parts)])
        first = numbers.start - min(parts)
        return rows[first : first + len(numbers)]
