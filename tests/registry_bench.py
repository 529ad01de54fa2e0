"""A registry whose clock and pool are turned by hand, with real networks in it."""

from itertools import pairwise

import numpy as np
import pytest

from mnistlab.jobs.labs import Labs
from tests.fake_engine import HandPool
from tests.runs.test_checkpoints import same_figures, same_networks, trained_run


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class QuietPool(HandPool):
    def close(self):
        self.jobs.clear()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def labs(tmp_path, clock):
    return Labs(tmp_path / "state", QuietPool(), clock, real_initial)


def real_initial(config):
    """Untrained networks of the right shape, without JAX."""
    from mnistlab.engine.network import Layer

    order = np.random.default_rng(config.seed)
    widths = config.dimensions
    return tuple(
        Layer(order.random((n_out, n_in)).astype(np.float32), np.zeros(n_out, np.float32))
        for n_in, n_out in pairwise(widths)
    )


def started(labs, token, **kw):
    trainer = labs.open(token)
    run = trained_run()
    trainer.add(run)
    return trainer


def again(labs, clock):
    """Return the registry of a process that is started after this one was killed."""
    return Labs(labs.folder, QuietPool(), clock, real_initial)


def same_run(one, other):
    assert (one.id, one.name, one.config, one.epoch) == (other.id, other.name, other.config, other.epoch)
    assert one.schedule == other.schedule
    assert sorted(one.kept) == sorted(other.kept)
    assert all(same_networks(one.kept[epoch], other.kept[epoch]) for epoch in one.kept)
    return same_networks(one.params, other.params) and same_figures(one.history, other.history)
