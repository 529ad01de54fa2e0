"""Many networks at once against the same networks one by one."""

import math

import jax
import numpy as np
import pytest

from mnistlab.engine.config import AS_SEED, TrainConfig
from mnistlab.engine.training import train
from mnistlab.sweeps.runs import accuracies, begun, best_first, names_of, with_sweep_epoch
from mnistlab.sweeps.sharding import Spread
from mnistlab.sweeps.sweep import MAX_NETWORKS, members, network_of, sweep
from tests.engine.test_training import some_data

BASE = TrainConfig(hidden=(6, 5), batch_size=10, train_size=200, scaling="unit", num_epochs=2, seed=4)


def assert_alike(metrics, alone):
    """Fail unless the figures of an epoch are those of the network alone, but for its seconds."""
    assert (metrics.epoch, metrics.learning_rate) == (alone.epoch, alone.learning_rate)
    assert metrics.train.cost == pytest.approx(alone.train.cost, rel=1e-4)
    assert metrics.test.cost == pytest.approx(alone.test.cost, rel=1e-4)
    assert np.array_equal(metrics.test.confusion, alone.test.confusion)
    np.testing.assert_allclose(metrics.gradient_norms, alone.gradient_norms, rtol=1e-3)
    np.testing.assert_allclose(metrics.saturation, alone.saturation, atol=1e-6)


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_each_network_becomes_what_it_becomes_alone(activation):
    data = some_data(200)
    base = TrainConfig(**{**vars(BASE), "activation": activation})
    configs = members(base, [0.01, 0.05], [1, 4], ["scaled", "notebook"])
    assert len(configs) == 8
    epochs = list(sweep(configs, data))
    assert [epoch.epoch for epoch in epochs] == [0, 1, 2]
    for number, config in enumerate(configs):
        for together, alone in zip(epochs, train(config, data), strict=True):
            for ours, theirs in zip(
                jax.tree.leaves(network_of(together.params, number)),
                jax.tree.leaves(alone.params),
                strict=True,
            ):
                np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-6)
            assert_alike(together.metrics[number], alone.metrics)


def test_all_share_the_order_of_the_images_and_keep_their_own_seed():
    configs = members(BASE, [0.01], [1, 2, BASE.seed])
    assert {config.seed_of_order for config in configs} == {BASE.seed}
    assert [config.seed for config in configs] == [1, 2, BASE.seed]
    assert configs[2].order_seed == AS_SEED, "the link to it needs no second seed"


def test_too_many_networks_are_refused():
    with pytest.raises(ValueError, match=f"A sweep must have 1 to {MAX_NETWORKS} networks. Got 65."):
        members(BASE, [0.01], range(65))


def test_networks_of_different_shape_are_refused():
    other = TrainConfig(hidden=(7,), batch_size=10, train_size=200, scaling="unit", num_epochs=2, seed=4)
    with pytest.raises(ValueError, match="hidden must be the same for all networks of a sweep"):
        next(sweep([BASE, other], some_data(200)))


def test_more_images_than_there_are_is_refused():
    with pytest.raises(ValueError, match="train_size must be at most 150"):
        next(sweep([BASE], some_data(150)))


def test_a_network_that_breaks_leaves_the_others_alone_and_is_kept_as_it_was():
    base = TrainConfig(**{**vars(BASE), "activation": "relu", "initialization": "scaled", "scaling": "raw"})
    configs = members(base, [1000.0, 1e-6], [1])
    runs = begun(configs)
    for epoch in sweep(configs, some_data(200)):
        if epoch.epoch == 1:  # as an overflow would leave it
            epoch.params[0].weights[0, 0, 0] = np.inf
        runs = with_sweep_epoch(runs, epoch)
    broken, whole = runs
    assert broken.broken_in == 1
    assert len(broken.history) == 1
    assert all(np.isfinite(array).all() for array in jax.tree.leaves(broken.params))
    assert [metrics.epoch for metrics in whole.history] == [0, 1, 2]
    assert list(whole.kept) == [2]
    assert whole.kept[2] is whole.params
    assert best_first(runs) == [1, 0]
    assert [math.isnan(value) for value in accuracies(broken, 2)] == [False, True, True]


def test_networks_are_called_by_what_they_differ_in():
    assert names_of(members(BASE, [0.01, 0.1], [1])) == ("η = 0.01", "η = 0.1")
    assert names_of(members(BASE, [0.01], [1, 2])) == ("seed 1", "seed 2")
    assert names_of(members(BASE, [0.01], [1])) == ("η = 0.01",)
    assert names_of(members(BASE, [0.5], [7, 8], ["notebook", "scaled"]))[0] == "notebook weights, seed 7"


def test_one_device_holds_all_networks():
    spread = Spread()
    assert spread.numbers(5) == range(5)
    stack = {"a": np.arange(12.0).reshape(4, 3)}
    held = spread.held(spread.divided(stack, 3), 3)
    assert np.array_equal(held["a"], stack["a"][:3])
