"""Ablation: damage to a network, each kind a change of its parameters, to see what its answers depend on."""

from typing import NamedTuple

import numpy as np

from mnistlab.engine.network import Layer, Params

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
    weights = [
        np.array(w + damage.noise * np.std(w) * random.standard_normal(w.shape), np.float32)
        for w, _ in params
    ]
    for layer, unit in damage.silenced:
        weights[layer][:, unit] = 0.0
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


def silenced_layers(params: Params, damage: Damage) -> list[int]:
    """Return the hidden layers of which every unit is silenced."""
    units = set(damage.silenced)
    return [
        layer
        for layer, (_, biases) in enumerate(params[:-1], start=1)
        if all((layer, unit) in units for unit in range(len(biases)))
    ]
