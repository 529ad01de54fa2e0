"""How a function is run without compiling it: traced once per shape, then carried out operation by operation.

`vmap` works out at every call which operations it has to do. They depend on the shapes alone, so the list is
made once and kept; each operation is still dispatched on its own and no program is compiled as a whole.
"""

from functools import partial

import jax
from jax.extend.core import Literal


def traced(function, arranged=lambda jaxpr: jaxpr.eqns):
    """Return what gives the same as `function`, a pure one; `arranged` lists the operations of its trace."""
    traces = {}  # by the shapes and types of the arrays

    def evaluate(*args):
        leaves, structure = jax.tree.flatten(args)
        shapes = structure, *((leaf.shape, leaf.dtype) for leaf in leaves)
        if shapes not in traces:
            trace, result = jax.make_jaxpr(function, return_shape=True)(*args)
            traces[shapes] = one_by_one(trace, arranged(trace.jaxpr)), jax.tree.structure(result)
        run, result_structure = traces[shapes]
        return jax.tree.unflatten(result_structure, run(leaves))

    return evaluate


def one_by_one(trace, equations):
    """Return what carries out the operations of a trace: the list of its inputs -> that of its results."""
    todo = [(partial(each.primitive.impl, **each.params), each.invars, each.outvars) for each in equations]

    def run(inputs):
        values = dict(zip(trace.jaxpr.constvars + trace.jaxpr.invars, trace.consts + inputs, strict=True))
        for operation, takes, gives in todo:
            result = operation(*[x.val if isinstance(x, Literal) else values[x] for x in takes])
            values.update(zip(gives, result if isinstance(result, (list, tuple)) else [result], strict=True))
        return [values[y] for y in trace.jaxpr.outvars]

    return run
