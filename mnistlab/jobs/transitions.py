"""The transitions of a run: what it needs next, and what each result makes of it."""

import math
from dataclasses import replace
from typing import Any

import numpy as np

from mnistlab.engine.network import Params
from mnistlab.engine.training import Epoch
from mnistlab.jobs.tasks import EpochTask, FineTuned, MeasureTask, OwnDigitsTask, RunTask, Task
from mnistlab.runs.run import OwnDigits, Run, apply_pending_changes, locked, with_epoch


def next_task(run: Run, digits: OwnDigitsTask | None, target: int) -> RunTask | None:
    """Return what a run needs next: its first figures, then own digits, then epochs up to the target."""
    if not run.history:
        return MeasureTask(run.settings, run.params)
    if digits is not None:
        times = sum(isinstance(change, OwnDigits) and change.epoch == run.epoch for change in run.schedule)
        return replace(
            digits, config=run.settings, params=run.params, before=run.params, epoch=run.epoch, number=times
        )
    return EpochTask(run.settings, run.params, run.epoch) if run.epoch < target else None


def with_result(run: Run, task: Task, result: Any) -> Run:
    """Return the run after a task."""
    if isinstance(task, OwnDigitsTask):
        return with_own_digits_learned(run, task, result)
    return with_measured(run, result)


def with_measured(run: Run, epoch: Epoch) -> Run:
    """Return the run after an epoch, or where its figures are not finite as it was, with a note of that."""
    if is_finite(epoch):
        return with_epoch(run, epoch.metrics, epoch.params)
    return replace(apply_pending_changes(run), broken_in=epoch.metrics.epoch)


def with_own_digits_learned(run: Run, task: OwnDigitsTask, result: FineTuned) -> Run:
    """Return the run after steps on own digits."""
    if not all_finite(result.params):
        return replace(run, broken_in=run.epoch + 1)
    params, *shares = result
    rate = task.config.learning_rate
    change = OwnDigits(run.epoch, task.images, task.labels, task.num_steps, rate, *shares)
    return replace(run, params=locked(params), schedule=(*run.schedule, change), broken_in=0)


def is_finite(epoch: Epoch) -> bool:
    """Return whether all figures of an epoch, and its network, are finite numbers."""
    metrics = epoch.metrics
    figures = (metrics.train.cost, metrics.test.cost, *metrics.gradient_norms)
    return all(map(math.isfinite, figures)) and all_finite(epoch.params)


def all_finite(params: Params) -> bool:
    """Return whether every weight and bias is a finite number."""
    return all(bool(np.isfinite(array).all()) for layer in params for array in layer)


def broken_sentence(run: Run) -> str:
    """Return what to say about a run whose figures stopped being finite."""
    return (
        f"The training diverged at epoch {run.broken_in}: the numbers grew beyond all bounds. The network is "
        f"kept as it was before; take a learning rate below {run.settings.learning_rate:g} and go on."
    )


def no_better_sentence(run: Run, since: int) -> str:
    """Return why early stopping ends the training, counted since an epoch; "": go on."""
    patience = run.settings.patience
    costs = [(metrics.test.cost, metrics.epoch) for metrics in run.history if metrics.epoch >= since]
    best = min(costs)[1] if costs else run.epoch
    if not patience or run.epoch - best < patience:
        return ""
    return f"The test cost is no better than after epoch {best}, {patience} epochs ago: early stopping."
