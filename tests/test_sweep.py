"""Many networks at once against the same networks one by one."""

import jax
import numpy as np
import pytest

from mnistlab.config import TrainConfig
from mnistlab.sweep import MAX_NETWORKS, members, network_of, sweep
from mnistlab.training import train
from tests.test_training import some_data

BASE = TrainConfig(hidden=(6, 5), batch_size=10, train_size=200, scaling="unit", num_epochs=2, seed=4)


def test_each_network_becomes_what_it_becomes_alone():
    data = some_data(200)
    configs = members(BASE, [0.01, 0.05], [1, 2], ["scaled", "notebook"])
    assert len(configs) == 8
    *_, last = sweep(configs, data)
    for index, config in enumerate(configs):
        *_, alone = train(config, data)
        for ours, theirs in zip(
            jax.tree.leaves(network_of(last.params, index)), jax.tree.leaves(alone.params), strict=True
        ):
            np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-6)
        assert last.test.cost[index] == pytest.approx(alone.metrics.test.cost, rel=1e-4)
        assert last.test.accuracy[index] == alone.metrics.test.accuracy


def test_all_share_the_order_of_the_images_and_keep_their_own_seed():
    configs = members(BASE, [0.01], [1, 2, 3])
    assert {config.seed_of_order for config in configs} == {BASE.seed}
    assert [config.seed for config in configs] == [1, 2, 3]


def test_too_many_networks_are_refused():
    with pytest.raises(ValueError, match=f"A sweep must have 1 to {MAX_NETWORKS} networks. Got 65."):
        members(BASE, [0.01], range(65))


def test_networks_of_different_shape_are_refused():
    other = TrainConfig(hidden=(7,), batch_size=10, train_size=200, scaling="unit", num_epochs=2, seed=4)
    with pytest.raises(ValueError, match="hidden must be the same for all networks of a sweep"):
        next(sweep([BASE, other], some_data(200)))
