"""The evaluator: whatever a function is made of, carrying out its trace gives what the function gives."""

import sys
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from mnistlab.engine.eager import traced

X = np.array([[3.0, -1.0, 2.0], [0.5, 4.0, -2.0]], np.float32)
Y = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture(params=["JAX has its private function", "JAX has it no more"])
def jax_as_it_may_be(request, monkeypatch):
    if request.param == "JAX has it no more":
        monkeypatch.setitem(sys.modules, "jax._src.dispatch", ModuleType("jax._src.dispatch"))


FUNCTIONS = {
    "operations on one and on two arrays": lambda x, y: lax.tanh(x) * y - x,
    "numbers written in it": lambda x, y: 2.0 * x + 1.0 - y / 3.0,
    "an array written in it": lambda x, y: x + jnp.asarray(Y) * y,
    "an operation with two results": lambda x, y: lax.top_k(x + y, 2),
    "an operation on nothing": lambda x, y: x * lax.iota(jnp.float32, 3),
    "a function of JAX that JAX itself compiles": lambda x, y: jnp.where(x > 0, x, 2.0) + y,
    "an input as its result, twice": lambda x, y: (x, y, x),
    "one result, in a dictionary": lambda x, y: {"sum": jnp.sum(x + y)},
    "a number as its result": lambda x, y: (1.5, jnp.argmax(y)),
    "a result that nobody uses": lambda x, y: (lax.exp(x), y * y)[1],
    "whole numbers": lambda x, y: (x.astype(jnp.int32) + 7) // 2,
}


@pytest.mark.usefixtures("jax_as_it_may_be")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_trace_gives_what_the_function_gives(name):
    function = FUNCTIONS[name]
    run = traced(function)
    for x, y in ((X, Y), (jnp.asarray(Y), jnp.asarray(X))):
        ours, theirs = run(x, y), function(jnp.asarray(x), jnp.asarray(y))
        assert jax.tree.structure(ours) == jax.tree.structure(theirs)
        for mine, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
            np.testing.assert_array_equal(mine, other)
            assert jnp.asarray(mine).dtype == jnp.asarray(other).dtype


def test_the_list_of_operations_is_made_once_for_each_shape_and_type():
    shapes = []

    def arranged(jaxpr):
        shapes.append(jaxpr.invars[0].aval.str_short())
        return jaxpr.eqns

    run = traced(lambda x: x + x, arranged)
    for array in (X, X + 1, X[:1], X, X.astype(np.int32), X[:1] + 2):
        np.testing.assert_array_equal(run(array), array + array)
    assert shapes == ["float32[2,3]", "float32[1,3]", "int32[2,3]"]
