"""One image read by a network: every z and a that it leaves behind."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from mnistlab.config import TrainConfig
from mnistlab.evaluation import batch_forward
from mnistlab.network import Params
from mnistlab.pixels import network_inputs


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
