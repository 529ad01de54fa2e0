"""A run: the one record of a network's settings, of what was changed on the way, and of what it became."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import EpochMetrics
from mnistlab.engine.network import Params

MAX_NAME = 60  # characters
MAX_KEPT_BYTES = 16 * 2**20
MAX_EPOCHS = 3500  # of a network: with all else that a run may hold they fit in the header of its file
MAX_CHANGES = 1000  # of settings, and own digits
MAX_OWN_DIGITS = 1000  # of a run, all together
CHANGEABLE = ("learning_rate", "num_epochs", "patience", "restore_best")
NO_COLOR = -1


class SettingChange(NamedTuple):
    """A setting that another value took the place of, without losing the network."""

    epoch: int  # the first epoch it holds for
    name: str  # one of CHANGEABLE
    value: float | int


class OwnDigits(NamedTuple):
    """Steps on digits that somebody drew, mixed with training images."""

    epoch: int  # epochs that were done before
    images: np.ndarray  # (n, 28, 28) uint8
    labels: np.ndarray  # (n,) uint8
    num_steps: int
    learning_rate: float
    test_before: float  # share of the test images read right
    test_after: float
    own_before: float  # share of these digits read right
    own_after: float


class RestoredWeights(NamedTuple):
    """The weights of an earlier epoch, loaded in place of the last ones."""

    epoch: int  # epochs that were done before
    from_epoch: int  # the network as it was after this one


Change = SettingChange | OwnDigits | RestoredWeights


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Run:
    """A network with its past. It never changes: a run that goes on is a new record with the same id."""

    id: str
    name: str
    config: TrainConfig  # the settings it began with
    schedule: tuple[Change, ...] = ()
    history: tuple[EpochMetrics, ...] = ()  # [0] is the untrained network; empty until that was measured
    params: Params  # numpy arrays, read-only
    kept: Mapping[int, Params] = field(default_factory=dict)  # epoch -> the network after it
    broken_in: int = 0  # the epoch in which the figures stopped being finite numbers; 0: none
    color: int = NO_COLOR  # its place in the palette, for as long as it is in a store
    reset_of: str = ""  # id of the run that was reset to begin this one
    extra: str = ""  # JSON: what a later release wrote in the run's record

    @property
    def epoch(self) -> int:
        """Epochs that the network was trained for."""
        return self.history[-1].epoch if self.history else 0

    @property
    def title(self) -> str:
        """The widths, as in 784-100-10."""
        return "-".join(map(str, self.config.dimensions))

    @property
    def settings(self) -> TrainConfig:
        """The settings of the next epoch: those of the beginning with all changes since."""
        return settings_in(self.config, self.schedule, self.epoch + 1)

    @property
    def weights_epoch(self) -> int:
        """The epoch after which the network had its weights; what own digits did to it since is left out."""
        restored = [change for change in self.schedule if isinstance(change, RestoredWeights)]
        return restored[-1].from_epoch if restored and restored[-1].epoch == self.epoch else self.epoch

    @property
    def fine_tuned(self) -> OwnDigits | None:
        """The steps on own digits since the network was as after `weights_epoch`; None: none."""
        since = [change for change in self.schedule if not isinstance(change, SettingChange)]
        last = since[-1] if since and since[-1].epoch == self.epoch else None
        return last if isinstance(last, OwnDigits) else None

    @property
    def metrics(self) -> EpochMetrics | None:
        """The figures of the network after `weights_epoch`; None before it was measured."""
        return self.history[self.weights_epoch - self.epoch - 1] if self.history else None

    @property
    def accuracy(self) -> float | None:
        """Share of the test images that the network as it is reads right; None before it was measured."""
        if self.fine_tuned:
            return self.fine_tuned.test_after
        return self.metrics.test.accuracy if self.metrics else None

    @property
    def best_accuracy(self) -> float | None:
        """The highest such share after any epoch."""
        now = [] if self.accuracy is None else [self.accuracy]
        return max((*now, *(metrics.test.accuracy for metrics in self.history)), default=None)

    @property
    def best_epoch(self) -> int:
        """The first epoch with the lowest test cost."""
        return min(self.history, key=lambda metrics: metrics.test.cost).epoch if self.history else 0

    @property
    def seconds(self) -> float:
        """Time spent training, without the figures."""
        return sum(metrics.seconds for metrics in self.history)


def new_run(config: TrainConfig, params: Params, name: str) -> Run:
    """Return an untrained run with an id of its own."""
    return Run(id=secrets.token_hex(8), name=bounded_name(name), config=config, params=locked(params))


def bounded_name(name: str) -> str:
    """Return a name as one line of at most 60 characters that all can be printed."""
    line = "".join(c if c.isprintable() else " " for c in str(name)[: 10 * MAX_NAME])
    return " ".join(line.split())[:MAX_NAME].rstrip() or "Unnamed"


def settings_in(config: TrainConfig, schedule: tuple[Change, ...], epoch: int) -> TrainConfig:
    """Return the settings that hold in an epoch, counted from 1."""
    changes = (c for c in schedule if isinstance(c, SettingChange) and c.epoch <= epoch)
    values: dict[str, Any] = {change.name: change.value for change in changes}
    return replace(config, **values)


def changed(run: Run, name: str, value: float | int, epoch: int) -> Run:
    """Return the run with a setting changed from an epoch on; one not yet trained simply has that setting.

    Raises:
        ValueError: The value is out of bounds.
    """
    config = settings_in(run.config, (SettingChange(1, name, value),), epoch=1)  # checks the value
    if epoch <= 1:
        schedule = tuple(c for c in run.schedule if not isinstance(c, SettingChange) or c.name != name)
        return replace(run, config=config, schedule=schedule)
    earlier = tuple(
        c for c in run.schedule if not (isinstance(c, SettingChange) and c.name == name and c.epoch >= epoch)
    )
    if getattr(settings_in(run.config, earlier, epoch), name) == value:
        return replace(run, schedule=earlier)
    require_room(earlier)
    return replace(run, schedule=(*earlier, SettingChange(epoch, name, value)))


def require_room(schedule: tuple[Change, ...], num_digits: int = 0) -> None:
    """Raise ValueError where a schedule has no room for one more change, or so many own digits."""
    if len(schedule) >= MAX_CHANGES:
        raise ValueError(f"A network must have at most {MAX_CHANGES:,} changes on the way. Got one more.")
    total = num_digits + sum(len(each.labels) for each in schedule if isinstance(each, OwnDigits))
    if total > MAX_OWN_DIGITS:
        raise ValueError(f"A network must have at most {MAX_OWN_DIGITS:,} own digits. Got {total:,}.")


def apply_pending_changes(run: Run) -> Run:
    """Return the run with what was to change after the next epoch changed before it, as that was given up."""
    for change in run.schedule:
        if isinstance(change, SettingChange) and change.epoch > run.epoch + 1:
            run = changed(run, change.name, change.value, run.epoch + 1)
    return run


def with_epoch(run: Run, metrics: EpochMetrics, params: Params) -> Run:
    """Return the run after one more epoch, or with the figures of its beginning."""
    params = locked(params)
    run = replace(run, history=(*run.history, metrics), params=params, broken_in=0)
    return replace(run, kept=subsample({**run.kept, metrics.epoch: params}, run.best_epoch))


def with_weights_of(run: Run, epoch: int) -> Run:
    """Return the run with the weights that it had after an earlier epoch, which is noted in its schedule.

    Raises:
        ValueError: They are not kept.
    """
    if epoch not in run.kept:
        raise ValueError(f"The epoch must be one whose weights are kept. Got {epoch}.")
    require_room(run.schedule)
    change = RestoredWeights(run.epoch, epoch)
    return replace(run, params=run.kept[epoch], schedule=(*run.schedule, change), broken_in=0)


def subsample(kept: dict[int, Params], best: int, max_bytes: int = MAX_KEPT_BYTES) -> dict[int, Params]:
    """Return as many of the kept networks as fit: all of a small one, epochs 1, 2, 4, 8 ... of a large one.

    The last and the best always stay.
    """
    room = max_bytes // num_bytes(next(iter(kept.values())))
    while len(kept) > max(room, len({max(kept), best} & kept.keys())):
        kept = {epoch: params for epoch, params in kept.items() if epoch != _most_dispensable(kept, best)}
    return kept


def _most_dispensable(kept: dict[int, Params], best: int) -> int:
    """Return the epoch to forget: the oldest that is no power of two, else the second."""
    earlier = [epoch for epoch in sorted(kept)[:-1] if epoch != best]
    between = [epoch for epoch in earlier if epoch & (epoch - 1)]
    return between[0] if between else (earlier[1:] or earlier)[0]


def num_bytes(params: Params) -> int:
    """Return the memory that parameters take, of one network or of many stacked."""
    return sum(4 * array.size for layer in params for array in layer)


def locked(params: Params) -> Params:
    """Return the parameters as numpy arrays that nobody can change."""
    layers = []
    for layer in params:
        arrays = [np.asarray(array).view() for array in layer]
        for array in arrays:
            array.flags.writeable = False
        layers.append(type(layer)(*arrays))
    return tuple(layers)
