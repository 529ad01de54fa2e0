"""The runs of one lab: which there are, which is the current one, and what can be taken back."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Params
from mnistlab.runs.run import MAX_NAME, NO_COLOR, Run, bounded_name, new_run, num_bytes, with_weights_of

MAX_RUNS = 100
MAX_BYTES = 256 * 2**20  # of all networks of a lab together, kept epochs included
RESET, OWN_DIGITS, RESTORED = "reset", "own digits", "restored weights"  # what can be undone


class Undo(NamedTuple):
    """A run as it was before something was done to it."""

    run: Run
    what: str  # OWN_DIGITS or RESTORED; in files of earlier releases RESET as well
    successor: str  # id of the run that took its place, mostly its own
    epoch: int  # epochs of the successor when it did


class RunStore(NamedTuple):
    """All runs of a lab, oldest first, each with its own name and color. A change gives a new store."""

    runs: tuple[Run, ...] = ()
    current_id: str = ""  # "": there is none
    undo: Undo | None = None
    numbered: int = 0  # runs that got their name from us

    @property
    def current(self) -> Run | None:
        """The run that commands act on."""
        return self.get(self.current_id)

    def get(self, run_id: str) -> Run | None:
        """Return the run with this id."""
        return next((run for run in self.runs if run.id == run_id), None)

    def can_undo(self, what: str) -> bool:
        """Return whether something that was done to the current run can be taken back."""
        if what == RESET:
            return self.current is not None and self.get(self.current.reset_of) is not None
        return self.undo is not None and (self.undo.what, self.undo.successor) == (what, self.current_id)


EMPTY = RunStore()


def with_new(store: RunStore, config: TrainConfig, params: Params) -> RunStore:
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
    return with_run(lean._replace(numbered=number), new_run(config, params, numbered_name(number)))


def numbered_name(number: int) -> str:
    """Return the name of a run that nobody named."""
    return f"Run {number}"


def with_run(store: RunStore, run: Run) -> RunStore:
    """Return the store with one more run, which is the current one.

    Raises:
        ValueError: There is no room.
    """
    store = without_untouched(store)
    *_, run = told_apart((*store.runs, run))
    if len(store.runs) >= MAX_RUNS:
        raise ValueError(f"A lab must have at most {MAX_RUNS} runs. Delete some to make room.")
    total = sum(num_bytes(each.params) for each in (*store.runs, run))
    if total > MAX_BYTES:
        raise ValueError(
            f"The networks of a lab must fit in {MAX_BYTES >> 20} MB. Got {total >> 20} MB. Delete some runs."
        )
    return within_memory(store._replace(runs=(*store.runs, run), current_id=run.id))


def told_apart(runs: Iterable[Run]) -> list[Run]:
    """Return runs of which no two have the same name or color: one that comes later gets another.

    Colors are places in the palette. Beyond its end it begins again, with other dashes.
    """
    runs, apart = list(runs), list[Run]()
    colors = {run.color for run in runs}
    for run in runs:
        color, used = run.color, {each.color for each in apart}
        if color == NO_COLOR or color in used:
            color = next(place for place in count() if place not in colors | used)
        name = free_name(run.name, {each.name for each in apart})
        apart.append(run if (run.name, run.color) == (name, color) else replace(run, name=name, color=color))
    return apart


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
    if run is None or run.epoch or run.schedule:
        return store
    return without(store, run.id)


def with_changed(store: RunStore, run: Run) -> RunStore:
    """Return the store with a run in the place of the one with the same id."""
    return store._replace(runs=tuple(run if old.id == run.id else old for old in store.runs))


def without(store: RunStore, run_id: str) -> RunStore:
    """Return the store without a run; if it was the current one, the last that is left becomes it."""
    runs = tuple(run for run in store.runs if run.id != run_id)
    current = store.current_id if store.current_id != run_id else (runs[-1].id if runs else "")
    undo = None if store.undo and store.undo.successor == run_id else store.undo
    return store._replace(runs=runs, current_id=current, undo=undo)


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


def with_reset(store: RunStore, params: Params) -> RunStore:
    """Return the store with a new untrained run, with the current one's settings, as the current one.

    Raises:
        ValueError: There is no room.
    """
    old = required(store, store.current_id)
    store = with_new(store, old.settings, params)
    fresh = required(store, store.current_id)
    return with_changed(store, replace(fresh, reset_of=old.id if store.get(old.id) else ""))


def reset_undone(store: RunStore) -> RunStore:
    """Return the store with the run that was reset as the current one; what was trained since stays."""
    fresh = required(store, store.current_id)
    return selected(with_changed(store, replace(fresh, reset_of="")), fresh.reset_of)


def with_undo(store: RunStore, before: Run, what: str) -> RunStore:
    """Return the store that knows what a run was before something was done to it."""
    return store._replace(undo=Undo(before, what, before.id, before.epoch))


def with_best_restored(store: RunStore) -> RunStore:
    """Return the store with the weights of its best epoch in the current run; `undone` takes that back.

    Raises:
        ValueError: They are not kept.
    """
    run = required(store, store.current_id)
    if run.best_epoch == run.weights_epoch and run.fine_tuned is None:
        return store
    return with_undo(with_changed(store, with_weights_of(run, run.best_epoch)), run, RESTORED)


def undone(store: RunStore) -> RunStore:
    """Return the store with the current run as it was before `undo`; what was trained since stays."""
    if store.undo is None:
        return store
    successor = required(store, store.undo.successor)
    runs = list(with_changed(store, replace(store.undo.run, name=successor.name)).runs)
    if successor.epoch > store.undo.epoch:
        copy = new_run(successor.config, successor.params, successor.name)
        runs.append(replace(successor, id=copy.id, color=NO_COLOR))
    return within_memory(store._replace(runs=tuple(told_apart(runs)), undo=None))


def within_memory(store: RunStore, max_bytes: int = MAX_BYTES) -> RunStore:
    """Return the store with weights of earlier epochs forgotten, oldest run first, until all networks fit.

    Those of each run's best epoch go only when nothing else is left to go.
    """
    runs = list(store.runs)
    order = sorted(range(len(runs)), key=lambda place: runs[place].id == store.current_id)
    for only_best in (True, False):
        for place in order:
            run = runs[place]
            if sum(map(bytes_of, runs)) <= max_bytes:
                return store._replace(runs=tuple(runs))
            stays = {run.epoch, run.best_epoch} if only_best else ()
            runs[place] = replace(run, kept={epoch: run.kept[epoch] for epoch in stays if epoch in run.kept})
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
