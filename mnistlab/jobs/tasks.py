"""The tasks of a worker process: each can be broken off after any step and taken up elsewhere."""

from collections.abc import Hashable, Iterator
from dataclasses import KW_ONLY, dataclass, replace
from typing import NamedTuple

import jax
import numpy as np

from mnistlab.data.combined import draw_ahead
from mnistlab.data.datasets import COMBINED, Dataset
from mnistlab.data.user_digits import own_digit_steps
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import activations_of, epoch_metrics, evaluate
from mnistlab.engine.network import Params
from mnistlab.engine.training import Epoch, Step, epoch_key, epoch_steps, training_images


@dataclass(frozen=True, eq=False)
class Task:
    """What a worker can do with a network, or a stack of networks; here, no step and no result."""

    config: TrainConfig  # settings; the data set among them
    params: Params  # after `step` steps
    _: KW_ONLY
    step: int = 0  # steps done
    seconds: float = 0.0  # spent on them

    @property
    def num_steps(self) -> int:
        """Steps in all."""
        return 0

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled for it."""
        config = self.config
        return type(self), config.dimensions, config.activation, config.batch_size, config.train_size

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Yield the network after each of the steps that are left."""
        return iter(())

    def result(self, dataset: Dataset) -> object:
        """Return what comes of the task, after the last step."""


class MeasureTask(Task):
    """Take the figures of an untrained network."""

    def result(self, dataset: Dataset) -> Epoch:
        """Return the figures with the network."""
        return measured(self, dataset, 0)


@dataclass(frozen=True, eq=False)
class EpochTask(Task):
    """Train one epoch."""

    epoch: int  # epochs done before this one

    @property
    def num_steps(self) -> int:
        """Mini-batches in the epoch."""
        return self.config.num_steps

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Yield the network after each of the mini-batches that are left."""
        key = epoch_key(self.config.seed_of_order, self.epoch)
        data = training_images(self.config, dataset, self.epoch)
        return epoch_steps(self.params, key, data, self.config, self.step)

    def result(self, dataset: Dataset) -> Epoch:
        """Return the figures with the network."""
        return measured(self, dataset, self.epoch + 1)


@dataclass(frozen=True, eq=False)
class DrawTask(Task):
    """Make the generated training images of an epoch, where the dataset has new ones as training goes on.

    No step is counted: who takes the task up sees which images are missing. They go into files.
    """

    epoch: int  # counted from 0

    @property
    def drawn(self) -> tuple[int, int, int]:
        """All that the images depend on."""
        return self.config.seed_of_order, self.epoch, self.config.train_size

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Make one chunk of images after another."""
        return (Step((), -left, 0) for left in drawing(self.config, self.epoch))


class WarmTask(Task):
    """Two steps and the figures, so that the data and all operations are at hand when somebody trains."""

    num_steps = 2

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Yield the network after each of at most two mini-batches."""
        config = replace(self.config, train_size=min(2 * self.config.batch_size, self.config.train_size))
        return epoch_steps(self.params, epoch_key(0, 0), dataset.train, config)

    def result(self, dataset: Dataset) -> None:
        """Take the figures and drop them."""
        measured(self, dataset, 0)


class FineTuned(NamedTuple):
    """The network after steps on somebody's own digits; shares read right, before and after."""

    params: Params
    test_before: float
    test_after: float
    own_before: float
    own_after: float


@dataclass(frozen=True, eq=False)
class OwnDigitsTask(Task):
    """Train some steps on digits that somebody drew, mixed with training images."""

    epoch: int
    images: np.ndarray  # (n, 28, 28) uint8
    labels: np.ndarray  # (n,) uint8
    own_steps: int
    before: Params
    number: int = 0  # how many times it was done after this very epoch before

    @property
    def num_steps(self) -> int:
        """Mini-batches."""
        return self.own_steps

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Yield the network after each of the mini-batches that are left."""
        return own_digit_steps(
            self.params,
            self.images,
            self.labels,
            dataset.train,
            self.config,
            epoch=self.epoch,
            number=self.number,
            num_steps=self.num_steps,
            first=self.step,
        )

    def result(self, dataset: Dataset) -> FineTuned:
        """Return the network with how well it and the one before do, on the test images and on the digits."""
        tests = [
            evaluate(params, dataset.test, self.config).accuracy for params in (self.before, self.params)
        ]
        owns = [
            float((activations_of(params, self.images, self.config).argmax(axis=1) == self.labels).mean())
            for params in (self.before, self.params)
        ]
        return FineTuned(as_numpy(self.params), *tests, *owns)


RunTask = MeasureTask | EpochTask | OwnDigitsTask


def drawing(config: TrainConfig, epoch: int) -> Iterator[int]:
    """Make the new images of an epoch that are missing, and yield after each chunk how many are left."""
    new = config.dataset == COMBINED
    return draw_ahead(config.seed_of_order, epoch, config.train_size) if new else iter(())


def drawing_for(task: RunTask, later: int = 0) -> DrawTask | None:
    """Return the task that makes the new images for an epoch's task, or a later one, where there are any."""
    if not isinstance(task, EpochTask) or task.config.dataset != COMBINED or task.epoch + later == 0:
        return None
    return DrawTask(task.config, (), task.epoch + later)


def measured(task: Task, dataset: Dataset, epoch: int) -> Epoch:
    """Return the network of a task with its figures, after an epoch."""
    metrics = epoch_metrics(task.params, dataset, task.config, epoch, task.seconds)
    return Epoch(metrics, as_numpy(task.params))


def as_numpy(params: Params) -> Params:
    """Return the parameters as numpy arrays, which travel through a pipe."""
    arrays: Params = jax.tree.map(np.asarray, params)
    return arrays
