"""What is true of a training run, by which statements about a snapshot of it are judged.

A snapshot is a run as a person sees it after some epoch; whoever makes a statement about it knows the
epochs so far. The truths know the whole run and what came of it when it was trained on, and what came of
two networks with a larger and a smaller learning rate. They were written without knowing what the lab says
or from what it draws it. `diagnosis_statements` holds what is said against them.

Three values: True, it holds clearly; False, it clearly does not; None, between the two or not to be known,
and then nothing is judged by it. Test cost, gap, recall and silence are those of the epoch of the snapshot.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

CLEARLY = 0.05  # of a cost: less is the noise of mini-batches
HARDLY = 0.01  # of a cost: what moves less does not move
RISE = 0.1  # of the lowest test cost
GAP = 8.0  # points of accuracy
WEAK = 0.2  # recall
SILENT = 0.1  # largest value of an output
WINDOW = 3  # epochs over which a cost falls or does not
RATE_FACTOR = 5.0  # two notches of the sidebar's scale of learning rates
LATER = 10  # epochs after a snapshot that decide what came of it
ENOUGH_LATER = 3
NOTHING_LEARNED = 0.9  # cost: that of ten outputs of 0.1 for every image
LEARNED = 0.9  # training accuracy from which a cost that does not fall is no fault


class Figures(NamedTuple):
    """A network after an epoch."""

    train_cost: float
    test_cost: float
    train_accuracy: float  # 0..1
    test_accuracy: float
    recall: tuple[float, ...]  # of each class, on the test images
    output_maxima: tuple[float, ...]  # of each output, over the training images of the training figures


class WholeRun(NamedTuple):
    """A run to its end, and beyond."""

    figures: Sequence[Figures]  # [0] is the untrained network; those after `ended` nobody saw
    ended: int  # the epoch after which the run was over: all were done, or early stopping came
    stopped: bool  # by early stopping
    diverged_at: int  # the epoch whose figures are not finite, which `figures` lacks; 0: none
    larger_rate: float  # lowest test cost up to `ended`, RATE_FACTOR times the learning rate; inf: diverged
    smaller_rate: float  # the same at a RATE_FACTORth of the learning rate


class Snapshot(NamedTuple):
    """A run after an epoch, as it was seen."""

    epoch: int
    diverged: bool = False  # the next epoch was tried
    stopped: bool = False  # early stopping has just come


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of a snapshot; each field is a rule, numbered, in the function named like it."""

    epoch: int
    lowest_epoch: int
    lowest_cost: float
    rise: float
    gap: float
    weak_classes: tuple[int, ...]
    weak_later: tuple[int, ...]
    silent_outputs: tuple[int, ...]
    silent_later: tuple[int, ...]
    progress: float
    not_falling: bool | None
    leaves_later: bool | None
    falls_later: bool | None
    overfitting: bool | None
    jumps: bool | None
    diverged_at: int  # rule 12: the epoch whose figures are not finite, once it was tried; else 0
    stopped: bool  # rule 13: early stopping ended the run here
    larger_rate_helps: bool | None
    smaller_rate_helps: bool | None

    @property
    def rate_too_small(self) -> bool:
        """Whether a larger learning rate is better and a smaller one is not."""
        return self.larger_rate_helps is True and self.smaller_rate_helps is not True

    @property
    def rate_too_large(self) -> bool:
        """Whether a smaller learning rate is better and a larger one is not."""
        return self.smaller_rate_helps is True and self.larger_rate_helps is not True


def snapshots(run: WholeRun) -> tuple[Snapshot, ...]:
    """Return what was seen of a run, epoch 0 included; a run that diverged is seen once more after that."""
    finite = len(run.figures) - 1
    seen = [Snapshot(epoch) for epoch in range(min(run.ended, finite) + 1)]
    if run.stopped:
        seen[-1] = Snapshot(run.ended, stopped=True)
    if 0 < run.diverged_at <= run.ended:
        seen.append(Snapshot(run.diverged_at - 1, diverged=True))
    return tuple(seen)


def truth_of(run: WholeRun, snapshot: Snapshot) -> Truth:
    """Return what is true of a snapshot."""
    epoch = snapshot.epoch
    figures, later = run.figures[: epoch + 1], run.figures[epoch + 1 :]
    now = figures[-1]
    train, test = [f.train_cost for f in figures], [f.test_cost for f in figures]
    low = lowest_epoch(test)
    later_train = change_later(train, [f.train_cost for f in later], run.diverged_at > 0)
    soon = [f.test_cost for f in later[:LATER]]
    later_test = change_later(test, soon, 0 < run.diverged_at <= epoch + LATER)
    reached = min(f.test_cost for f in run.figures[: run.ended + 1])
    own = math.inf if 0 < run.diverged_at <= run.ended else reached
    weak, silent = weak_classes(now), silent_outputs(now)
    end = later[-1] if later else now
    return Truth(
        epoch=epoch,
        lowest_epoch=low,
        lowest_cost=test[low],
        rise=test[-1] / test[low] - 1 if test[low] else 0.0,
        gap=100 * (now.train_accuracy - now.test_accuracy),
        weak_classes=weak,
        weak_later=tuple(c for c in weak if c in weak_classes(end)),
        silent_outputs=silent,
        silent_later=tuple(c for c in silent if all(c in silent_outputs(f) for f in later)),
        progress=progress(train),
        not_falling=not_falling(train, now.train_accuracy),
        leaves_later=falls(later_train),
        falls_later=falls(later_test),
        overfitting=overfitting(train, test, later_test),
        jumps=jumps(train),
        diverged_at=run.diverged_at if snapshot.diverged else 0,
        stopped=snapshot.stopped,
        larger_rate_helps=rate_helps(own, run.larger_rate),
        smaller_rate_helps=rate_helps(own, run.smaller_rate),
    )


