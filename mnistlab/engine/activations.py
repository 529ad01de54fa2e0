"""The functions that turn a unit's pre-activation z into its activation a: one row of a table for each."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import numpy as np
from jax import lax

Array = jax.Array


class Activation(NamedTuple):
    """A function sigma with its derivative, and all that the pages say about it.

    Backpropagation has z and a = sigma(z) at hand from the forward pass, so the derivative may use both.
    """

    name: str  # on the screen
    function: Callable[[Array], Array]  # z -> sigma(z)
    slope: Callable[[Array, Array], Array]  # z, a -> sigma'(z)
    float64: Callable[[np.ndarray], np.ndarray]  # z -> sigma(z) by numpy alone, for the gradient check
    formula: str  # sigma(z) in LaTeX
    slope_formula: Callable[[str, str], str]  # z and a in LaTeX -> sigma'(z) in LaTeX
    slope_factors: Callable[[float, float], tuple[float, ...]]  # z, a -> numbers with the product sigma'(z)
    saturates: bool  # whether sigma is flat wherever |z| is large, on both sides
    character: str  # a sentence or two on what it does

    def derivative(self, z: Array) -> Array:
        """Return sigma'(z), any shape."""
        return self.slope(z, self.function(z))


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)) by the one operation that neither overflows nor gives NaN under `jax.grad`."""
    return lax.logistic(z)


def sigmoid_float64(z: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-z)); the exponent is never positive, so nothing overflows."""
    small = np.exp(-np.abs(z))
    sigma: np.ndarray = np.where(z >= 0, 1.0, small) / (1.0 + small)
    return sigma


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(
        name="sigmoid",
        function=sigmoid,
        slope=lambda z, a: a * (1.0 - a),
        float64=sigmoid_float64,
        formula=r"\frac{1}{1 + e^{-z}}",
        slope_formula=lambda z, a: rf"{a}\,(1 - {a})",
        slope_factors=lambda z, a: (a, 1.0 - a),
        saturates=True,
        character="Between 0 and 1, and flat on both sides. Even at its steepest, only a quarter of the "
        "error passes back.",
    ),
    "tanh": Activation(
        name="tanh",
        function=lax.tanh,
        slope=lambda z, a: 1.0 - a * a,
        float64=np.tanh,
        formula=r"\tanh(z)",
        slope_formula=lambda z, a: rf"(1 + {a})\,(1 - {a})",
        slope_factors=lambda z, a: (1.0 + a, 1.0 - a),
        saturates=True,
        character="A sigmoid between −1 and 1. Where $z$ is near 0, nearly all of the error passes back.",
    ),
    "relu": Activation(
        name="ReLU",
        function=lambda z: lax.select(z > 0, z, lax.full_like(z, 0.0)),  # at 0 `jax.grad` gives 0
        slope=lambda z, a: (z > 0).astype(z.dtype),
        float64=lambda z: np.maximum(z, 0.0),
        formula=r"\max(0, z)",
        slope_formula=lambda z, a: rf"1 \text{{ if }} {z} > 0 \text{{, else }} 0",
        slope_factors=lambda z, a: (float(z > 0),),
        saturates=False,
        character="A positive $z$ passes unchanged, a negative one gives 0. A unit whose $z$ is negative for "
        "every image learns nothing.",
    ),
    "silu": Activation(  # Elfwing, Uchibe, Doya, arXiv:1702.03118; also called swish
        name="SiLU",
        function=lambda z: z * lax.logistic(z),
        slope=lambda z, a: lax.logistic(z) * (1.0 + z - a),
        float64=lambda z: z * sigmoid_float64(z),
        formula=r"\frac{z}{1 + e^{-z}}",
        slope_formula=lambda z, a: rf"\frac{{1 + {z} - {a}}}{{1 + e^{{-{z}}}}}",
        slope_factors=lambda z, a: (float(sigmoid_float64(np.array(z))), 1.0 + z - a),
        saturates=False,
        character="$z$ times its own sigmoid: a smooth ReLU, a little below 0 where $z$ is negative. Below "
        "$z = −1.28$ it falls while $z$ rises, so its slope is negative.",
    ),
}

OUTPUT = "sigmoid"  # the ten outputs use it whatever the hidden layers do
