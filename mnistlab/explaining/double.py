"""The way forward once more, with numpy alone and in float64: the route that checks go by."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mnistlab.activations import ACTIVATIONS, OUTPUT
from mnistlab.explaining.single_image import Followed, Place
from mnistlab.network import Params


class Varied(NamedTuple):
    """What becomes of one image when a single weight takes other values."""

    values: np.ndarray  #  of the weight, (n,)
    costs: np.ndarray  #   (n,)
    outputs: np.ndarray  # (n, 10)


def onward(params: Params, inputs: np.ndarray, hidden: str) -> np.ndarray:
    """Return the last activations for rows of inputs to the first of these layers, (n, n_out)."""
    for number, (weights, biases) in enumerate(params, start=1):
        sigma = ACTIVATIONS[OUTPUT if number == len(params) else hidden]
        inputs = sigma.float64(inputs @ np.asarray(weights, np.float64).T + np.asarray(biases, np.float64))
    return inputs


def moved(followed: Followed, place: Place, values: ArrayLike) -> Varied:
    """Return cost and outputs of one image for each of several values of one weight.

    Only z of the unit that the weight belongs to changes in its layer, so the layers below are passed once.

    Args:
        followed: The image and the network; both stay as they are.
        place: Which weight.
        values: What it is set to, (n,).
    """
    params, sigma = followed.params, ACTIVATIONS[followed.hidden].float64
    before, layer, after = params[: place.layer - 1], params[place.layer - 1], params[place.layer :]
    values = np.asarray(values, np.float64)
    a = np.asarray(followed.activations[0], np.float64)[None]
    for weights, biases in before:
        a = sigma(a @ np.asarray(weights, np.float64).T + np.asarray(biases, np.float64))
    z = a @ np.asarray(layer.weights, np.float64).T + np.asarray(layer.biases, np.float64)
    z = np.repeat(z, len(values), axis=0)
    z[:, place.unit] += (values - float(layer.weights[place.unit, place.source])) * a[0, place.source]
    a = sigma(z) if after else ACTIVATIONS[OUTPUT].float64(z)
    outputs = onward(after, a, followed.hidden)
    return Varied(values, ((followed.target.astype(np.float64) - outputs) ** 2).sum(axis=1), outputs)
