"""How a function is run without compiling it: traced once per shape, then carried out operation by operation.

`vmap` works out at every call which operations it has to do. They depend on the shapes alone, so the list is
made once and kept; each operation is still dispatched on its own and no program is compiled as a whole.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, TypeVar

import jax
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

F = TypeVar("F", bound=Callable[..., Any])
Values = Sequence[Any]  # arrays


def traced(function: F, arranged: Callable[[Jaxpr], list[JaxprEqn]] = lambda jaxpr: jaxpr.eqns) -> F:
    """Return what gives the same as `function`, a pure one; `arranged` lists the operations of its trace."""
    programs: dict[Any, tuple[Callable[[Values], Values], Any]] = {}  # by the shapes and types of the arrays

    def evaluate(*args: Any) -> Any:
        leaves, structure = jax.tree.flatten(args)
        shapes = structure, *((leaf.shape, leaf.dtype) for leaf in leaves)
        if shapes not in programs:
            trace, result = jax.make_jaxpr(function, return_shape=True)(*args)
            programs[shapes] = one_by_one(trace, arranged(trace.jaxpr)), jax.tree.structure(result)
        run, result_structure = programs[shapes]
        return jax.tree.unflatten(result_structure, run(leaves))

    return evaluate  # type: ignore[return-value]


def one_by_one(trace: ClosedJaxpr, equations: list[JaxprEqn]) -> Callable[[Values], Values]:
    """Return what carries out the operations of a trace: the list of its inputs -> its results.

    Each value has a place in a list: the constants come first, then the inputs, then what the operations add.
    """
    operands = [each.invars for each in equations] + [trace.jaxpr.outvars]
    fixed: list[Any] = [x for those in operands for x in those if isinstance(x, Literal)]
    names = [*trace.jaxpr.constvars, *fixed, *trace.jaxpr.invars, *(y for e in equations for y in e.outvars)]
    place = {id(name): number for number, name in enumerate(names)}  # a Literal has no hash
    constants = [*trace.consts, *(jax.numpy.asarray(x.val, x.aval.dtype) for x in fixed)]
    program = []
    for each in equations:
        add = list.extend if each.primitive.multiple_results else list.append
        program.append((operation_of(each), picker(place, each.invars), add))
    results = picker(place, trace.jaxpr.outvars)

    def run(inputs: Values) -> Values:
        values = [*constants, *inputs]
        for operation, operands_of, add in program:
            add(values, operation(*operands_of(values)))
        return results(values)

    return run


def picker(place: dict[int, int], variables: Sequence[Any]) -> Callable[[Values], Values]:
    """Return what picks the values of some variables out of the list."""
    places = [place[id(x)] for x in variables]
    return itemgetter(*places) if len(places) > 1 else lambda values: [values[x] for x in places]


def operation_of(equation: JaxprEqn) -> Callable[..., Any]:
    """Return one operation, compiled by itself; `primitive.impl` would look it up anew at every call."""
    try:
        from jax._src.dispatch import xla_primitive_callable  # private; without it all is equal, but slower
    except ImportError:
        return lambda *operands: equation.primitive.impl(*operands, **equation.params)
    operation: Callable[..., Any] = xla_primitive_callable(equation.primitive, **equation.params)
    return operation
