"""A network of dense layers: its parameters, how they begin, and how an image passes through them."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from mnistlab.engine.activations import ACTIVATIONS, OUTPUT, Activation

Array = jax.Array


class Layer(NamedTuple):
    """One layer; row r of the weights belongs to unit r, so a row of the first layer is a picture.

    The arrays are JAX's while they are computed with, numpy's where a network is kept.
    """

    weights: Array | np.ndarray  # (n_out, n_in)
    biases: Array | np.ndarray  #  (n_out,)


Params = tuple[Layer, ...]


class ForwardPass(NamedTuple):
    """What one image left behind on its way: z and a of every layer."""

    pre_activations: tuple[Array, ...]  # z^(1) .. z^(D), (n_out of the layer,) each
    activations: tuple[Array, ...]  #     a^(0) .. a^(D); a^(0) is the image itself, (n_in,)


INITIALIZATIONS: dict[str, Callable[[int], float]] = {
    "notebook": lambda n_in: 0.01,
    "scaled": lambda n_in: float(n_in) ** -0.5,
}


def initialize_network(
    dimensions: Sequence[int], seed: int = 123, initialization: str = "notebook"
) -> Params:
    """Draw the weights of every layer and set the biases to zero.

    The notebook carries on the key that it has just used, and its random numbers are those of JAX's
    older, not partitionable generator; both are kept, so that its untrained network comes out exactly.

    Args:
        dimensions: Widths from input to output, for instance (784, 100, 10).
        seed: Start of the random numbers, 0 <= seed < 2**32.
        initialization: Standard deviation of a weight: "notebook" 0.01, "scaled" 1 / sqrt(n_in).

    Returns:
        One Layer for each pair of neighbouring widths, float32.
    """
    spread = INITIALIZATIONS[initialization]
    layers = []
    with jax.threefry_partitionable(False):
        key = jax.random.PRNGKey(seed)
        for n_in, n_out in pairwise(dimensions):
            key, _ = jax.random.split(key)
            weights = spread(n_in) * jax.random.normal(key, (n_out, n_in))
            layers.append(Layer(weights, jnp.zeros(n_out)))
    return tuple(layers)


def layer_activations(params: Params, hidden: str) -> tuple[Activation, ...]:
    """Return the activation of each layer: `hidden` for all but the last, which has a sigmoid."""
    return (ACTIVATIONS[hidden],) * (len(params) - 1) + (ACTIVATIONS[OUTPUT],)


def weighted_sums(weights: Array | np.ndarray, inputs: Array) -> Array:
    """Return W a, (n_out,), for one vector of inputs (n_in,).

    Written as one contraction over W's second axis because, under `vmap`, the batch then comes out
    first, (batch, n_out); `W @ a` would come out the other way round and need a transpose.
    """
    return lax.dot_general(inputs, weights, (((0,), (1,)), ((), ())))


def forward(params: Params, pixels: Array, hidden: str = "sigmoid") -> ForwardPass:
    """Pass one image through the network: a^(l) = sigma(W^(l) a^(l-1) + b^(l)).

    Args:
        params: Layers, first to last.
        pixels: The image as the network is fed it, (n_in,), float.
        hidden: Name of the hidden layers' activation.

    Returns:
        z and a of every layer; the last a holds the ten outputs.
    """
    zs, activations = [], [pixels]
    for layer, sigma in zip(params, layer_activations(params, hidden), strict=True):
        z = weighted_sums(layer.weights, activations[-1]) + layer.biases
        zs.append(z)
        activations.append(sigma.function(z))
    return ForwardPass(tuple(zs), tuple(activations))


def outputs(params: Params, pixels: Array, hidden: str = "sigmoid") -> Array:
    """Return the ten output activations for one image, (10,)."""
    return forward(params, pixels, hidden).activations[-1]


def num_parameters(dimensions: Sequence[int]) -> int:
    """Return how many weights and biases a network has, from its widths, input to output."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(dimensions))


def dimensions_of(params: Params) -> tuple[int, ...]:
    """Return the widths from input to output."""
    return (params[0].weights.shape[1], *(layer.biases.shape[0] for layer in params))
