"""A sweep's first product, turned: the same results, and no copy of the stacked weights."""

from functools import partial

import jax
import numpy as np
import pytest
from jax import lax

from mnistlab.engine.backprop import batch_step
from mnistlab.engine.eager import traced
from mnistlab.engine.network import Layer
from mnistlab.sweeps.stack_first import is_matrix_times_stack, stack_first

RNG = np.random.default_rng(5)
MATRIX, STACK = RNG.normal(size=(6, 4)).astype(np.float32), RNG.normal(size=(3, 5, 4)).astype(np.float32)


def trace_of(function, *args):
    return jax.make_jaxpr(function)(*args).jaxpr


@pytest.mark.parametrize("axes", [(1, 0, 2), (1, 2, 0), (0, 2, 1), (2, 1, 0)])
def test_any_transpose_after_it_gives_the_same(axes):
    def product(matrix, stack):
        return lax.transpose(lax.dot_general(matrix, stack, (((1,), (2,)), ((), ()))), axes)

    trace = trace_of(product, MATRIX, STACK)
    assert is_matrix_times_stack(trace.eqns[0])
    assert not is_matrix_times_stack(stack_first(trace)[0])
    expected = np.einsum("mk,snk->msn", MATRIX, STACK).transpose(axes)
    np.testing.assert_allclose(traced(product, stack_first)(MATRIX, STACK), expected, rtol=1e-5, atol=1e-6)


def product_of(matrix, stack):
    return lax.dot_general(matrix, stack, (((1,), (2,)), ((), ())))


def used_twice(matrix, stack):
    product = product_of(matrix, stack)
    return product.swapaxes(0, 1) + product[0, 0]


def given_back_too(matrix, stack):
    product = product_of(matrix, stack)
    return product, product.swapaxes(0, 1)


def not_transposed(matrix, stack):
    return product_of(matrix, stack) + 1


def no_stack(matrix, stack):
    return (matrix @ matrix.T).T


@pytest.mark.parametrize("function", [product_of, used_twice, given_back_too, not_transposed, no_stack])
def test_all_else_stays_as_it_was(function):
    trace = trace_of(function, MATRIX, STACK)
    assert all(old is new for old, new in zip(trace.eqns, stack_first(trace), strict=True))


def test_a_sweeps_step_begins_with_its_weights():
    shapes = ((3, 5, 8), (3, 5)), ((3, 10, 5), (3, 10))
    layers = tuple(Layer(*(RNG.normal(size=shape) for shape in layer)) for layer in shapes)
    step = jax.vmap(partial(batch_step, hidden="sigmoid"), in_axes=(0, None, None, 0))
    trace = trace_of(step, layers, RNG.random((6, 8)), np.eye(6, 10), np.ones(3))
    assert sum(map(is_matrix_times_stack, trace.eqns)) == 1
    assert not any(map(is_matrix_times_stack, stack_first(trace)))
