"""What a history says about a training, in words: what is wrong, how that can be seen, and what helps.

The thresholds were set on trainings on MNIST, good and bad ones; some of their histories are among the tests.
"""

from collections.abc import Callable, Sequence
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
RISE = 0.08  # from one epoch to the next; the Notebook preset rises by 0.036 and settles
LEAST_RISE = 0.01  # in itself: a cost near 0 wavers without harm
IGNORANT_RISE = 0.01  # above IGNORANT_COST already this says that steps are too long
LATELY = 5  # epochs
ONE_ANSWER_SHARE = 0.95
SLOW_STEPS = 900  # before that no learning rate has had its chance
SILENT_EPOCHS, SILENT_STEPS = 3, 1200  # an output that was silent for less often wakes up
SATURATED_SHARE = 0.8
VANISHED = 0.01  # gradient of the first layer against that of the last
GAP = 3.0  # test cost against training cost
ACCURACY_GAP = 0.03
STILL_FALLING = 0.02  # of the test cost, over the last third of the epochs
GOOD_ACCURACY = 0.8
LEVELS = ("warning", "note", "good")


class Finding(NamedTuple):
    """One thing that a history says."""

    kind: str
    level: str  # warning, note or good
    sentence: str
    evidence: str  # the figures that show it
    remedy: str  # may be empty


def diagnose(run: Run) -> tuple[Finding, ...]:
    """Return what can be said about a run, the gravest first; nothing about an untrained one.

    Where weights of an earlier epoch were restored, it is said of the training up to there.
    """
    history, config = run.history[: run.weights_epoch + 1], run.settings
    if run.broken_in or not _all_finite(history):
        return (_not_finite(run.broken_in or len(history) - 1, config),)
    if len(history) < 2:
        return ()
    found = [finding for check in CHECKS if (finding := check(history, config))]
    if not any(finding.level == "warning" for finding in found):
        found.append(_no_fault(history))
    return tuple(sorted(found, key=lambda finding: LEVELS.index(finding.level)))


def _all_finite(history: Sequence[EpochMetrics]) -> bool:
    return all(np.isfinite([m.train.cost, m.test.cost, *m.gradient_norms]).all() for m in history)


def _not_finite(epoch: int, config: TrainConfig) -> Finding:
    return Finding(
        "not finite",
        "warning",
        "The training diverged: its numbers grew beyond all bounds.",
        f"After epoch {epoch} a cost, a gradient or a weight is not a finite number.",
        f"Go on from the last good epoch with a much smaller rate, such as {config.learning_rate / 100:g}.",
    )


def _too_large(history: Sequence[EpochMetrics], config: TrainConfig) -> Finding | None:
    """Steps so long that the cost rises, or that the outputs were thrown to where sigma is flat."""
    costs = [metrics.train.cost for metrics in history[1:]]
    remedy = f"Take a smaller learning rate, such as {_smaller(history[-1].learning_rate, config):g}."
    if _pinned(history) and not _began_pinned(history):
        return Finding(
            "rate too large",
            "warning",
            "The learning rate is too large: its first steps threw the outputs where σ is flat.",
            f"{_percent(history[-1].saturation[-1])} of the outputs' z lie beyond {SATURATED:g} in size, "
            f"and the cost is {costs[-1]:.3f}; ten outputs that are always 0 cost 1.",
            f"{remedy} Reset first: where σ is flat, nothing moves any more.",
        )
    recent = costs[-LATELY:]
    rises = [after / before - 1 if _is_rise(before, after) else 0.0 for before, after in pairwise(recent)]
    if any(rises):
        place = len(costs) - len(rises) + int(np.argmax(rises))
        return Finding(
            "rate too large",
            "warning",
            "The learning rate is too large: the cost jumps up and down.",
            f"The training cost rose from {costs[place - 1]:.4f} to {costs[place]:.4f} in epoch {place + 1}.",
            remedy,
        )
    return None


