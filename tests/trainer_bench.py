"""A trainer whose pool is turned by hand, and whose engine trains nothing."""

import pytest

from mnistlab.jobs.trainer import Trainer
from tests.fake_engine import STEPS, HandPool, initial, settings


@pytest.fixture
def pool():
    return HandPool()


@pytest.fixture
def trainer(pool):
    return Trainer(pool, settings(), initial=initial)


def ready(trainer, pool, **kw):
    """Make a run and have its beginning measured."""
    trainer.new(settings(**kw))
    pool.turn()
    return trainer.snapshot().run


def epoch(pool):
    for _ in range(STEPS // pool.steps_per_turn):
        pool.turn()


def trained_once(trainer, pool, **kw):
    """Make a run, train it for one epoch and return it."""
    ready(trainer, pool, **kw)
    trainer.one_epoch()
    epoch(pool)
    return trainer.snapshot().run
