"""What a history says about a training, in words: what is the case, what shows it, and what helps.

A finding knows the epochs so far and nothing else. `python -m benchmarks.diagnosis_judge` holds each against
what became of 400 real trainings and of their networks at other learning rates; the thresholds were chosen
on two thirds of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mnistlab.engine.activations import ACTIVATIONS
from mnistlab.engine.config import NUM_CLASSES, PRESETS, TrainConfig
from mnistlab.engine.evaluation import SATURATED, EpochMetrics
from mnistlab.runs.run import Run

# Ten outputs of 0.1 for every image cost 0.9, ten of 0 cost 1. Above this next to nothing has been learned.
IGNORANT_COST = 0.8
PINNED_COST = 0.85
PINNED_SHARE = 0.9  # of the outputs' |z| beyond 5, at such a cost: their slope is gone
JUMP = 0.1  # of the training cost, upwards, in one epoch
LEAST_JUMP = 0.01  # in itself: a cost near 0 wavers without harm
LATELY = 5  # epochs
WINDOW = 3  # epochs in which a cost falls or does not
FALLING, STILL = 0.05, 0.01  # by more it clearly falls, by less it does not
LEARNED = 0.9  # training accuracy from which a cost that does not fall is no fault
RISE = 0.1  # of the test cost above its lowest
GAP = 8.0  # points of accuracy, training against test
WEAK_NETWORK = 0.7  # training accuracy up to which other things matter more
WEAK = 0.2  # recall
SILENT = 0.1  # the largest value of an output
SETTLED = 3  # epochs; before, a class that is not recognized may be a matter of a moment
ONE_ANSWER_SHARE = 0.95
SLOW_STEPS = 900  # before that no learning rate has had its chance
SATURATED_SHARE = 0.8
VANISHED = 0.01  # gradient of the first layer against that of the last
GOOD_ACCURACY = 0.8


class Finding(NamedTuple):
    """One thing that a history says."""

    kind: str
    level: str  # warning, note or good
    sentence: str
    evidence: str  # the figures that show it
    remedy: str = ""
    advice: str = ""  # what of the remedy can be judged: "train on", "larger rate" or "smaller rate"
    digits: tuple[int, ...] = ()  # that it names
    epoch: int | None = None  # that it names


@dataclass(frozen=True)
class Seen:
    """A run so far, by the figures that findings are drawn from."""

    history: Sequence[EpochMetrics]
    config: TrainConfig

    @property
    def last(self) -> EpochMetrics:
        """The figures after the last epoch."""
        return self.history[-1]

    @cached_property
    def train(self) -> list[float]:
        """Training cost of each epoch."""
        return [metrics.train.cost for metrics in self.history]

    @cached_property
    def test(self) -> list[float]:
        """Test cost of each epoch."""
        return [metrics.test.cost for metrics in self.history]

    @cached_property
    def lowest(self) -> int:
        """The epoch of the lowest test cost, the first of equals."""
        return int(np.argmin(self.test))

    @property
    def rise(self) -> float:
        """By what share the test cost lies above its lowest."""
        return self.test[-1] / self.test[self.lowest] - 1 if self.test[self.lowest] else 0.0

    @property
    def gap(self) -> float:
        """Training accuracy above test accuracy, in points."""
        return 100 * (self.last.train.accuracy - self.last.test.accuracy)

    @cached_property
    def progress(self) -> float:
        """By what share the training cost has fallen in the last three epochs; at first, in the last one."""
        window = WINDOW if len(self.train) - 1 > WINDOW else 1
        before, recent = min(self.train[:-window]), min(self.train[-window:])
        return 1 - recent / before if before else 0.0

    @property
    def stands_still(self) -> bool:
        """Whether the training cost does not fall, with much left to learn."""
        late = len(self.train) > WINDOW + 1
        return late and self.progress < STILL and self.last.train.accuracy < LEARNED

    @property
    def settled(self) -> bool:
        """Whether what is bad now has been so for a while, and the cost hardly falls any more."""
        return len(self.history) > SETTLED and self.progress < FALLING

    @property
    def weak(self) -> tuple[int, ...]:
        """The digits that the network hardly ever recognizes."""
        return tuple(digit for digit, recall in enumerate(self.last.test.recall) if recall < WEAK)

    @property
    def silent(self) -> tuple[int, ...]:
        """The outputs that are near 0 on all training images, as far as is known."""
        return tuple(digit for digit, most in enumerate(self.last.output_maxima) if most < SILENT)

    @property
    def trained(self) -> list[EpochMetrics]:
        """The epochs after the first step whose largest outputs are known."""
        return [metrics for metrics in self.history[1:] if metrics.output_maxima]

    @property
    def pinned(self) -> bool:
        """Whether the outputs sit where sigma is flat without having learned anything."""
        return self.train[-1] > PINNED_COST and self.last.saturation[-1] > PINNED_SHARE

    @property
    def one_answer(self) -> tuple[int, float] | None:
        """The digit that nearly all test images were read as in the last two epochs, and its share."""
        for metrics in self.history[1:][-2:]:
            answers = metrics.test.confusion.sum(axis=0)
            share = answers.max() / max(1, answers.sum())
            if share < ONE_ANSWER_SHARE:
                return None
        return int(answers.argmax()), float(share)


def diagnose(run: Run) -> tuple[Finding, ...]:
    """Return what can be said about a run, what matters most first; nothing about an untrained one.

    Where weights of an earlier epoch were restored, it is said of the training up to there.
    """
    history, config = run.history[: run.weights_epoch + 1], run.settings
    if run.broken_in or not _all_finite(history):
        return (_diverged(run.broken_in or len(history) - 1, config),)
    if len(history) < 2:
        return ()
    seen = Seen(history, config)
    found = [finding for check in CHECKS if (finding := check(seen))]
    if not any(finding.level == "warning" for finding in found):
        return (_how_it_goes(seen), *found)  # a network that does well is told so before its peculiarities
    return tuple(sorted(found, key=lambda finding: finding.level != "warning"))


def _all_finite(history: Sequence[EpochMetrics]) -> bool:
    return all(np.isfinite([m.train.cost, m.test.cost, *m.gradient_norms]).all() for m in history)


def _diverged(epoch: int, config: TrainConfig) -> Finding:
    return Finding(
        "divergence",
        "warning",
        "The training diverged: its numbers grew beyond all bounds.",
        f"After epoch {epoch} a cost, a gradient or a weight is not a finite number.",
        f"Go on from the last good epoch with a much smaller rate, such as {config.learning_rate / 100:g}.",
        "smaller rate",
        epoch=epoch,
    )


def _stands_still(seen: Seen) -> Finding | None:
    """A training cost that does not fall any more, and why, as far as that can be seen."""
    if not seen.stands_still and not seen.pinned:
        return None
    sentence = "The training cost has ceased to fall."
    before = max(0, len(seen.train) - 1 - WINDOW)
    evidence = (
        f"After epoch {before} the training cost was {seen.train[before]:.3f}, now {seen.train[-1]:.3f}."
    )
    remedy, advice = "Reset, with another weight initialization, seed or learning rate.", ""
    norms = seen.last.gradient_norms
    if seen.pinned:
        began = seen.history[0].saturation[-1] > PINNED_SHARE
        free = [m.epoch for m in seen.history if m.saturation[-1] <= PINNED_SHARE]
        when = "the first steps" if len(free) == 1 else f"the steps of epoch {max(free, default=0) + 1}"
        sentence = "The outputs sit where σ is flat: " + (
            "there they began." if began else f"{when} threw them there, the learning rate is too large."
        )
        evidence += f" {_percent(seen.last.saturation[-1])} of their z lie beyond {SATURATED:g} in size."
        remedy = "Reset, with smaller weights or input scaling 1/255."
        if not began:
            remedy = f"Reset, with a smaller learning rate, such as {_smaller(seen):g}."
            advice = "smaller rate"
    elif len(norms) > 2 and norms[0] < VANISHED * norms[-1]:
        evidence += f" The gradient vanishes: {norms[-1]:.0e} in the last layer, {norms[0]:.0e} in the first."
        remedy = "Take fewer hidden layers, or ReLU in them."
    elif _jumps(seen):
        evidence += " On the way it jumped up and down."
        remedy, advice = f"Take a smaller learning rate, such as {_smaller(seen):g}.", "smaller rate"
    if answer := seen.one_answer:
        evidence += f" {_percent(answer[1])} of the test images are predicted to be {answer[0]}."
    kind = "no progress" if seen.stands_still else "saturated outputs"
    return Finding(kind, "warning", sentence, evidence, remedy, advice)


def _too_small(seen: Seen) -> Finding | None:
    """A cost that falls in every epoch and has got nowhere."""
    costs = seen.train
    steady = len(costs) > 2 and all(after < before for before, after in pairwise(costs))
    soon = (len(costs) - 1) * seen.config.num_steps < SLOW_STEPS
    if not steady or soon or costs[-1] < IGNORANT_COST or seen.pinned:
        return None
    return Finding(
        "rate too small",
        "warning",
        "The learning rate is too small: the cost falls, but hardly.",
        f"After {len(costs) - 1} epochs the training cost is {costs[-1]:.3f}, in the last one it fell by "
        f"{1 - costs[-1] / costs[-2]:.1%}; ten outputs of 0.1 would cost 0.9.",
        f"Take a larger learning rate, such as {seen.last.learning_rate * 10:g}.",
        "larger rate",
    )


def _jumps(seen: Seen) -> Finding | None:
    """A training cost that goes up and down from epoch to epoch."""
    recent = seen.train[-1 - LATELY :]
    rises = [after / before - 1 if after - before > LEAST_JUMP else 0.0 for before, after in pairwise(recent)]
    if sum(rise > JUMP for rise in rises) < 2:
        return None
    place = len(seen.train) - len(rises) + int(np.argmax(rises))
    return Finding(
        "jumping cost",
        "warning",
        "The training cost jumps up and down: the steps are long.",
        f"It rose from {seen.train[place - 1]:.4f} to {seen.train[place]:.4f} in epoch {place}.",
        f"Go on with a smaller learning rate, such as {_smaller(seen):g}.",
    )


def _silent(seen: Seen) -> Finding | None:
    """Outputs that are near 0 whatever the network sees."""
    if not seen.silent:
        return None
    one, named = len(seen.silent) == 1, _listed(seen.silent)
    who, fires, stays = (
        (f"The output for {named}", "fires", "it stays")
        if one
        else (f"The outputs for {named}", "fire", "they stay")
    )
    if len(seen.silent) == NUM_CLASSES:
        who, fires, stays = "The outputs", "fire", "all of them stay"
    still = seen.stands_still
    fired = any(m.output_maxima[digit] >= SILENT for m in seen.trained for digit in seen.silent)
    says = f"no longer {fires}" if fired else f"never {fires}{'' if still else ' so far'}"
    return Finding(
        "silent output",
        "warning" if seen.settled else "note",
        f"{who} {says}.",
        f"On all {seen.last.train.num_images:,} training images that are measured {stays} under {SILENT:g}.",
        "Reset, with another seed or weight initialization: near 0 an output has no slope to leave it."
        if still
        else "",
        digits=seen.silent,
    )


def _weak(seen: Seen) -> Finding | None:
    """Digits that the network hardly ever recognizes, though their outputs are alive."""
    digits = tuple(digit for digit in seen.weak if digit not in seen.silent)
    if not digits:
        return None
    recall = seen.last.test.recall
    best = max(digits, key=lambda digit: recall[digit])
    settled = seen.settled
    return Finding(
        "low recall",
        "warning" if settled else "note",
        f"It recognizes few or no images of {_listed(digits)}{'' if settled else ' so far'}.",
        f"Recall on the test images: {recall[digits[0]]:.1%}."
        if len(digits) == 1
        else f"Recall on the test images: {recall[best]:.1%} for {best}, less for the others.",
        "The confusion matrix shows what they are taken for.",
        digits=digits,
    )


def _overfitting(seen: Seen) -> Finding | None:
    """A test cost that has turned up while the training cost went on falling."""
    low, last = seen.lowest, seen.last
    if seen.rise <= RISE or seen.train[-1] >= seen.train[low]:
        return None
    return Finding(
        "overfitting",
        "warning",
        f"It overfits since epoch {low}: it learns the training images by heart, not the digits.",
        f"Since then the training cost went from {seen.train[low]:.4f} to {seen.train[-1]:.4f}, the test "
        f"cost from {seen.test[low]:.4f} up to {seen.test[-1]:.4f}. The training accuracy is "
        f"{last.train.accuracy:.1%}, the test accuracy {last.test.accuracy:.1%}.",
        f"Take the weights of epoch {low} (Restore best weights), a larger training set, or fewer units.",
        epoch=low,
    )


def _risen(seen: Seen) -> Finding | None:
    """A test cost above its lowest, where the training cost is no better either."""
    low = seen.lowest
    if seen.rise <= RISE or seen.train[-1] < seen.train[low]:
        return None
    return Finding(
        "rising test cost",
        "warning",
        f"The test cost lies above its lowest, that of epoch {low}.",
        f"It was {seen.test[low]:.4f} then, and is {seen.test[-1]:.4f} now; the training cost was "
        f"{seen.train[low]:.4f}, and is {seen.train[-1]:.4f}.",
        f"Take the weights of epoch {low} (Restore best weights), or go on with a smaller learning rate.",
        epoch=low,
    )


def _gap(seen: Seen) -> Finding | None:
    """Training images that are read much better than others."""
    if seen.gap <= GAP or _overfitting(seen):
        return None
    last, low = seen.last, seen.lowest
    evidence = (
        f"The training accuracy is {last.train.accuracy:.1%}, the test accuracy {last.test.accuracy:.1%}."
    )
    remedy = "A larger training set helps most."
    if low < last.epoch:
        evidence += (
            f" The test cost was lowest after epoch {low}: {seen.test[low]:.4f}, now {seen.test[-1]:.4f}."
        )
        remedy += f" Restore best weights goes back to those of epoch {low}."
    return Finding(
        "generalization gap",
        "warning" if last.train.accuracy > WEAK_NETWORK else "note",
        f"It reads the training images better than others, by {seen.gap:.1f} points.",
        evidence,
        remedy,
        epoch=low,
    )


def _stopped(seen: Seen) -> Finding | None:
    """Early stopping that has come."""
    patience, since = seen.config.patience, len(seen.history) - 1 - seen.lowest
    if not patience or since < patience:
        return None
    return Finding(
        "early stopping",
        "note",
        f"Early stopping: the lowest test cost is that of epoch {seen.lowest}.",
        f"It was {seen.test[seen.lowest]:.4f}; none of the {since} epochs since was better.",
        epoch=seen.lowest,
    )


def _saturated(seen: Seen) -> Finding | None:
    """A first layer whose units sit where sigma is flat; no fault as long as the rest learns."""
    config, saturation = seen.config, seen.last.saturation
    if not ACTIVATIONS[config.activation].saturates or len(saturation) < 2 or saturation[0] < SATURATED_SHARE:
        return None
    learns = seen.last.test.accuracy > GOOD_ACCURACY
    return Finding(
        "saturation",
        "note",
        "Most units of the first layer are saturated"
        + (", and the network learns all the same." if learns else ": they hardly learn."),
        f"{_percent(saturation[0])} of its z lie beyond {SATURATED:g} in size, where its slope is near 0.",
        "Set input scaling to 1/255, and the units wake up." if config.scaling == "raw" else "",
    )


CHECKS: tuple[Callable[[Seen], Finding | None], ...] = (
    _stands_still,
    _too_small,
    _silent,
    _weak,
    _overfitting,
    _gap,
    _risen,
    _jumps,
    _stopped,
    _saturated,
)


def _how_it_goes(seen: Seen) -> Finding:
    """Say how it goes where no warning is due."""
    cost, accuracy = seen.train[-1], f"the test accuracy is {seen.last.test.accuracy:.1%}"
    evidence = f"The training cost is {cost:.4f}, after {seen.train[-2]:.4f} in the epoch before."
    if seen.weak or seen.silent or seen.last.test.accuracy < GOOD_ACCURACY:
        if cost > min(seen.train):
            best = int(np.argmin(seen.train))
            evidence += f" It was lowest after epoch {best}: {seen.train[best]:.4f}."
            return Finding("early", "note", f"It goes back and forth: {accuracy}.", evidence)
        if seen.progress < STILL:
            return Finding("early", "note", f"It has learned little so far: {accuracy}.", evidence)
        return Finding("learning", "note", f"It is learning: {accuracy}.", evidence)
    if seen.rise:
        evidence += (
            f" The test cost is {seen.test[-1]:.4f}; it was lowest after epoch {seen.lowest}, "
            f"{seen.test[seen.lowest]:.4f}."
        )
    return Finding("all well", "good", f"No fault found: {accuracy}.", evidence)


def _smaller(seen: Seen) -> float:
    """Return a learning rate to try next: that of the preset with these pixel values, or a fifth."""
    rate, scaling = seen.last.learning_rate, seen.config.scaling
    known = min(preset.learning_rate for preset in PRESETS.values() if preset.scaling == scaling)
    return known if rate > known else rate / 5


def _percent(share: float) -> str:
    """Return a share as whole percent; what is not all is never written as 100."""
    return "100%" if share == 1.0 else f"{min(99, round(100 * share))}%"


def _listed(digits: Sequence[int]) -> str:
    """Return digits as in 4, 6 and 9."""
    *most, last = map(str, digits)
    return f"{', '.join(most)} and {last}" if most else last