def _too_small(history: Sequence[EpochMetrics], config: TrainConfig) -> Finding | None:
    """A cost that falls in every epoch and has got nowhere."""
    costs = [metrics.train.cost for metrics in history]
    steady = len(costs) > 2 and all(after < before for before, after in pairwise(costs))
    soon = (len(costs) - 1) * config.num_steps < SLOW_STEPS
    if not steady or soon or costs[-1] < IGNORANT_COST or _pinned(history) or _one_answer(history):
        return None
    return Finding(
        "rate too small",
        "warning",
        "The learning rate is too small: the cost falls, but hardly.",
        f"After {len(history) - 1} epochs the training cost is {costs[-1]:.3f}, in the last one it fell by "
        f"{1 - costs[-1] / costs[-2]:.1%}; ten outputs of 0.1 would cost 0.9.",
        f"Take a larger learning rate, such as {history[-1].learning_rate * 10:g}.",
    )


def _stuck(history: Sequence[EpochMetrics], config: TrainConfig) -> Finding | None:
    """The same answer for nearly every image, or outputs that began where sigma is flat."""
    if (answer := _one_answer(history)) is None:
        return _stuck_from_the_start(history) if _pinned(history) and _began_pinned(history) else None
    digit, share = answer
    evidence = f"{_percent(share)} of the test images were predicted to be {digit}."
    remedy = "Reset, with a smaller learning rate, input scaling 1/255 and weight initialization 1/√n."
    norms = history[-1].gradient_norms
    if len(norms) > 2 and norms[0] < VANISHED * norms[-1]:
        evidence += f" Its gradient vanishes: {norms[-1]:.0e} in the last layer, {norms[0]:.0e} in the first."
        remedy = "Take fewer hidden layers, or ReLU in them."
    sentence = f"The network is stuck: it answers {digit} whatever it sees."
    return Finding("stuck", "warning", sentence, evidence, remedy)


def _stuck_from_the_start(history: Sequence[EpochMetrics]) -> Finding:
    return Finding(
        "stuck",
        "warning",
        "The network is stuck: its outputs began where σ is flat.",
        f"{_percent(history[0].saturation[-1])} of the outputs' z lay beyond {SATURATED:g} in size before "
        f"the first step, {_percent(history[-1].saturation[-1])} do now.",
        "Set input scaling to 1/255, or begin with smaller weights.",
    )


