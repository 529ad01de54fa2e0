"""Memoization: for one session by the identity of the arguments, or for the whole process by a key.

Streamlit's own caches can be emptied by any browser, and `st.cache_data` samples large arrays.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

T = TypeVar("T")
P = ParamSpec("P")

_shared: list[OrderedDict] = []


def remembered(name: str, sources: tuple, compute: Callable[[], T]) -> T:
    """Memoise per session; arguments are compared by identity.

    Objects are compared by identity, texts and numbers by what they say. That is free, and right as long as
    nobody changes an array in place; kept with the result, no other object can take their identity over.
    """
    known = st.session_state.get(name)
    if known and len(known[0]) == len(sources) and all(map(same, known[0], sources)):
        return known[1]
    result = compute()
    st.session_state[name] = sources, result
    return result


def same(one: object, other: object) -> bool:
    """Return whether two sources are one and the same."""
    return one is other or (isinstance(one, (str, int)) and type(one) is type(other) and one == other)


class Entry:
    """One result, worked out once; whoever asks meanwhile waits for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.results: list = []


def shared(
    max_entries: int = 1, key: Callable[..., Hashable] | None = None
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Memoize a function for all sessions of the process. An exception is not kept.

    Args:
        max_entries: How many results are kept; those asked for longest ago go first.
        key: Returns the key of the function's arguments: equal keys, same result. Without it their first, if
            there is any, is the key.

    Returns:
        A decorator.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        entries: OrderedDict[Hashable, Entry] = OrderedDict()
        guard = threading.Lock()
        _shared.append(entries)

        @wraps(function)
        def recall(*args: P.args, **kwargs: P.kwargs) -> T:
            name = key(*args, **kwargs) if key else next(iter(args), None)
            with guard:
                entry = entries.setdefault(name, Entry())
                entries.move_to_end(name)
                while len(entries) > max_entries:
                    entries.popitem(last=False)
            with entry.lock:
                if not entry.results:
                    entry.results.append(function(*args, **kwargs))
                return entry.results[0]

        return recall

    return decorate


def forget_shared() -> None:
    """Forget all that is kept for the process; tests begin with this."""
    for entries in _shared:
        entries.clear()
