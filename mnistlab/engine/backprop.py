"""Backpropagation by hand: the error of one image, carried back layer by layer, then lifted to a batch."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from mnistlab.engine.network import ForwardPass, Layer, Params, forward, layer_activations

Array = jax.Array


def cost(outputs: Array, target: Array) -> Array:
    """Return the cost of one image, sum_r (y_r - a_r)^2: a sum over the ten outputs, with no 1/2."""
    return jnp.sum((target - outputs) ** 2, axis=-1)


def backward(
    params: Params, passed: ForwardPass, target: Array, hidden: str = "sigmoid", factor: float | Array = 2.0
) -> tuple[Array, ...]:
    """Propagate the error of one image back through the network.

    Delta^(D) = 2 (a^(D) - y) sigma'(z^(D));  Delta^(l) = W^(l+1)T Delta^(l+1) * sigma'(z^(l)).

    Args:
        params: Layers, first to last; weights (n_out, n_in), biases (n_out,).
        passed: z and a of every layer, as `forward` returned them for this image.
        target: One-hot label, (10,).
        hidden: Name of the hidden layers' activation.
        factor: The 2 of the cost's derivative. Every Delta is proportional to it.

    Returns:
        Delta of every layer, dL/dz, first to last; Delta[l] has shape (n_out of l,).

    Source: Nielsen, Neural Networks and Deep Learning, ch. 2, BP1 and BP2, for this cost.
    """
    sigmas = layer_activations(params, hidden)
    zs, activations = passed.pre_activations, passed.activations[1:]
    deltas = [factor * (activations[-1] - target) * sigmas[-1].slope(zs[-1], activations[-1])]
    for layer in range(len(params) - 2, -1, -1):
        error = backpropagate_error(params[layer + 1].weights, deltas[0])
        deltas.insert(0, error * sigmas[layer].slope(zs[layer], activations[layer]))
    return tuple(deltas)


def backpropagate_error(weights: Array | np.ndarray, delta: Array) -> Array:
    """Return W^T Delta, (n_in,), for the Delta (n_out,) of one image; under `vmap` the batch stays first."""
    return lax.dot_general(delta, weights, (((0,), (0,)), ((), ())))


def image_gradient(passed: ForwardPass, deltas: tuple[Array, ...]) -> Params:
    """Return the gradient that one image gives: dL/db = Delta (BP3), dL/dW = Delta outer a (BP4)."""
    return tuple(
        Layer(jnp.outer(delta, a), delta) for delta, a in zip(deltas, passed.activations[:-1], strict=True)
    )


def image_deltas(
    params: Params, pixels: Array, target: Array, hidden: str, factor: float | Array = 2.0
) -> tuple[ForwardPass, tuple[Array, ...]]:
    """Return what one image left on its way forward and the Deltas of its way back."""
    passed = forward(params, pixels, hidden)
    return passed, backward(params, passed, target, hidden, factor)


def batch_gradient(params: Params, pixels: Array, targets: Array, hidden: str = "sigmoid") -> Params:
    """Return the gradient of the summed cost of a mini-batch.

    Args:
        params: Layers, first to last.
        pixels: Images, (batch, n_in).
        targets: One-hot labels, (batch, 10).
        hidden: Name of the hidden layers' activation.

    Returns:
        dL/dW and dL/db of every layer, in the shapes of the parameters, summed over the batch.
    """
    return summed_gradient(*batch_deltas(params, pixels, targets, hidden))


def batch_deltas(
    params: Params, pixels: Array, targets: Array, hidden: str, factor: float | Array = 2.0
) -> tuple[ForwardPass, tuple[Array, ...]]:
    """Return `image_deltas` for a mini-batch: `vmap` lifts the two passes from one image to all of them."""
    return jax.vmap(lambda image, target: image_deltas(params, image, target, hidden, factor))(
        pixels, targets
    )


def summed_gradient(passed: ForwardPass, deltas: tuple[Array, ...]) -> Params:
    """Return the gradients of all images of a mini-batch, summed.

    The sum over images of Delta outer a is one matrix product per layer, so the gradients of single images
    are never stored.
    """
    return tuple(
        Layer(summed_outer(delta, a), delta.sum(axis=0))
        for delta, a in zip(deltas, passed.activations[:-1], strict=True)
    )


def summed_outer(deltas: Array, activations: Array) -> Array:
    """Return sum_x Delta_x outer a_x, (n_out, n_in), from (batch, n_out) and (batch, n_in)."""
    return lax.dot_general(deltas, activations, (((0,), (0,)), ((), ())))


def batch_step(
    params: Params, pixels: Array, targets: Array, learning_rate: float | Array, hidden: str = "sigmoid"
) -> Params:
    """Return the parameters after one SGD step on one mini-batch: theta - learning_rate * gradient.

    All gradients are proportional to the 2 of the cost's derivative, so the learning rate is multiplied into
    that one number instead of into each of them.

    Args:
        params: Layers, first to last.
        pixels: Images, (batch, n_in).
        targets: One-hot labels, (batch, 10).
        learning_rate: eta, which acts on the gradient of the summed cost, ().
        hidden: Name of the hidden layers' activation.
    """
    change = summed_gradient(*batch_deltas(params, pixels, targets, hidden, 2.0 * learning_rate))
    after: Params = jax.tree.map(lambda theta, step: theta - step, params, change)
    return after
