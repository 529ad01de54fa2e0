"""Backpropagation by hand against `jax.grad`, finite differences and an example worked on paper."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from mnistlab.engine.backprop import (
    backward,
    batch_gradient,
    batch_step,
    cost,
    image_gradient,
)
from mnistlab.engine.eager import traced
from mnistlab.engine.network import Layer, forward, initialize_network
from tests.oracles import ACTIVATIONS, disagreement, some_batch, some_network, summed_cost


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("scaling", ["raw", "unit"])
def test_the_gradient_agrees_with_jax_grad_at_full_size(activation, scaling):
    params = initialize_network((784, 100, 10), initialization="notebook" if scaling == "raw" else "scaled")
    pixels, targets = some_batch(128, 784, 5, 255.0 if scaling == "raw" else 1.0)
    theirs = jax.grad(summed_cost)(params, pixels, targets, activation)
    assert disagreement(batch_gradient(params, pixels, targets, activation), theirs) <= 1e-5


def test_the_gradient_agrees_with_finite_differences_in_float64():
    with jax.enable_x64(True):
        params = jax.tree.map(
            lambda x: jnp.asarray(x, jnp.float64) + 0.1, initialize_network((5, 4, 3, 10), 7, "scaled")
        )
        pixels, targets = (jnp.asarray(x, jnp.float64) for x in some_batch(3, 5, 1))
        for activation in ("sigmoid", "tanh"):
            leaves, shape = jax.tree.flatten(params)
            ours = jax.tree.leaves(batch_gradient(params, pixels, targets, activation))
            cost_of = jax.jit(
                lambda leaves, shape=shape, activation=activation: summed_cost(
                    jax.tree.unflatten(shape, leaves), pixels, targets, activation
                )
            )
            for which, leaf in enumerate(leaves):
                for position in np.ndindex(leaf.shape):
                    up, down = (
                        cost_of([*leaves[:which], leaf.at[position].add(by), *leaves[which + 1 :]])
                        for by in (1e-6, -1e-6)
                    )
                    slope = float(up - down) / 2e-6
                    assert float(ours[which][position]) == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_a_2_2_1_network_worked_by_hand():
    """x = (1, 0), y = 1; every weight chosen so that the sums are easy and sigma(0) = 1/2.

    z1 = (0, ln 3), a1 = (1/2, 3/4); z2 = 2 (1/2) - (4/3)(3/4) = 0, a2 = 1/2.
    Delta2 = 2 (1/2 - 1) (1/2)(1/2) = -1/4.
    Delta1 = (2 (-1/4) (1/4), -4/3 (-1/4) (3/16)) = (-1/8, 1/16).
    dW2 = -1/4 (1/2, 3/4) = (-1/8, -3/16); dW1 = rows (-1/8, 0) and (1/16, 0). Cost (1 - 1/2)^2 = 1/4.
    """
    log3 = np.log(3.0)
    params = (
        Layer(jnp.array([[0.0, 5.0], [log3, -7.0]]), jnp.zeros(2)),
        Layer(jnp.array([[2.0, -4 / 3]]), jnp.zeros(1)),
    )
    passed = forward(params, jnp.array([1.0, 0.0]))
    np.testing.assert_allclose(passed.pre_activations[0], [0, log3], rtol=1e-6)
    np.testing.assert_allclose(passed.activations[1], [1 / 2, 3 / 4], rtol=1e-6)
    np.testing.assert_allclose(passed.activations[2], [1 / 2], rtol=1e-6)
    deltas = backward(params, passed, jnp.array([1.0]))
    np.testing.assert_allclose(deltas[1], [-1 / 4], rtol=1e-6)
    np.testing.assert_allclose(deltas[0], [-1 / 8, 1 / 16], rtol=1e-6)
    gradient = image_gradient(passed, deltas)
    np.testing.assert_allclose(gradient[1].weights, [[-1 / 8, -3 / 16]], rtol=1e-6)
    np.testing.assert_allclose(gradient[0].weights, [[-1 / 8, 0], [1 / 16, 0]], rtol=1e-6)
    np.testing.assert_allclose(gradient[0].biases, [-1 / 8, 1 / 16], rtol=1e-6)
    assert float(cost(passed.activations[-1], jnp.array([1.0]))) == pytest.approx(1 / 4)


def test_the_batch_gradient_is_the_sum_of_the_image_gradients():
    params = initialize_network((12, 6, 10), 3, "scaled")
    pixels, targets = some_batch(5, 12, 2)
    singles = []
    for x, y in zip(pixels, targets, strict=True):
        passed = forward(params, x)
        singles.append(image_gradient(passed, backward(params, passed, y)))
    summed = jax.tree.map(lambda *each: sum(each), *singles)
    assert disagreement(batch_gradient(params, pixels, targets), summed) <= 1e-5


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_traced_step_gives_the_same_as_the_readable_one(activation):
    step = partial(batch_step, hidden=activation)
    run = traced(step)
    for widths in ((20, 10), (20, 8, 10), (20, 8, 7, 10)):
        params = some_network(widths, 1)
        for size in (1, 4):
            pixels, targets = some_batch(size, 20, size)
            rate = jnp.float32(0.1)
            for ours, readable in zip(
                jax.tree.leaves(run(params, pixels, targets, rate)),
                jax.tree.leaves(step(params, pixels, targets, rate)),
                strict=True,
            ):
                np.testing.assert_array_equal(ours, readable)
