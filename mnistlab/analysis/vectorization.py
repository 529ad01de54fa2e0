"""From one image to a mini-batch: a Python loop and `jax.vmap` compared, and what a step carries out."""

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.analysis.gradient_check import disagreement
from mnistlab.engine.backprop import batch_gradient, batch_step, image_deltas, image_gradient
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.eager import operation_of
from mnistlab.engine.network import Params

REPEATS = 3  # the fastest counts: the first call of an operation compiles it


class Comparison(NamedTuple):
    """The gradient of one mini-batch by a loop over its images, and by `vmap`."""

    size: int  # images
    loop_seconds: float
    vmap_seconds: float
    disagreement: float  # max|g - g_loop| / max|g_loop|, the largest of all arrays


class Operation(NamedTuple):
    """One operation that was carried out."""

    name: str  # JAX's name of the primitive
    operands: tuple[tuple[int, ...], ...]  # shapes
    result: tuple[int, ...]  # shape
    smallest: float
    largest: float


class Lifted(NamedTuple):
    """One value of the step for one image, and what `vmap` makes of it."""

    name: str
    one: tuple[int, ...]  # shape for one image
    batch: tuple[int, ...]  # shape for the mini-batch


def compare(params: Params, pixels: np.ndarray, targets: np.ndarray, hidden: str) -> Comparison:
    """Return how a Python loop over the images compares with `vmap`.

    Args:
        params: Layers, first to last.
        pixels: Images as the network is fed them, (batch, n_in).
        targets: One-hot labels, (batch, 10).
        hidden: Name of the hidden layers' activation.
    """
    by_loop, loop_seconds = timed(partial(loop_gradient, params, pixels, targets, hidden))
    images = jnp.asarray(pixels), jnp.asarray(targets)
    by_vmap, vmap_seconds = timed(partial(batch_gradient, params, *images, hidden))
    pairs = zip(jax.tree.leaves(by_vmap), jax.tree.leaves(by_loop), strict=True)
    return Comparison(len(pixels), loop_seconds, vmap_seconds, max(disagreement(*pair) for pair in pairs))


def loop_gradient(params: Params, pixels: np.ndarray, targets: np.ndarray, hidden: str) -> Params:
    """Return the gradient of the summed cost of a mini-batch, image by image in a Python loop."""
    total = jax.tree.map(jnp.zeros_like, params)
    for image, target in zip(pixels, targets, strict=True):
        gradient = image_gradient(*image_deltas(params, jnp.asarray(image), jnp.asarray(target), hidden))
        total = jax.tree.map(jnp.add, total, gradient)
    return total


def timed(compute: Callable[[], Params]) -> tuple[Params, float]:
    """Return a result and the seconds that it took, the fastest time of a few."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = jax.block_until_ready(compute())
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


def lifted_shapes(params: Params, batch: int) -> tuple[Lifted, ...]:
    """Return the shapes of what one image leaves behind, for one image and for a mini-batch."""
    values = [("a^{(0)}", params[0].weights.shape[1])]
    for layer, (_, biases) in enumerate(params, start=1):
        values += [(f"{name}^{{({layer})}}", len(biases)) for name in ("z", "a", r"\Delta")]
    return tuple(Lifted(name, (width,), (batch, width)) for name, width in values)


def step_operations(
    params: Params, pixels: np.ndarray, targets: np.ndarray, config: TrainConfig
) -> tuple[Operation, ...]:
    """Carry out one SGD step as training does, operation by operation, and return what was done.

    The trace of the vmapped step is a list of operations; `eager.traced` makes it once per shape and then
    does nothing but walk along it.

    Args:
        params: Layers, first to last.
        pixels: Images as the network is fed them, (batch, n_in).
        targets: One-hot labels, (batch, 10).
        config: Activation and learning rate of the step.
    """
    step = partial(batch_step, hidden=config.activation, learning_rate=config.learning_rate)
    trace = jax.make_jaxpr(step)(params, pixels, targets)
    inputs = jax.tree.leaves((params, pixels, targets))
    values = dict(zip(trace.jaxpr.invars, inputs, strict=True))
    values |= dict(zip(trace.jaxpr.constvars, trace.consts, strict=True))
    done = []
    for equation in trace.jaxpr.eqns:
        operands = [each.val if hasattr(each, "val") else values[each] for each in equation.invars]
        result = operation_of(equation)(*map(jnp.asarray, operands))
        results = result if equation.primitive.multiple_results else [result]
        values |= dict(zip(equation.outvars, results, strict=True))
        first = np.asarray(results[0])
        shapes = tuple(np.shape(operand) for operand in operands)
        name = equation.primitive.name
        done.append(Operation(name, shapes, first.shape, float(first.min()), float(first.max())))
    return tuple(done)
