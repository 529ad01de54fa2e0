"""Ablation: damage to a network, each kind a change of its parameters, to see what its answers depend on."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import batch_forward
from mnistlab.engine.network import Layer, Params
from mnistlab.engine.scaling import network_inputs

SEED_OF_SHUFFLE = 784  # one permutation of the pixels, for all images and networks


class Damage(NamedTuple):
    """What is done to a network; the defaults leave it as it is."""

    zero_biases: bool = False
    noise: float = 0.0  # standard deviation, in those of the weights of each layer
    seed: int = 0  # of the noise
    silenced: tuple[tuple[int, int], ...] = ()  # hidden layer, from 1, and unit, from 0
    shuffled: bool = False  # whether the pixels of every image change places

    @property
    def is_any(self) -> bool:
        """Whether anything is changed; the seed alone changes nothing."""
        return self._replace(seed=0) != Damage()


def damaged(params: Params, damage: Damage) -> Params:
    """Return a damaged copy of a network, which itself stays as it is.

    A silenced unit is one that nobody listens to: the weights from it, a column of the next layer, are 0.
    Images with shuffled pixels are read by shuffling the columns of the first layer the other way.

    Args:
        params: Layers, first to last; weights (n_out, n_in), biases (n_out,).
        damage: What is done to them.

    Returns:
        Layers of the same shapes, float32.
    """
    random = np.random.default_rng(damage.seed)
    weights = [np.asarray(w, np.float32) for w, _ in params]
    if damage.noise:
        weights = [
            np.asarray(w + damage.noise * np.std(w) * random.standard_normal(w.shape), np.float32)
            for w in weights
        ]
    for layer in {layer for layer, _ in damage.silenced}:
        weights[layer] = weights[layer].copy()
        weights[layer][:, [unit for each, unit in damage.silenced if each == layer]] = 0.0
    if damage.shuffled:
        weights[0] = weights[0][:, np.argsort(pixel_order(weights[0].shape[1]))]
    biases = [np.asarray(b, np.float32) * (not damage.zero_biases) for _, b in params]
    return tuple(map(Layer, weights, biases))


def pixel_order(num_pixels: int) -> np.ndarray:
    """Return which pixel comes to each place when they are shuffled, (num_pixels,)."""
    return np.random.default_rng(SEED_OF_SHUFFLE).permutation(num_pixels)


def shuffled(image: np.ndarray) -> np.ndarray:
    """Return an image, (28, 28), with its pixels shuffled."""
    return image.ravel()[pixel_order(image.size)].reshape(image.shape)


def silences_a_layer(params: Params, damage: Damage) -> bool:
    """Return whether every unit of a hidden layer is silenced."""
    counts = Counter(layer for layer, _ in damage.silenced)
    return any(count == len(params[layer - 1].biases) for layer, count in counts.items())


def layers_in_common(damages: Sequence[Damage]) -> int:
    """Return how many layers, from the first on, all damaged copies have as the network has them."""
    silencing = [Damage(silenced=damage.silenced) for damage in damages if damage.is_any]
    if silencing != [damage for damage in damages if damage.is_any]:
        return 0
    return min((layer for damage in silencing for layer, _ in damage.silenced), default=0)


def entering(params: Params, images: np.ndarray, config: TrainConfig, layers: int) -> jax.Array:
    """Return what so many layers make of images, uint8 (n, 28, 28), for those behind them, (n, width)."""
    pixels = jnp.asarray(network_inputs(images, config.scaling))
    return jnp.asarray(batch_forward(config.activation)(params[: layers + 1], pixels).activations[layers])
