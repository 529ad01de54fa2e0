"""Independent truths that the engine is held against."""

from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.analysis.single_image import Place
from mnistlab.engine.backprop import cost
from mnistlab.engine.network import Layer, outputs

NUMPY = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "silu": lambda z: z / (1 + np.exp(-z)),
}

ACTIVATIONS = tuple(NUMPY)


def summed_cost(params, pixels, targets, hidden):
    answers = jax.vmap(partial(outputs, hidden=hidden), in_axes=(None, 0))(params, pixels)
    return cost(answers, targets).sum()


def disagreement(ours, theirs):
    """The largest max|g - h| / max|h| over the arrays, in float64."""
    leaves = [[np.asarray(g, np.float64) for g in jax.tree.leaves(tree)] for tree in (ours, theirs)]
    return max(float(np.abs(g - h).max() / max(np.abs(h).max(), 1e-30)) for g, h in zip(*leaves, strict=True))


def some_network(dimensions, seed, spread=0.1):
    """A network from numpy's random numbers: JAX would compile its own for each shape."""
    rng = np.random.default_rng(seed)
    return tuple(
        Layer(
            jnp.asarray(rng.normal(0, spread, (n_out, n_in)), jnp.float32),
            jnp.asarray(rng.normal(0, spread, n_out), jnp.float32),
        )
        for n_in, n_out in pairwise(dimensions)
    )


def some_batch(size, n_in, seed, high=1.0):
    rng = np.random.default_rng(seed)
    pixels = jnp.asarray(rng.uniform(0, high, (size, n_in)), jnp.float32)
    return pixels, jnp.asarray(np.eye(10, dtype=np.float32)[rng.integers(0, 10, size)])


def steepest_place(followed, layer):
    """The weight of a layer with the largest gradient."""
    gradient = np.abs(followed.gradient(layer))
    unit, source = np.unravel_index(gradient.argmax(), gradient.shape)
    return Place(layer, int(unit), int(source))
