"""One image passed through one network: every z and a, and, where its label is known, every Delta."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.engine.backprop import image_deltas
from mnistlab.engine.config import NUM_CLASSES, TrainConfig
from mnistlab.engine.evaluation import SATURATED, batch_forward
from mnistlab.engine.network import Params, layer_activations
from mnistlab.engine.scaling import network_inputs


class Reading(NamedTuple):
    """z and a of every layer for one image, as numpy arrays."""

    pre_activations: tuple[np.ndarray, ...]  # z^(1) .. z^(D)
    activations: tuple[np.ndarray, ...]  #     a^(0) .. a^(D); the last holds the ten outputs


def passed_by(params: Params, image: np.ndarray, config: TrainConfig) -> Reading:
    """Return z and a of every layer for one image.

    Args:
        params: The network.
        image: uint8, (28, 28).
        config: Its settings, of which activation and scaling are used.
    """
    passed = batch_forward(config.activation)(
        params, jnp.asarray(network_inputs(image[None], config.scaling))
    )
    return Reading(*(tuple(np.asarray(values)[0] for values in layers) for layers in passed))


class Place(NamedTuple):
    """Which weight: W_ij^(l), by which unit i of layer l listens to unit j of the layer before."""

    layer: int  #  l, 1..D
    unit: int  #   i, from 0
    source: int  # j, from 0


class Followed(NamedTuple):
    """What one image left behind on its way forward and back; all arrays are numpy's."""

    params: Params
    target: np.ndarray  #                        y, (10,)
    pre_activations: tuple[np.ndarray, ...]  #   z^(1) .. z^(D)
    activations: tuple[np.ndarray, ...]  #       a^(0) .. a^(D); a^(0) is the image as it was fed
    deltas: tuple[np.ndarray, ...]  #            Delta^(1) .. Delta^(D)
    hidden: str  # activation of the hidden layers

    @property
    def depth(self) -> int:
        """D, how many layers have weights."""
        return len(self.params)

    @property
    def label(self) -> int:
        """The digit that the image is."""
        return int(self.target.argmax())

    @property
    def answer(self) -> int:
        """The digit that the network reads."""
        return int(self.activations[-1].argmax())

    @property
    def cost(self) -> float:
        """Sum over the ten outputs of (y - a)^2."""
        return float(((self.target - self.activations[-1].astype(np.float64)) ** 2).sum())

    def slopes(self, layer: int) -> np.ndarray:
        """Return sigma'(z) of a layer, 1..D, (n_out,)."""
        sigma = layer_activations(self.params, self.hidden)[layer - 1]
        z, a = jnp.asarray(self.pre_activations[layer - 1]), jnp.asarray(self.activations[layer])
        return np.asarray(sigma.slope(z, a))

    def gradient(self, layer: int) -> np.ndarray:
        """Return dL/dW of a layer, 1..D, (n_out, n_in)."""
        return np.outer(self.deltas[layer - 1], self.activations[layer - 1])

    def weight(self, place: Place) -> float:
        """Return the value of a weight."""
        return float(self.params[place.layer - 1].weights[place.unit, place.source])

    def slope_of(self, place: Place) -> float:
        """Return dL/dW of one weight."""
        delta = self.deltas[place.layer - 1][place.unit]
        return float(delta) * float(self.activations[place.layer - 1][place.source])

    def saturated(self, layer: int) -> int:
        """Return how many units of a layer have |z| > 5."""
        return int((np.abs(self.pre_activations[layer - 1]) > SATURATED).sum())


def follow(image: np.ndarray, label: int, params: Params, config: TrainConfig) -> Followed:
    """Pass one image forward, and its error back.

    Args:
        image: uint8, (28, 28).
        label: The digit that it is, 0..9.
        params: The network.
        config: Its settings, of which activation and scaling are used.

    Returns:
        Everything that was computed on the way.
    """
    pixels = network_inputs(np.asarray(image), config.scaling)
    target = np.eye(NUM_CLASSES, dtype=np.float32)[label]
    passed, deltas = image_deltas(params, jnp.asarray(pixels), jnp.asarray(target), config.activation)
    return Followed(
        params=jax.tree.map(np.asarray, params),
        target=target,
        pre_activations=tuple(np.asarray(z) for z in passed.pre_activations),
        activations=tuple(np.asarray(a) for a in passed.activations),
        deltas=tuple(np.asarray(delta) for delta in deltas),
        hidden=config.activation,
    )


def telling_image(outputs: np.ndarray, labels: np.ndarray) -> int:
    """Return which image has an error worth following: of those misclassified the one of median cost.

    The most confident errors are often saturated, so that hardly any of them is carried back. Where no image
    is misclassified, it is the one with the largest cost.

    Args:
        outputs: (n, 10), at least one image.
        labels: (n,).
    """
    costs = ((outputs - np.eye(NUM_CLASSES)[labels]) ** 2).sum(axis=1)
    wrong = np.flatnonzero(outputs.argmax(axis=1) != labels)
    if not wrong.size:
        return int(costs.argmax())
    return int(wrong[np.argsort(costs[wrong], kind="stable")[wrong.size // 2]])


def telling_source(followed: Followed, layer: int) -> int:
    """Return the most active unit of the layer before: the weights from it have the largest gradients."""
    return int(np.abs(followed.activations[layer - 1]).argmax())
