"""The lab's engine, and what else JAX does with the same formulas: the notebook's way, compiled programs."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.problem import Problem
from mnistlab.engine.backprop import batch_step, image_deltas, image_gradient
from mnistlab.engine.evaluation import evaluate
from mnistlab.engine.network import Layer
from mnistlab.engine.training import batches_in, step_function


class JaxEngine:
    """An engine whose parameters are the lab's."""

    share = 1.0  # of an epoch that is run and timed
    slow = False

    def __init__(self, given: Problem):
        self.given = given
        self.params = tuple(Layer(jnp.asarray(w), jnp.asarray(b)) for w, b in given.layers)
        self.step = self.make_step()

    def make_step(self):
        """Return (params, pixels, targets) -> params."""
        raise NotImplementedError

    def epoch(self, order: np.ndarray) -> None:
        """Train on the images in this order."""
        for pixels, targets in batches_in(order, self.given.dataset.train, self.given.config):
            self.params = self.step(self.params, pixels, targets)
        jax.block_until_ready(self.params)

    def accuracy(self) -> float:
        """Return the share of the test images read right."""
        return evaluate(self.params, self.given.dataset.test, self.given.config).accuracy


class Ours(JaxEngine):
    """The lab's own step: vmapped, traced once, evaluated operation by operation."""

    name = "mnistlab (no jit)"
    one_thread = True  # for each operation, as in the lab's workers

    def make_step(self):
        config = self.given.config
        return step_function(config.activation, config.learning_rate)


class Notebook(JaxEngine):
    """The notebook's way: vmap makes the gradient arrays of every image, then they are summed."""

    name = "the notebook's engine (no jit)"
    share, slow = 0.02, True

    def make_step(self):
        hidden, rate = self.given.config.activation, self.given.config.learning_rate

        def one_image(params, pixels, target):
            return image_gradient(*image_deltas(params, pixels, target, hidden))

        def step(params, pixels, targets):
            gradients = jax.vmap(one_image, in_axes=(None, 0, 0))(params, pixels, targets)
            return jax.tree.map(lambda theta, each: theta - rate * each.sum(axis=0), params, gradients)

        return step


def whole_step(given: Problem):
    """Return the readable step at the settings of a problem."""
    return partial(batch_step, hidden=given.config.activation, learning_rate=given.config.learning_rate)


class JittedStep(JaxEngine):
    """The same step compiled as a whole."""

    name = "JAX, jitted step"

    def make_step(self):
        return jax.jit(whole_step(self.given))


class JittedScan(JaxEngine):
    """A whole epoch as one compiled program: the limit."""

    name = "JAX, jitted scan"

    def make_step(self):
        step = whole_step(self.given)
        scale = 255.0 if self.given.config.scaling == "unit" else 1.0

        def one(params, batch, images, labels):
            pixels = images[batch].astype(jnp.float32) / scale
            return step(params, pixels, jax.nn.one_hot(labels[batch], 10)), None

        @jax.jit
        def epoch(params, images, labels, batches):
            return jax.lax.scan(lambda p, b: one(p, b, images, labels), params, batches)[0]

        train, size = self.given.dataset.train, self.given.config.train_size
        self.images = jnp.asarray(train.images[:size].reshape(size, -1))
        self.labels = jnp.asarray(train.labels[:size])
        return epoch

    def epoch(self, order: np.ndarray) -> None:
        batches = jnp.asarray(np.stack(list(self.given.batches(order))))
        self.params = self.step(self.params, self.images, self.labels, batches)
        jax.block_until_ready(self.params)
