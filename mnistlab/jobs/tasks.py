"""The tasks of a worker process: each can be broken off after any step and taken up elsewhere."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import jax
import numpy as np

from mnistlab.analysis.ablation import Damage, damaged, entering, layers_in_common
from mnistlab.data.combined import draw_ahead
from mnistlab.data.datasets import COMBINED, Dataset
from mnistlab.data.user_digits import own_digit_steps
from mnistlab.engine.config import NUM_CLASSES, TrainConfig
from mnistlab.engine.evaluation import Score, activations_of, batch_outputs, epoch_metrics, evaluate, score
from mnistlab.engine.network import Params, dimensions_of, num_parameters
from mnistlab.engine.training import Epoch, Step, epoch_key, epoch_steps, training_images

FEWEST_PARTS, PASSED_AT_ONCE = 4, 200_000  # of the test images; parameters for each part
NO_SCORE = Score(0.0, np.zeros((NUM_CLASSES, NUM_CLASSES), int))
FEWEST_IMAGES, MOST_WORK = 1_000, 10**12  # test images; products, half a minute's work


class Task(Protocol):
    """What a worker can do: a NamedTuple, so that `_replace` gives the task with more steps behind it."""

    @property
    def config(self) -> TrainConfig:
        """Settings; the data set among them."""

    @property
    def params(self) -> Params:
        """The network, or a stack of networks, after `step` steps."""

    @property
    def step(self) -> int:
        """Steps done."""

    @property
    def num_steps(self) -> int:
        """Steps in all."""

    @property
    def seconds(self) -> float:
        """Time spent on the steps so far."""

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled for it."""

    @property
    def _replace(self) -> Callable[..., Any]: ...

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Yield the network after each of the steps that are left."""

    def result(self, dataset: Dataset) -> object:
        """Return what comes of the task, after the last step."""


class MeasureTask(NamedTuple):
    """Take the figures of a network as it is."""

    config: TrainConfig
    params: Params
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0

    @property
    def num_steps(self) -> int:
        """No step: only the figures."""
        return 0

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled."""
        return "figures", *kind_of(self.config)

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Train nothing."""
        return iter(())

    def result(self, dataset: Dataset) -> Epoch:
        """Return the figures with the network."""
        metrics = epoch_metrics(self.params, dataset, self.config, self.epoch, self.seconds)
        return Epoch(metrics, as_numpy(self.params))


class AblationTask(NamedTuple):
    """Take the score of damaged copies of a network on the test images, a part of these at a time.

    What the copies have in common is passed once for all; so each of a thousand units can be silenced.
    """

    config: TrainConfig
    params: Params
    damages: tuple[Damage, ...]
    scores: list[Score]  # of each copy, on the parts that it has read
    step: int = 0
    seconds: float = 0.0

    @property
    def parts(self) -> int:
        """How many parts of the test images there are: in a tenth of a second one passes the network."""
        return max(FEWEST_PARTS, num_parameters(dimensions_of(self.params)) // PASSED_AT_ONCE)

    @property
    def num_steps(self) -> int:
        """Copies times parts."""
        return self.parts * len(self.damages)

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled."""
        return "ablation", *kind_of(self.config)

    def images(self, dataset: Dataset) -> int:
        """Return how many test images are read: all, unless very many copies of a large network read them."""
        common = layers_in_common(self.damages)
        behind = num_parameters(dimensions_of(self.params)[common:]) * len(self.damages)
        return min(len(dataset.test.labels), max(FEWEST_IMAGES, MOST_WORK // behind))

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Have one copy after the other read one part after the other."""
        common, read = layers_in_common(self.damages), -1
        parts = np.array_split(np.arange(self.images(dataset)), self.parts)
        for step in range(self.step, self.num_steps):
            part, copy = divmod(step, len(self.damages))
            if part != read:
                images, labels = (array[parts[part]] for array in dataset.test)
                activations, read = entering(self.params, images, self.config, common), part
            behind = damaged(self.params, self.damages[copy])[common:]
            outputs = np.asarray(batch_outputs(self.config.activation)(behind, activations))
            self.scores[copy] = joined(self.scores[copy], score(outputs, labels))
            yield Step(self.params, step + 1, self.num_steps)

    def result(self, dataset: Dataset) -> list[Score]:
        """Return the score of each copy."""
        return self.scores


def ablation(config: TrainConfig, params: Params, damages: tuple[Damage, ...]) -> AblationTask:
    """Return the task for some damages, nothing of it done."""
    return AblationTask(config, params, damages, [NO_SCORE] * len(damages))


def joined(one: Score, other: Score) -> Score:
    """Return the score on the images of two scores together."""
    total = one.cost * one.num_images + other.cost * other.num_images
    return Score(total / (one.num_images + other.num_images), one.confusion + other.confusion)


class EpochTask(NamedTuple):
    """Train one epoch; `step` mini-batches of it are done."""

    config: TrainConfig
    params: Params
    epoch: int  # epochs done before this one
    step: int = 0
    seconds: float = 0.0  # spent on it so far

    @property
    def num_steps(self) -> int:
        """Mini-batches in the epoch."""
        return self.config.num_steps

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled."""
        return kind_of(self.config)

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Yield the network after each of the mini-batches that are left."""
        key = epoch_key(self.config.seed_of_order, self.epoch)
        data = training_images(self.config, dataset, self.epoch)
        return epoch_steps(self.params, key, data, self.config, self.step)

    def result(self, dataset: Dataset) -> Epoch:
        """Return the figures with the network, after the last step."""
        metrics = epoch_metrics(self.params, dataset, self.config, self.epoch + 1, self.seconds)
        return Epoch(metrics, as_numpy(self.params))


class DrawTask(NamedTuple):
    """Make the generated training images of an epoch, where the dataset has new ones as training goes on."""

    config: TrainConfig
    epoch: int  # counted from 0
    params: Params = ()
    step: int = 0
    seconds: float = 0.0

    @property
    def num_steps(self) -> int:
        """None are counted: who takes the task up sees what is missing."""
        return 0

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled: none."""
        return "drawing"

    @property
    def drawn(self) -> tuple[int, int, int]:
        """All that the images depend on."""
        return self.config.seed_of_order, self.epoch, self.config.train_size

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Make one chunk of images after another."""
        return (Step((), -left, 0) for left in drawing(self.config, self.epoch))

    def result(self, dataset: Dataset) -> None:
        """Return nothing: the images are in files."""


class WarmTask(NamedTuple):
    """Two steps and the figures, so that the data and all operations are at hand when somebody trains."""

    config: TrainConfig
    params: Params
    step: int = 0
    seconds: float = 0.0
    num_steps: int = 2

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled."""
        return "warm", *kind_of(self.config)

    def steps(self, dataset: Dataset) -> Iterator[Step]:
        """Yield the network after each of at most two mini-batches."""
        config = replace(self.config, train_size=min(2 * self.config.batch_size, self.config.train_size))
        return epoch_steps(self.params, epoch_key(0, 0), dataset.train, config)

    def result(self, dataset: Dataset) -> None:
        """Take the figures and drop them."""
        epoch_metrics(self.params, dataset, self.config, 0, 0.0)


class FineTuned(NamedTuple):
    """The network after steps on somebody's own digits; shares read right, before and after."""

    params: Params
    test_before: float
    test_after: float
    own_before: float
    own_after: float


class OwnDigitsTask(NamedTuple):
    """Train some steps on digits that somebody drew, mixed with training images."""

    config: TrainConfig
    params: Params
    epoch: int
    images: np.ndarray  # (n, 28, 28) uint8
    labels: np.ndarray  # (n,) uint8
    num_steps: int
    before: Params
    number: int = 0  # how many times it was done after this very epoch before
    step: int = 0
    seconds: float = 0.0

    @property
    def kind(self) -> Hashable:
        """What decides which operations are compiled."""
        return kind_of(self.config)

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
    new = isinstance(task, EpochTask) and task.config.dataset == COMBINED and task.epoch + later > 0
    return DrawTask(task.config, task.epoch + later) if new else None


def kind_of(config: TrainConfig) -> tuple[Hashable, ...]:
    """Return what decides which operations the training with these settings needs."""
    return config.dimensions, config.activation, config.batch_size, config.train_size


def as_numpy(params: Params) -> Params:
    """Return the parameters as numpy arrays, which travel through a pipe."""
    arrays: Params = jax.tree.map(np.asarray, params)
    return arrays
