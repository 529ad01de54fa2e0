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
    ),
}

OUTPUT = "sigmoid"  # the ten outputs use it whatever the hidden layers do
