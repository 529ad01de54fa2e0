"""How well a network does: its answers on many images, and the figures drawn from them after an epoch."""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.data.datasets import Dataset, Split
from mnistlab.engine.backprop import batch_gradient
from mnistlab.engine.config import NUM_CLASSES, TrainConfig
from mnistlab.engine.eager import traced
from mnistlab.engine.network import ForwardPass, Params, forward, outputs
from mnistlab.engine.scaling import network_inputs

MEASURED = 10_000  # training figures are taken on the first so many training images
PROBED = 1_000  # gradients and pre-activations on the first so many
AT_ONCE = 2_500  # images passed together
SATURATED = 5.0  # beyond this |z| a sigmoid's slope is under 0.007


class Score(NamedTuple):
    """Cost and answers on some images."""

    cost: float  # mean over the images
    confusion: np.ndarray  # (10, 10) int, images of digit r that were read as c

    @property
    def num_correct(self) -> int:
        """Images read right."""
        return int(np.trace(self.confusion))

    @property
    def num_images(self) -> int:
        """Images that were read."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Share of the images read right, 0..1."""
        return self.num_correct / max(1, self.num_images)

    @property
    def recall(self) -> np.ndarray:
        """For each digit the share of its images that were read right, (10,); NaN for a digit without any."""
        totals = self.confusion.sum(axis=1)
        return np.where(totals > 0, np.diagonal(self.confusion) / np.maximum(totals, 1), np.nan)


class Tally(NamedTuple):
    """How many of some images were read right."""

    num_correct: int
    num_images: int

    @property
    def accuracy(self) -> float:
        """Share of the images read right, 0..1."""
        return self.num_correct / max(1, self.num_images)


class EpochMetrics(NamedTuple):
    """The figures of one epoch; epoch 0 is the untrained network."""

    epoch: int
    train: Score  # on at most 10,000 training images, always the same
    test: Score  # on all test images
    gradient_norms: tuple[float, ...]  # per layer, norm of dL/dW of the mean cost on 1,000 training images
    saturation: tuple[float, ...]  # per layer, share of |z| > 5 on the same images
    learning_rate: float
    seconds: float  # spent training, without these figures
    output_maxima: tuple[float, ...] = ()  # per output, the largest on the images of `train`; (): not known
    generated: Tally | None = None  # on generated test images, where they stand beside MNIST's


@cache
def batch_outputs(hidden: str) -> Callable[[Params, jax.Array | np.ndarray], jax.Array]:
    """Return `outputs` lifted to a batch and traced."""
    return traced(jax.vmap(partial(outputs, hidden=hidden), in_axes=(None, 0)))


@cache
def batch_forward(hidden: str) -> Callable[[Params, jax.Array], ForwardPass]:
    """Return `forward` lifted to a batch and traced."""
    return traced(jax.vmap(partial(forward, hidden=hidden), in_axes=(None, 0)))


@cache
def traced_gradient(hidden: str) -> Callable[[Params, jax.Array, jax.Array], Params]:
    """Return `batch_gradient`, traced."""
    return traced(partial(batch_gradient, hidden=hidden))


def activations_of(params: Params, images: np.ndarray, config: TrainConfig) -> np.ndarray:
    """Return the ten outputs for each image.

    Args:
        params: The network.
        images: uint8, (n, 28, 28).
        config: Its settings, of which activation and scaling are used.

    Returns:
        float32, (n, 10).
    """
    run = batch_outputs(config.activation)
    chunks = [
        np.asarray(run(params, network_inputs(images[start : start + AT_ONCE], config.scaling)))
        for start in range(0, len(images), AT_ONCE)
    ]
    return np.concatenate(chunks) if chunks else np.zeros((0, NUM_CLASSES), np.float32)


def score(activations: np.ndarray, labels: np.ndarray) -> Score:
    """Return cost and confusion of some outputs, (n, 10), against their labels, (n,)."""
    errors = activations.astype(np.float64) - np.eye(NUM_CLASSES)[labels]
    confusion = np.zeros((NUM_CLASSES, NUM_CLASSES), int)
    np.add.at(confusion, (labels, activations.argmax(axis=1)), 1)
    return Score(float((errors**2).sum(axis=1).mean()), confusion)


def largest_outputs(activations: np.ndarray) -> tuple[float, ...]:
    """Return the largest value of each output, (n, 10) -> 10 numbers, to four places."""
    return tuple(round(value, 4) for value in activations.max(axis=0).tolist())


def tally(activations: np.ndarray, labels: np.ndarray) -> Tally:
    """Return how many of some outputs, (n, 10), are largest for the right label, (n,)."""
    return Tally(int((activations.argmax(axis=1) == labels).sum()), len(labels))


def evaluate(params: Params, split: Split, config: TrainConfig) -> Score:
    """Return cost and confusion of a network on some images."""
    return score(activations_of(params, split.images, config), split.labels)


def epoch_metrics(
    params: Params, dataset: Dataset, config: TrainConfig, epoch: int, seconds: float
) -> EpochMetrics:
    """Return the figures of a network after an epoch that took so many seconds."""
    measured, beside = min(MEASURED, config.train_size), dataset.generated_test
    images, labels = dataset.train.images[:measured], dataset.train.labels[:measured]
    probe = jnp.asarray(network_inputs(images[:PROBED], config.scaling))
    targets = jnp.asarray(np.eye(NUM_CLASSES, dtype=np.float32)[labels[:PROBED]])
    gradient = traced_gradient(config.activation)(params, probe, targets)
    passed = batch_forward(config.activation)(params, probe)
    on_train = activations_of(params, images, config)
    return EpochMetrics(
        epoch=epoch,
        train=score(on_train, labels),
        test=evaluate(params, dataset.test, config),
        gradient_norms=tuple(float(jnp.linalg.norm(layer.weights)) / len(probe) for layer in gradient),
        saturation=tuple(float((jnp.abs(z) > SATURATED).mean()) for z in passed.pre_activations),
        learning_rate=config.learning_rate,
        seconds=seconds,
        output_maxima=largest_outputs(on_train),
        generated=beside and tally(activations_of(params, beside.images, config), beside.labels),
    )
