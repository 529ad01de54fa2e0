"""One SGD step: the predicted (first-order) and the actual change of the cost."""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.engine.backprop import batch_step, image_deltas
from mnistlab.engine.config import NUM_CLASSES, TrainConfig
from mnistlab.engine.eager import traced
from mnistlab.engine.evaluation import batch_outputs, traced_gradient
from mnistlab.engine.network import Params
from mnistlab.engine.scaling import network_inputs

REACH = 2.0  # the cost is shown along the gradient up to so many learning rates
SHOWN = 17  # points at which it is computed


class Batch(NamedTuple):
    """A mini-batch as the network is fed it."""

    pixels: np.ndarray  #  (batch, n_in) float32
    targets: np.ndarray  # (batch, 10) float32, one-hot


class SgdStep(NamedTuple):
    """One step; costs are summed over the mini-batch."""

    before: float
    after: float
    predicted: float  # change of the cost to first order, -learning_rate * |gradient|^2
    learning_rate: float
    rates: np.ndarray  # learning rates from 0 to twice the one in use, (17,)
    costs: np.ndarray  # what the cost would be after a step with each, (17,)

    @property
    def change(self) -> float:
        """What the step did to the cost."""
        return self.after - self.before


def batch_of(images: np.ndarray, labels: np.ndarray, scaling: str) -> Batch:
    """Return images (n, 28, 28) and labels (n,) as a mini-batch."""
    return Batch(network_inputs(images, scaling), np.eye(NUM_CLASSES, dtype=np.float32)[labels])


def summed_cost(params: Params, batch: Batch, hidden: str) -> float:
    """Return the cost summed over a mini-batch; its gradient is the one that training uses."""
    answers = np.asarray(batch_outputs(hidden)(params, jnp.asarray(batch.pixels)), np.float64)
    return float(((batch.targets - answers) ** 2).sum())


@cache
def step_at_any_rate(hidden: str) -> Callable[..., Params]:
    """Return `batch_step`, traced once for all learning rates; training has one trace for each."""
    return traced(partial(batch_step, hidden=hidden))


def take_step(params: Params, batch: Batch, learning_rate: float, config: TrainConfig) -> SgdStep:
    """Take one step on a mini-batch, the one that training takes, and try shorter and longer ones.

    Args:
        params: The network; it stays as it is.
        batch: The images of the step.
        learning_rate: eta, which acts on the gradient summed over the mini-batch.
        config: Settings, of which the activation is used.
    """
    hidden = config.activation
    step, params = step_at_any_rate(hidden), jax.tree.map(jnp.asarray, params)
    gradient = traced_gradient(hidden)(params, jnp.asarray(batch.pixels), jnp.asarray(batch.targets))
    square = sum(float((np.asarray(g, np.float64) ** 2).sum()) for g in jax.tree.leaves(gradient))
    rates = np.linspace(0.0, REACH * learning_rate, SHOWN)
    costs = [summed_cost(step(params, *batch, jnp.float32(rate)), batch, hidden) for rate in rates]
    return SgdStep(
        before=costs[0],
        after=costs[SHOWN // 2],
        predicted=-learning_rate * square,
        learning_rate=learning_rate,
        rates=rates,
        costs=np.array(costs),
    )


def slope_of_weight(params: Params, batch: Batch, hidden: str, layer: int, unit: int, source: int) -> float:
    """Return the gradient of the summed cost of a mini-batch for one weight; the layer counts from 1."""
    gradient = traced_gradient(hidden)(params, jnp.asarray(batch.pixels), jnp.asarray(batch.targets))
    return float(gradient[layer - 1].weights[unit, source])


class Growth(NamedTuple):
    """How long the gradients of the images of a mini-batch are, one by one and added up."""

    own: np.ndarray  # of each image alone, (n,)
    summed: np.ndarray  # of the sum over the first 1, 2, .. n images, (n,)

    @property
    def averaged(self) -> np.ndarray:
        """The same of their mean."""
        return self.summed / np.arange(1, len(self.summed) + 1)


@cache
def deltas_of_batch(hidden: str):
    """Return `image_deltas` lifted to a batch and traced."""
    return traced(jax.vmap(partial(image_deltas, hidden=hidden), in_axes=(None, 0, 0)))


def gradient_growth(params: Params, batch: Batch, hidden: str) -> Growth:
    """Return the norm of each image's gradient, and of their sum over the first 1, 2, .. n images.

    The gradients themselves are not needed: two images' gradients have the scalar product
    sum over layers of (Delta . Delta') (a . a' + 1), the 1 being the biases'.
    """
    passed, deltas = deltas_of_batch(hidden)(params, jnp.asarray(batch.pixels), jnp.asarray(batch.targets))
    products = np.zeros((len(batch.pixels), len(batch.pixels)))
    for delta, a in zip(deltas, passed.activations[:-1], strict=True):
        delta, a = np.asarray(delta, np.float64), np.asarray(a, np.float64)
        products += (delta @ delta.T) * (a @ a.T + 1.0)
    sums = products.cumsum(axis=0).cumsum(axis=1)
    return Growth(*(np.sqrt(np.maximum(np.diagonal(squares), 0.0)) for squares in (products, sums)))
