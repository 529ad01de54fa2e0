"""How a function is run without compiling it: traced once per shape, then evaluated operation by operation.

`vmap` works out at every call which operations it has to do. They depend on the shapes alone, so the list is
made once and kept; each operation is still dispatched on its own and no program is compiled as a whole.
"""

from collections.abc import Callable
from functools import wraps

import jax
from jax.extend.core import jaxpr_as_fun


def traced(function: Callable) -> Callable:
    """Return a function that gives the same as `function`, for arrays or pytrees of arrays.

    The first call for each combination of shapes and types takes the trace; `function` must be pure.
    """
    traces = {}

    @wraps(function)
    def evaluate(*args):
        leaves, structure = jax.tree.flatten(args)
        shapes = (structure, *((leaf.shape, leaf.dtype) for leaf in leaves))
        if shapes not in traces:
            operations, result = jax.make_jaxpr(function, return_shape=True)(*args)
            traces[shapes] = jaxpr_as_fun(operations), jax.tree.structure(result)
        run, result_structure = traces[shapes]
        return jax.tree.unflatten(result_structure, run(*leaves))

    return evaluate