def _silent(history: Sequence[EpochMetrics], config: TrainConfig) -> Finding | None:
    """Outputs that are never the largest, though the network has learned something."""
    if _one_answer(history) or _pinned(history) or _too_small(history, config):
        return None
    if history[-1].train.cost > IGNORANT_COST and len(history) <= SILENT_EPOCHS:
        return None
    epochs = max(SILENT_EPOCHS, -(-SILENT_STEPS // config.num_steps))
    recent = history[1:][-epochs:]
    answers = np.stack([metrics.test.confusion.sum(axis=0) for metrics in recent])
    digits = [digit for digit in range(NUM_CLASSES) if not answers[:, digit].any()]
    if not digits:
        return None
    named, lasting = _listed(digits), len(recent) == epochs
    return Finding(
        "silent output",
        "warning" if lasting else "note",
        f"The output for {named} never fires."
        if len(digits) == 1
        else f"The outputs for {named} never fire.",
        f"No test image has been predicted to be {named} since epoch {recent[0].epoch}.",
        "Reset with a smaller learning rate or another seed: pinned at 0, an output has no slope to leave it."
        if lasting
        else "Train on: after so few steps it may still wake up.",
    )


def _saturated(history: Sequence[EpochMetrics], config: TrainConfig) -> Finding | None:
    """A first layer whose units sit where sigma is flat; no fault as long as the rest learns."""
    share, can = history[-1].saturation[0], ACTIVATIONS[config.activation].saturates
    if not can or len(history[-1].saturation) < 2 or share < SATURATED_SHARE:
        return None
    learns = history[-1].test.accuracy > GOOD_ACCURACY
    return Finding(
        "saturated",
        "note",
        "Most units of the first layer are saturated"
        + (", and the network learns all the same." if learns else ": they hardly learn."),
        f"{_percent(share)} of its z lie beyond {SATURATED:g} in size, where {config.activation} is flat.",
        "Set input scaling to 1/255, and the units wake up."
        if config.scaling == "raw"
        else "A smaller learning rate keeps them where they can learn.",
    )


def _overfitting(history: Sequence[EpochMetrics], config: TrainConfig) -> Finding | None:
    """Training images known by heart: their cost falls, that of the others does not."""
    last = history[-1]
    lately = max(LATELY, len(history) // 3)
    if len(history) <= lately + 1:
        return None
    earlier = history[-1 - lately]
    apart = last.test.cost > GAP * last.train.cost and last.train.accuracy - last.test.accuracy > ACCURACY_GAP
    falling = last.test.cost < (1 - STILL_FALLING) * earlier.test.cost
    if not apart or falling or last.train.cost >= earlier.train.cost:
        return None
    costs = (
        f"Since epoch {earlier.epoch} the training cost went from {earlier.train.cost:.4f} to "
        f"{last.train.cost:.4f}, the test cost from {earlier.test.cost:.4f} to {last.test.cost:.4f}."
    )
    shares = (
        f"The training accuracy is {last.train.accuracy:.1%}, the test accuracy {last.test.accuracy:.1%}."
    )
    best = min(history, key=lambda metrics: metrics.test.cost).epoch
    return Finding(
        "overfitting",
        "warning",
        "The network overfits: it learns the training images by heart, not the digits.",
        f"{costs} {shares}",
        f"Restore the best weights, those of epoch {best}; train on more images, or take fewer units.",
    )


CHECKS: tuple[Callable[[Sequence[EpochMetrics], TrainConfig], Finding | None], ...] = (
    _too_large,
    _too_small,
    _stuck,
    _silent,
    _overfitting,
    _saturated,
)


def _no_fault(history: Sequence[EpochMetrics]) -> Finding:
    """Say how it goes where nothing is wrong."""
    before, last = history[-2], history[-1]
    trend = "still falls" if last.train.cost < before.train.cost else "wavers a little, as it may"
    evidence = (
        f"The training cost is {last.train.cost:.4f} and {trend}; the test cost is {last.test.cost:.4f}."
    )
    read = f"the test accuracy is {last.test.accuracy:.1%}"
    if last.test.accuracy < GOOD_ACCURACY:
        return Finding("learning", "note", f"Nothing is wrong so far: {read}.", evidence, "Train on.")
    return Finding("all well", "good", f"Nothing is wrong: {read}.", evidence, "")


def _is_rise(before: float, after: float) -> bool:
    """Return whether a cost rose by more than the wavering of a sound training."""
    rise, ignorant = after - before, after > IGNORANT_COST
    return rise >= max(RISE * before, LEAST_RISE) or (ignorant and rise >= IGNORANT_RISE * before)


def _began_pinned(history: Sequence[EpochMetrics]) -> bool:
    """Return whether the outputs sat where sigma is flat before anything was learned."""
    return history[0].saturation[-1] > PINNED_SHARE


def _pinned(history: Sequence[EpochMetrics]) -> bool:
    """Return whether the outputs sit where sigma is flat without having learned anything."""
    return history[-1].train.cost > PINNED_COST and history[-1].saturation[-1] > PINNED_SHARE


def _one_answer(history: Sequence[EpochMetrics]) -> tuple[int, float] | None:
    """Return the digit that nearly all test images were read as in the last two epochs, and its share."""
    for metrics in history[1:][-2:]:
        answers = metrics.test.confusion.sum(axis=0)
        share = answers.max() / max(1, answers.sum())
        if share < ONE_ANSWER_SHARE:
            return None
    return int(answers.argmax()), float(share)


def _smaller(rate: float, config: TrainConfig) -> float:
    """Return a learning rate to try next: that of the preset with these pixel values, or a fifth."""
    known = min(preset.learning_rate for preset in PRESETS.values() if preset.scaling == config.scaling)
    return known if rate > known else rate / 5


def _percent(share: float) -> str:
    """Return a share as whole percent; what is not all is never written as 100."""
    return "100%" if share == 1.0 else f"{min(99, round(100 * share))}%"


def _listed(digits: list[int]) -> str:
    """Return digits as in 4, 6 and 9."""
    *most, last = map(str, digits)
    return f"{', '.join(most)} and {last}" if most else last
