"""What each pixel adds to a unit, against `jax.grad` and against sums done by hand."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from mnistlab.analysis.attribution import evidence
from mnistlab.analysis.single_image import passed_by
from mnistlab.engine.backprop import backpropagate_error, backward
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import forward, initialize_network

IMAGE = np.random.default_rng(3).integers(0, 256, (28, 28)).astype(np.uint8)


def network(hidden, activation):
    """A small network whose biases are not 0, its settings, and what IMAGE leaves in it."""
    config = TrainConfig(hidden=hidden, activation=activation, scaling="unit", initialization="scaled")
    params = initialize_network(config.dimensions, 5, "scaled")
    params = tuple(
        layer._replace(biases=layer.biases + 0.1 * (level + 1)) for level, layer in enumerate(params)
    )
    return params, config, passed_by(params, IMAGE, config)


@pytest.mark.parametrize(
    ("hidden", "activation"), itertools.product([(), (6,), (7, 5, 4)], ["sigmoid", "tanh", "relu"])
)
def test_slopes_equal_those_of_jax_grad_for_units_of_every_layer(hidden, activation):
    params, _, passed = network(hidden, activation)
    for layer in range(len(params)):
        unit = min(2, len(params[layer].biases) - 1)

        def z_of(pixels, layer=layer, unit=unit):
            return forward(params, pixels, activation).pre_activations[layer][unit]

        found = evidence(params, passed, layer, unit, activation)
        truth = jax.grad(z_of)(jnp.asarray(passed.activations[0]))
        assert np.abs(found.slopes - truth).max() <= 1e-5 * max(1e-12, np.abs(truth).max())
        assert found.z == pytest.approx(float(passed.pre_activations[layer][unit]))
        assert found.a == pytest.approx(float(passed.activations[layer + 1][unit]))
        assert found.is_exact == (layer == 0)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_in_the_first_layer_contributions_and_bias_sum_to_z(activation):
    params, _, passed = network((6,), activation)
    for unit in range(6):
        found = evidence(params, passed, 0, unit, activation)
        assert np.array_equal(found.slopes, params[0].weights[unit])
        total = found.contributions.sum() + float(params[0].biases[unit])
        assert total == pytest.approx(found.z, abs=1e-4)


def test_it_is_the_backward_pass_of_the_lab_begun_with_one_output():
    params, _, passed = network((7, 5), "tanh")
    for unit in range(10):
        found = evidence(params, passed, 2, unit, "tanh")
        # 2 (a - y) is 1 for this output and 0 for the others.
        target = passed.activations[-1] - 0.5 * np.eye(10, dtype=np.float32)[unit]
        deltas = backward(params, passed, target, "tanh")
        gradient = backpropagate_error(params[0].weights, deltas[0])
        assert np.allclose(found.slopes * found.slope_of_activation, gradient, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize(("layer", "unit"), [(-1, 0), (2, 0), (0, 6), (1, 10), (1, -1)])
def test_a_unit_that_is_not_there_is_refused(layer, unit):
    params, _, passed = network((6,), "sigmoid")
    with pytest.raises(ValueError, match="must be a whole number from 0 to"):
        evidence(params, passed, layer, unit)


def test_reading_one_image_equals_the_forward_pass():
    params, config, passed = network((6,), "relu")
    truth = forward(params, jnp.asarray(IMAGE.reshape(-1) / 255, jnp.float32), config.activation)
    for mine, theirs in zip(jax.tree.leaves(passed), jax.tree.leaves(truth), strict=True):
        assert np.allclose(mine, theirs, rtol=1e-5, atol=1e-6)
