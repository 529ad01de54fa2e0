"""One step of training: its costs, its promise and its growth, against `jax.grad`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from mnistlab.analysis.sgd_step import batch_of, gradient_growth, slope_of_weight, summed_cost, take_step
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import initialize_network
from tests.oracles import summed_cost as oracle_cost


def some_step(size=6, hidden=(8,), activation="sigmoid"):
    config = TrainConfig(hidden=hidden, activation=activation, scaling="unit", batch_size=size)
    params = initialize_network(config.dimensions, 2, "scaled")
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (size, 28, 28)).astype(np.uint8)
    return config, params, batch_of(images, np.arange(size) % 10, "unit")


def gradient_of(params, batch, activation):
    return jax.grad(oracle_cost)(params, jnp.asarray(batch.pixels), jnp.asarray(batch.targets), activation)


@pytest.mark.parametrize(("hidden", "activation"), [((), "sigmoid"), ((8,), "relu"), ((8, 5), "tanh")])
def test_before_after_and_promise_are_those_of_a_step_taken_with_jax_grad(hidden, activation):
    config, params, batch = some_step(hidden=hidden, activation=activation)
    gradient = gradient_of(params, batch, activation)
    step = take_step(params, batch, 0.05, config)
    moved = jax.tree.map(lambda p, g: p - 0.05 * g, params, gradient)
    pixels, targets = jnp.asarray(batch.pixels), jnp.asarray(batch.targets)
    assert step.before == pytest.approx(float(oracle_cost(params, pixels, targets, activation)), rel=1e-5)
    assert step.after == pytest.approx(float(oracle_cost(moved, pixels, targets, activation)), rel=1e-4)
    square = sum(float((np.asarray(g, float) ** 2).sum()) for g in jax.tree.leaves(gradient))
    assert step.predicted == pytest.approx(-0.05 * square, rel=1e-4)


def test_the_promise_is_kept_by_a_step_that_is_short_enough():
    config, params, batch = some_step()
    kept = [
        step.change / step.predicted for step in (take_step(params, batch, r, config) for r in (0.1, 0.001))
    ]
    assert abs(kept[1] - 1) < 0.02
    assert abs(kept[1] - 1) < abs(kept[0] - 1)


def test_the_cost_along_the_gradient_begins_before_the_step_and_passes_through_it():
    config, params, batch = some_step()
    step = take_step(params, batch, 0.05, config)
    assert step.rates[0] == 0
    assert step.rates[-1] == pytest.approx(0.1)
    assert step.costs[0] == step.before == summed_cost(params, batch, "sigmoid")
    assert np.interp(0.05, step.rates, step.costs) == pytest.approx(step.after)


def test_a_step_leaves_the_network_as_it_is():
    config, params, batch = some_step()
    copies = [np.array(leaf) for leaf in jax.tree.leaves(params)]
    take_step(params, batch, 0.5, config)
    for leaf, copy in zip(jax.tree.leaves(params), copies, strict=True):
        np.testing.assert_array_equal(leaf, copy)


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_the_size_of_the_summed_gradient_is_that_of_each_mini_batch_on_its_own(activation):
    _, params, batch = some_step(hidden=(8, 5), activation=activation)
    growth = gradient_growth(params, batch, activation)
    for size in range(1, 7):
        first = batch._replace(pixels=batch.pixels[:size], targets=batch.targets[:size])
        gradient = gradient_of(params, first, activation)
        truth = sum(float((np.asarray(g, float) ** 2).sum()) for g in jax.tree.leaves(gradient)) ** 0.5
        assert growth.summed[size - 1] == pytest.approx(truth, rel=1e-4)


def test_the_size_of_each_image_s_own_gradient_is_that_of_a_mini_batch_of_one():
    _, params, batch = some_step()
    growth = gradient_growth(params, batch, "sigmoid")
    for number, own in enumerate(growth.own):
        alone = batch._replace(pixels=batch.pixels[number:][:1], targets=batch.targets[number:][:1])
        assert own == pytest.approx(gradient_growth(params, alone, "sigmoid").summed[0], rel=1e-5)


def test_the_same_image_twice_makes_the_gradient_twice_as_large():
    _, params, batch = some_step()
    twice = batch._replace(
        pixels=np.repeat(batch.pixels[:1], 4, 0), targets=np.repeat(batch.targets[:1], 4, 0)
    )
    growth = gradient_growth(params, twice, "sigmoid")
    np.testing.assert_allclose(growth.own, np.full(4, growth.own[0]), rtol=1e-6)
    np.testing.assert_allclose(growth.summed, growth.own[0] * np.arange(1, 5), rtol=1e-6)
    np.testing.assert_allclose(growth.averaged, growth.own, rtol=1e-6)


def test_the_slope_of_a_weight_is_its_entry_of_the_gradient():
    config, params, batch = some_step(hidden=(8, 5), activation="tanh")
    gradient = gradient_of(params, batch, config.activation)
    for place in ((1, 3, 400), (2, 4, 7), (3, 9, 0)):
        expected = float(gradient[place[0] - 1].weights[place[1:]])
        assert slope_of_weight(params, batch, config.activation, *place) == pytest.approx(expected, rel=1e-4)
