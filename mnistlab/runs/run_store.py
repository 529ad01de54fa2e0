"""The runs of one lab: which there are, which is the current one, and what can be taken back."""

from collections.abc import Collection
from dataclasses import replace
from typing import NamedTuple

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Params
from mnistlab.runs.run import MAX_NAME, Run, bounded_name, new_run, num_bytes

MAX_RUNS = 100
MAX_BYTES = 256 * 2**20  # of all networks of a lab together, kept epochs included


class Undo(NamedTuple):
    """A run as it was before something was done to it."""

    run: Run
    what: str  # "reset" or "own digits"
    successor: str  # id of the run that took its place
    epoch: int  # epochs of the successor when it did


class RunStore(NamedTuple):
    """All runs of a lab, oldest first. A change gives a new store."""

    runs: tuple[Run, ...] = ()
    current_id: str = ""  # "": there is none
    hidden: frozenset[str] = frozenset()
    undo: Undo | None = None
    numbered: int = 0  # runs that got their name from us

    @property
    def current(self) -> Run | None:
        """The run that commands act on."""
        return self.get(self.current_id)

    def get(self, run_id: str) -> Run | None:
        """Return the run with this id."""
        return next((run for run in self.runs if run.id == run_id), None)


EMPTY = RunStore()


def with_new(store: RunStore, config: TrainConfig, params: Params, name: str | None = None) -> RunStore:
    """Return the store with a new untrained run as the current one; an untrained one before it goes.

    Raises:
        ValueError: There is no room.
    """
    lean = without_untouched(store)
    given_back = (
        lean is not store
        and store.current is not None
        and store.current.name == numbered_name(store.numbered)
    )
    number = store.numbered + (not given_back)
    run = new_run(config, params, name or numbered_name(number))
    return with_run(lean._replace(numbered=number if name is None else store.numbered), run)


def numbered_name(number: int) -> str:
    """Return the name of a run that nobody named."""
    return f"Run {number}"


def with_run(store: RunStore, run: Run) -> RunStore:
    """Return the store with one more run, which is the current one; no other has its name.

    Raises:
        ValueError: There is no room.
    """
    store = without_untouched(store)
    run = replace(run, name=free_name(run.name, {each.name for each in store.runs}))
    if len(store.runs) >= MAX_RUNS:
        raise ValueError(f"A lab must have at most {MAX_RUNS} runs. Delete some to make room.")
    total = sum(num_bytes(each.params) for each in (*store.runs, run))
    if total > MAX_BYTES:
        raise ValueError(
            f"The networks of a lab must fit in {MAX_BYTES >> 20} MB. Got {total >> 20} MB. Delete some runs."
        )
    return within_memory(store._replace(runs=(*store.runs, run), current_id=run.id))


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name that no other run has: this one, or with a number behind it."""
    number = 1
    free = name
    while free in taken:
        number += 1
        mark = f" ({number})"
        free = name[: MAX_NAME - len(mark)] + mark
    return free


def without_untouched(store: RunStore) -> RunStore:
    """Return the store without its current run if that was never trained: its settings are all it is."""
    run = store.current
    if run is None or run.epoch or run.schedule or (store.undo and store.undo.successor == run.id):
        return store
    return without(store, run.id)


def with_changed(store: RunStore, run: Run) -> RunStore:
    """Return the store with a run in the place of the one with the same id."""
    return store._replace(runs=tuple(run if old.id == run.id else old for old in store.runs))


def without(store: RunStore, run_id: str) -> RunStore:
    """Return the store without a run; if it was the current one, the last that is left becomes it."""
    runs = tuple(run for run in store.runs if run.id != run_id)
    shown = [run.id for run in runs if run.id not in store.hidden] or [run.id for run in runs]
    current = store.current_id if store.current_id != run_id else (shown[-1] if shown else "")
    undo = None if store.undo and store.undo.successor == run_id else store.undo
    return store._replace(runs=runs, current_id=current, hidden=store.hidden - {run_id}, undo=undo)


def selected(store: RunStore, run_id: str) -> RunStore:
    """Return the store with another current run."""
    required(store, run_id)
    if run_id == store.current_id:
        return store
    return without_untouched(store)._replace(current_id=run_id)


def renamed(store: RunStore, run_id: str, name: str) -> RunStore:
    """Return the store with a run under another name; one that another run has gets a number."""
    run = required(store, run_id)
    taken = {each.name for each in store.runs if each.id != run_id}
    return with_changed(store, replace(run, name=free_name(bounded_name(name), taken)))


def with_hidden(store: RunStore, run_id: str, hidden: bool) -> RunStore:
    """Return the store with a run hidden from comparisons, or shown again."""
    required(store, run_id)
    return store._replace(hidden=store.hidden | {run_id} if hidden else store.hidden - {run_id})


def with_reset(store: RunStore, params: Params) -> RunStore:
    """Return the store with an untrained run in the current one's place; `undone` takes that back."""
    old = required(store, store.current_id)
    fresh = new_run(old.settings, params, old.name)
    runs = tuple(fresh if run.id == old.id else run for run in store.runs)
    return store._replace(
        runs=runs,
        current_id=fresh.id,
        hidden=store.hidden - {old.id},
        undo=Undo(old, "reset", fresh.id, 0),
    )


def undone(store: RunStore) -> RunStore:
    """Return the store as it was before the reset or the own digits; what was trained since stays."""
    if store.undo is None:
        return store
    old, successor = store.undo.run, required(store, store.undo.successor)
    if successor.epoch == store.undo.epoch:
        runs = tuple(old if run.id == successor.id else run for run in store.runs)
    else:
        copy = new_run(successor.config, successor.params, successor.name)
        grown = replace(successor, id=copy.id)
        runs = tuple(run for each in store.runs for run in ((old, grown) if each is successor else (each,)))
    return within_memory(store._replace(runs=runs, current_id=old.id, undo=None))


def within_memory(store: RunStore, max_bytes: int = MAX_BYTES) -> RunStore:
    """Return the store with kept epochs forgotten, oldest run first, until all networks fit."""
    runs = list(store.runs)
    for place in sorted(range(len(runs)), key=lambda place: runs[place].id == store.current_id):
        if sum(map(bytes_of, runs)) <= max_bytes:
            break
        runs[place] = replace(runs[place], kept={})
    return store._replace(runs=tuple(runs))


def bytes_of(run: Run) -> int:
    """Return the memory that a run's networks take; the last one is among the kept, as a rule."""
    return num_bytes(run.params) * max(1, len(run.kept))


def required(store: RunStore, run_id: str) -> Run:
    """Return the run with this id.

    Raises:
        ValueError: There is none.
    """
    run = store.get(run_id)
    if run is None:
        raise ValueError(f"run_id must be the id of a run of this lab. Got {bounded_name(run_id)}.")
    return run
