"""Why a unit fires for one image: what each pixel adds to its sum, by the lab's own backward pass."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.analysis.single_image import Reading
from mnistlab.engine.backprop import backpropagate_error
from mnistlab.engine.network import Params, layer_activations


class Evidence(NamedTuple):
    """How the pixels of one image bear on one unit.

    slopes: dz/dx for each pixel x, (n_in,); in the first layer these are the unit's weights.
    contributions: slope x pixel, (n_in,); in the first layer they and the bias sum to z.
    z: The unit's pre-activation.
    a: Its activation.
    slope_of_activation: da/dz; times `slopes` it is da/dx, the gradient of the activation.
    is_exact: Whether the unit sits in the first layer, where z is linear in the pixels.
    """

    slopes: np.ndarray
    contributions: np.ndarray
    z: float
    a: float
    slope_of_activation: float
    is_exact: bool


def evidence(params: Params, passed: Reading, layer: int, unit: int, hidden: str = "sigmoid") -> Evidence:
    """Return how each pixel of an image bears on one unit of a network.

    Args:
        params: Layers, first to last.
        passed: z and a of every layer, as `passed_by` returned them for this image.
        layer: Number of the unit's layer in `params`, from 0.
        unit: Number of the unit in its layer, from 0.
        hidden: Name of the hidden layers' activation.

    Raises:
        ValueError: There is no such unit.
    """
    if not 0 <= layer < len(params):
        raise ValueError(f"layer must be a whole number from 0 to {len(params) - 1}. Got {layer}.")
    width = params[layer].biases.shape[0]
    if not 0 <= unit < width:
        raise ValueError(f"unit must be a whole number from 0 to {width - 1}. Got {unit}.")
    slopes = np.asarray(gradient_of_sum(params, passed, layer, unit, hidden))
    z, activation = passed.pre_activations[layer], passed.activations[layer + 1]
    slope = layer_activations(params, hidden)[layer].slope(jnp.asarray(z), jnp.asarray(activation))
    return Evidence(
        slopes=slopes,
        contributions=slopes * np.asarray(passed.activations[0]),
        z=float(z[unit]),
        a=float(activation[unit]),
        slope_of_activation=float(slope[unit]),
        is_exact=layer == 0,
    )


def gradient_of_sum(params: Params, passed: Reading, layer: int, unit: int, hidden: str) -> jax.Array:
    """Return dz/dx of one unit, (n_in,): the backward pass, begun at this unit with Delta = 1.

    The gradient of z is taken, not that of a: they differ by the factor sigma'(z), which is 0 to the last
    digit where a sigmoid is saturated, and would leave nothing to be seen.

    Source: Nielsen, Neural Networks and Deep Learning, ch. 2, BP2.
    """
    sigmas = layer_activations(params, hidden)
    error = jnp.asarray(params[layer].weights[unit])
    for below in range(layer - 1, -1, -1):
        z, a = jnp.asarray(passed.pre_activations[below]), jnp.asarray(passed.activations[below + 1])
        delta = error * sigmas[below].slope(z, a)
        error = backpropagate_error(jnp.asarray(params[below].weights), delta)
    return error
