"""Independent truths that the engine is held against."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.backprop import cost, one_hot
from mnistlab.network import outputs

NUMPY = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
}

ACTIVATIONS = ("sigmoid", "tanh", "relu")


def summed_cost(params, pixels, targets, hidden):
    answers = jax.vmap(partial(outputs, hidden=hidden), in_axes=(None, 0))(params, pixels)
    return cost(answers, targets).sum()


def disagreement(ours, theirs):
    """The largest max|g - g'| / max|g'| over the arrays."""
    return max(
        float(jnp.abs(g - h).max() / jnp.maximum(jnp.abs(h).max(), 1e-30))
        for g, h in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True)
    )


def some_batch(size, n_in, seed, high=1.0):
    rng = np.random.default_rng(seed)
    pixels = jnp.asarray(rng.uniform(0, high, (size, n_in)), jnp.float32)
    return pixels, one_hot(jnp.asarray(rng.integers(0, 10, size)))
