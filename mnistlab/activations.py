"""The functions that turn a unit's pre-activation z into its activation a, each beside its derivative."""

from collections.abc import Callable
from typing import NamedTuple

import jax
from jax import lax

Array = jax.Array


class Activation(NamedTuple):
    """A function sigma and its derivative, the latter written in terms of a = sigma(z).

    All three have that form, and backpropagation has `a` at hand from the forward pass.
    """

    function: Callable[[Array], Array]  # z -> a
    slope: Callable[[Array], Array]  #    a -> sigma'(z)
    formula: str  # LaTeX
    slope_formula: str  # LaTeX

    def derivative(self, z: Array) -> Array:
        """Return sigma'(z), any shape."""
        return self.slope(self.function(z))


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)) by the one operation that neither overflows nor gives NaN under `jax.grad`."""
    return lax.logistic(z)


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(
        sigmoid,
        lambda a: a * (1.0 - a),
        r"\sigma(z) = \frac{1}{1 + e^{-z}}",
        r"\sigma'(z) = \sigma(z)\,(1 - \sigma(z))",
    ),
    "tanh": Activation(
        lax.tanh,
        lambda a: 1.0 - a * a,
        r"\sigma(z) = \tanh(z)",
        r"\sigma'(z) = 1 - \sigma(z)^2",
    ),
    "relu": Activation(
        lambda z: lax.select(z > 0, z, lax.full_like(z, 0.0)),  # at 0 the slope is 0, also for `jax.grad`
        lambda a: (a > 0).astype(a.dtype),
        r"\sigma(z) = \max(0, z)",
        r"\sigma'(z) = 1 \text{ if } z > 0 \text{, else } 0",
    ),
}

OUTPUT = "sigmoid"  # the ten outputs use it whatever the hidden layers do
