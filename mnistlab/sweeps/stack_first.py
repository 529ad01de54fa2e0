"""A matrix times a stack of matrices, done as the stack times the matrix.

`vmap` over networks makes such a product: images that all of them share times the weights of each. XLA would
bring the whole stack into another order, by copying it, at every step; a stack that comes first it takes as
one tall matrix. Then the result has its axes in another order, which the transpose after it makes up for.
"""

from jax import lax


def stack_first(jaxpr) -> list:
    """Return the operations of a trace with every such product, where a transpose alone uses it, turned."""
    arranged = list(jaxpr.eqns)
    for place, product in enumerate(arranged):
        users = [number for number, each in enumerate(arranged) if product.outvars[0] in each.invars]
        if not is_matrix_times_stack(product) or len(users) != 1 or product.outvars[0] in jaxpr.outvars:
            continue
        after = arranged[users[0]]
        if after.primitive is lax.transpose_p:
            (left, right), batch = product.params["dimension_numbers"]
            turned = {**product.params, "dimension_numbers": ((right, left), batch)}
            arranged[place] = product.replace(invars=product.invars[::-1], params=turned)
            axes = tuple((axis - 1) % 3 for axis in after.params["permutation"])
            arranged[users[0]] = after.replace(params={"permutation": axes})
    return arranged


def is_matrix_times_stack(equation) -> bool:
    """Return whether an operation multiplies a matrix by a stack of them, over one axis of each."""
    if equation.primitive is not lax.dot_general_p:
        return False
    (contracted, _), batch = equation.params["dimension_numbers"]
    axes = [operand.aval.ndim for operand in equation.invars]
    return axes == [2, 3] and len(contracted) == 1 and not any(batch)
