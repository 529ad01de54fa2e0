"""One image read by a network: every z and a that it leaves behind."""

import jax
import numpy as np

from mnistlab.config import TrainConfig
from mnistlab.evaluation import batch_forward
from mnistlab.network import Params, Passed
from mnistlab.pixels import network_inputs


def passed_by(params: Params, image: np.ndarray, config: TrainConfig) -> Passed:
    """Return z and a of every layer for one image, as numpy arrays; the last a holds the ten outputs.

    Args:
        params: The network.
        image: uint8, (28, 28).
        config: Its settings, of which activation and scaling are used.
    """
    passed = batch_forward(config.activation)(params, network_inputs(image[None], config.scaling))
    return jax.tree.map(lambda values: np.asarray(values)[0], passed)