def lowest_epoch(test_costs: Sequence[float]) -> int:
    """Rule 1: the epoch of the lowest test cost so far, epoch 0 included; the first of equals.

    Overfitting begins there and nowhere else: up to it, every epoch was good for something. `rise`, rule 2,
    is by what share of it the test cost now lies above it; more than 0.1 and something is wrong.
    """
    return min(range(len(test_costs)), key=test_costs.__getitem__)


def weak_classes(figures: Figures) -> tuple[int, ...]:
    """Rule 4: the classes whose recall on the test images is under 20 %.

    `weak_later`: those of them that are so at the end of all that is known, too. Rule 3, `gap`: training
    accuracy minus test accuracy in points; more than 8 and something is wrong.
    """
    return tuple(c for c, recall in enumerate(figures.recall) if recall < WEAK)


def silent_outputs(figures: Figures) -> tuple[int, ...]:
    """Rule 5: the outputs that are under 0.1 on every training image of the training figures.

    `silent_later`: those of them that never wake in any later epoch that is known. Of the others, "never"
    is wrong.
    """
    return tuple(c for c, largest in enumerate(figures.output_maxima) if largest < SILENT)


def progress(train_costs: Sequence[float]) -> float:
    """Rule 6: by what share the lowest training cost of the last 3 epochs is under the lowest before.

    In epochs 1 to 3 it is the last epoch's alone: the first epoch often does no more than to undo the
    outputs of the beginning, and a cost that has lain still since does not fall. 0 in epoch 0. Negative
    where it rose.
    """
    done = len(train_costs) - 1
    if not done:
        return 0.0
    window = WINDOW if done > WINDOW else 1
    before, recent = min(train_costs[:-window]), min(train_costs[-window:])
    return 1 - recent / before if before else 0.0


def not_falling(train_costs: Sequence[float], train_accuracy: float) -> bool | None:
    """Rule 7: whether the training cost has ceased to fall while there is much left to learn.

    True: progress under 1 % over 3 epochs, and a training accuracy under 90 %. False: progress over 5 %.
    """
    share = progress(train_costs)
    if share > CLEARLY:
        return False
    still = len(train_costs) > WINDOW + 1 and share < HARDLY
    return True if still and train_accuracy < LEARNED else None


def change_later(so_far: Sequence[float], later: Sequence[float], diverged: bool) -> float:
    """Return by what share a cost comes to lie under its lowest so far; NaN where too little is known.

    That it falls is known as soon as it does, that it does not only after three epochs, or if it diverges.
    """
    change = 1 - min(later, default=math.inf) / min(so_far) if min(so_far) else 0.0
    return change if change > CLEARLY or diverged or len(later) >= ENOUGH_LATER else math.nan


def falls(change: float) -> bool | None:
    """Rules 8 and 9: whether a cost comes to lie over 5 % under its lowest so far; False: not even 1 %.

    `leaves_later`, rule 8, is the training cost's, up to the end of all that is known: a network of which
    it was said that it learns nothing any more must not do so. `falls_later`, rule 9, is the test cost's in
    the next ten epochs: that is what training on is for. A run that diverges there does not fall by it.
    """
    if math.isnan(change):
        return None
    return True if change > CLEARLY else False if change < HARDLY else None


def overfitting(
    train_costs: Sequence[float], test_costs: Sequence[float], later_change: float
) -> bool | None:
    """Rule 10: whether the test cost has turned up for good while the training cost went on falling.

    True: it is more than a tenth above its lowest, the training cost is lower than it was there, and the
    next ten epochs bring no test cost that is clearly lower. False: it is at its lowest now, or the
    training cost is no lower than it was there (then both rise, which is another illness), or the test cost
    falls clearly below its lowest after all. Between: it has risen by less.
    """
    low = lowest_epoch(test_costs)
    if low == len(test_costs) - 1 or train_costs[-1] >= train_costs[low] or later_change > CLEARLY:
        return False
    return True if test_costs[-1] > (1 + RISE) * test_costs[low] else None


def jumps(train_costs: Sequence[float]) -> bool | None:
    """Rule 11: whether the training cost went up by more than a tenth in two of the last five epochs.

    False: it went up by more than 1 % in none. A mini-batch's noise moves a cost by less.
    """
    recent = list(pairwise(train_costs))[-5:]
    if sum(after > (1 + RISE) * before for before, after in recent) >= 2:
        return True
    return None if any(after > (1 + HARDLY) * before for before, after in recent) else False


def rate_helps(own: float, other: float) -> bool | None:
    """Rule 14: whether another learning rate reaches a lowest test cost that is lower by a tenth.

    Not guessed from the curve but tried: the same settings, five times or a fifth of the learning rate, as
    many epochs. False: it is higher by a tenth, or only the other one diverges. Of two that differ by less
    neither is better, nor of two that have learned nothing: at 1.0 and at 1.8 the outputs were thrown alike.
    """
    if math.isfinite(own) and math.isfinite(other) and min(own, other) >= NOTHING_LEARNED:
        return None
    if math.isinf(own):
        return None if math.isinf(other) else True
    if math.isinf(other) or other > (1 + RISE) * own:
        return False
    return True if other < (1 - RISE) * own else None
