"""A network layer by layer: what each consists of, and what its units make of some images."""

from itertools import pairwise
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from mnistlab.engine.activations import ACTIVATIONS, OUTPUT
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import batch_forward
from mnistlab.engine.network import Params, num_parameters
from mnistlab.engine.scaling import network_inputs

FLAT = 0.007  # a slope below this lets almost no error through


class LayerShape(NamedTuple):
    """What a layer consists of."""

    name: str  # "hidden 1" or "output"
    n_in: int
    n_out: int
    activation: str

    @property
    def num_parameters(self) -> int:
        """Weights and biases."""
        return num_parameters((self.n_in, self.n_out))

    @property
    def arithmetic(self) -> str:
        """How they are counted, as in 100 × 784 + 100."""
        return f"{self.n_out:,} × {self.n_in:,} + {self.n_out:,}"


def layer_shapes(config: TrainConfig) -> tuple[LayerShape, ...]:
    """Return the layers with weights, first to last."""
    names = [f"hidden {number}" for number in range(1, len(config.hidden) + 1)]
    sigmas = [config.activation] * len(config.hidden)
    pairs = pairwise(config.dimensions)
    return tuple(
        LayerShape(name, n_in, n_out, sigma)
        for name, sigma, (n_in, n_out) in zip([*names, "output"], [*sigmas, OUTPUT], pairs, strict=True)
    )


def pre_activations(
    params: Params, images: np.ndarray, config: TrainConfig, scaling: str | None = None
) -> tuple[np.ndarray, ...]:
    """Return z of every layer for some images, first to last, (n, n_out) each.

    Args:
        params: The network.
        images: uint8, (n, 28, 28).
        config: Its settings, of which activation and scaling are used.
        scaling: Another scaling than that of the settings.
    """
    inputs = jnp.asarray(network_inputs(images, scaling or config.scaling))
    return tuple(np.asarray(z) for z in batch_forward(config.activation)(params, inputs).pre_activations)


def flat_share(z: np.ndarray, activation: str) -> float:
    """Return the share of pre-activations at which sigma is so flat that its slope is under 0.007."""
    return float((np.abs(ACTIVATIONS[activation].derivative(jnp.asarray(z))) < FLAT).mean())


def curve(
    activation: str, reach: float = 10.0, points: int = 401
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return z from -reach to reach, sigma(z) and sigma'(z), (points,) each."""
    z = np.linspace(-reach, reach, points, dtype=np.float32)
    sigma = ACTIVATIONS[activation]
    return z, np.asarray(sigma.function(jnp.asarray(z))), np.asarray(sigma.derivative(jnp.asarray(z)))
