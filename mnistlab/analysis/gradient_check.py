"""Is the gradient right? Three routes to it that share nothing but the formula of the cost."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from mnistlab.analysis.single_image import Followed, Place
from mnistlab.engine.backprop import cost, image_deltas, image_gradient
from mnistlab.engine.network import Params, layer_activations, outputs

BOUND = 1e-5  # what max|g - g_jax| / max|g_jax| may be
CARRYING = 1e-3  # of the largest activation of a layer
NUDGE = 1e-5  # by so much z is moved either way for a central difference


class ArrayCheck(NamedTuple):
    """How well two gradients of one array of parameters agree."""

    layer: int  # 1..D
    kind: str  # "W" or "b"
    size: int  # numbers in the array
    largest: float  # max|g_jax|
    disagreement: float  # max|g - g_jax| / max|g_jax|


class WeightCheck(NamedTuple):
    """Two slopes of the cost in one weight."""

    place: Place
    by_hand: float
    difference: float  # the central difference
    disagreement: float  # |g - difference| / max|g| over all weights of that layer


def disagreement(ours: ArrayLike, theirs: ArrayLike) -> float:
    """Return max|g - g_jax| / max|g_jax|; gradients that vanish altogether agree if both do."""
    apart = float(np.abs(np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)).max(initial=0.0))
    largest = float(np.abs(theirs).max(initial=0.0))
    return apart / largest if largest else (0.0 if apart == 0.0 else np.inf)


def gradient_by_hand(followed: Followed) -> Params:
    """Return the gradient of the image's cost as `backprop` computes it."""
    pixels, target = jnp.asarray(followed.activations[0]), jnp.asarray(followed.target)
    params = jax.tree.map(jnp.asarray, followed.params)
    return image_gradient(*image_deltas(params, pixels, target, followed.hidden))


def gradient_by_jax(followed: Followed) -> Params:
    """Return the gradient that JAX derives by itself from the way forward; our way back is not called."""
    pixels, target = jnp.asarray(followed.activations[0]), jnp.asarray(followed.target)
    params = jax.tree.map(jnp.asarray, followed.params)
    return jax.grad(lambda params: cost(outputs(params, pixels, followed.hidden), target))(params)


def against_jax(followed: Followed) -> tuple[ArrayCheck, ...]:
    """Compare every weight and bias with `jax.grad`, array by array, in float32."""
    checks = []
    pairs = zip(gradient_by_hand(followed), gradient_by_jax(followed), strict=True)
    for layer, (ours, theirs) in enumerate(pairs, start=1):
        for kind, g, other in zip("Wb", ours, theirs, strict=True):
            largest = float(jnp.abs(other).max())
            checks.append(ArrayCheck(layer, kind, g.size, largest, disagreement(g, other)))
    return tuple(checks)


def against_differences(followed: Followed, places: tuple[Place, ...]) -> tuple[WeightCheck, ...]:
    """Compare some weights with central differences, both in float64.

    (L(W + h) - L(W - h)) / 2h with h such that z moves by 1e-5: less, and rounding shows; more, and the
    bend of the cost does. The cost is computed with numpy alone.
    """
    by_hand = slopes_in_float64(followed)
    checks = []
    for place in places:
        ours = by_hand[place.layer - 1]
        g = float(ours[place.unit, place.source])
        g_measured = central_difference(followed, place)
        largest = float(np.abs(ours).max())
        checks.append(WeightCheck(place, g, g_measured, disagreement_of_one(g, g_measured, largest)))
    return tuple(checks)


def disagreement_of_one(ours: float, theirs: float, largest: float) -> float:
    """Return how far two slopes are apart, as a share of the largest gradient of the layer."""
    return abs(ours - theirs) / largest if largest else (0.0 if ours == theirs else np.inf)


def slopes_in_float64(followed: Followed) -> tuple[np.ndarray, ...]:
    """Return dL/dW of every layer, computed by `backprop` itself, but in float64."""
    with jax.enable_x64(True):
        exact = followed._replace(
            params=jax.tree.map(lambda x: np.asarray(x, np.float64), followed.params),
            activations=tuple(np.asarray(a, np.float64) for a in followed.activations),
            target=np.asarray(followed.target, np.float64),
        )
        return tuple(np.asarray(layer.weights) for layer in gradient_by_hand(exact))


def central_difference(followed: Followed, place: Place) -> float:
    """Return the slope of the cost in one weight from two costs, a little to its right and to its left."""
    h = nudge(followed, place)
    weight = followed.weight(place)
    right, left = moved(followed, place, (weight + h, weight - h)).costs
    return float(right - left) / (2 * h)


def nudge(followed: Followed, place: Place) -> float:
    """Return h, by which a weight is moved either way; where its input is 0 nothing moves anyhow."""
    return NUDGE / (abs(float(followed.activations[place.layer - 1][place.source])) or 1.0)


def random_places(followed: Followed, count: int = 50, seed: int = 0) -> tuple[Place, ...]:
    """Draw weights at random, as many from each layer, among those that carry something.

    At a white pixel both slopes are 0 exactly, and there is nothing to compare.
    """
    rng = np.random.default_rng(seed)
    places = []
    for number in range(count):
        layer = number % followed.depth + 1
        carried = np.abs(followed.activations[layer - 1])
        sources = np.flatnonzero(carried > CARRYING * carried.max())
        units = len(followed.deltas[layer - 1])
        source = rng.choice(sources) if sources.size else 0
        places.append(Place(layer, int(rng.integers(units)), int(source)))
    return tuple(places)


class Varied(NamedTuple):
    """What becomes of one image when a single weight takes other values."""

    values: np.ndarray  #  of the weight, (n,)
    costs: np.ndarray  #   (n,)
    outputs: np.ndarray  # (n, 10)


def moved(followed: Followed, place: Place, values: ArrayLike) -> Varied:
    """Return cost and outputs of one image for each of several values of one weight.

    Only z of the unit that the weight belongs to changes in its layer, so the layers below are passed once.

    Args:
        followed: The image and the network; both stay as they are.
        place: Which weight.
        values: What it is set to, (n,).
    """
    values = np.asarray(values, np.float64)
    sigmas = layer_activations(followed.params, followed.hidden)
    a = np.asarray(followed.activations[0], np.float64)[None]
    for number, ((weights, biases), sigma) in enumerate(zip(followed.params, sigmas, strict=True), start=1):
        z = a @ np.asarray(weights, np.float64).T + np.asarray(biases, np.float64)
        if number == place.layer:
            z = np.repeat(z, len(values), axis=0)
            z[:, place.unit] += (values - followed.weight(place)) * a[0, place.source]
        a = sigma.float64(z)
    return Varied(values, ((followed.target.astype(np.float64) - a) ** 2).sum(axis=1), a)
