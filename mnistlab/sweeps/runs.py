"""The networks of a sweep as runs: what each is called and what every epoch makes of it."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.training import Epoch, initial_params
from mnistlab.jobs.transitions import with_measured
from mnistlab.runs.run import Run, new_run
from mnistlab.sweeps.metrics import SweepEpoch
from mnistlab.sweeps.sweep import network_of

WORDS = {
    "initialization": "{} weights",
    "learning_rate": "η = {:g}",
    "seed": "seed {}",
}


def names_of(configs: Sequence[TrainConfig]) -> tuple[str, ...]:
    """Return what each network is called: the values of the settings in which they differ."""
    differing = [name for name in WORDS if len({getattr(each, name) for each in configs}) > 1]
    shown = differing or ["learning_rate"]
    return tuple(", ".join(WORDS[name].format(getattr(each, name)) for name in shown) for each in configs)


def begun(configs: Sequence[TrainConfig]) -> tuple[Run, ...]:
    """Return the untrained runs of a sweep."""
    names = names_of(configs)
    return tuple(new_run(each, initial_params(each), name) for each, name in zip(configs, names, strict=True))


def with_sweep_epoch(runs: Sequence[Run], epoch: SweepEpoch) -> tuple[Run, ...]:
    """Return the runs after one more epoch, or with the figures of their beginning.

    A run whose figures are not finite stays as it was before, and notes the epoch at which it diverged.
    Only the last network of each is kept: all those of a sweep would take too much room.
    """
    after = list(runs)
    for place, number in enumerate(epoch.numbers):
        if not after[number].broken_in:
            one = Epoch(epoch.metrics[place], network_of(epoch.params, place))
            run = with_measured(after[number], one)
            after[number] = replace(run, kept={run.epoch: run.params} if run.history else {})
    return tuple(after)


def accuracies(run: Run, epoch: int) -> list[float]:
    """Return the test accuracy after epoch 0, 1, ...; NaN from where the run diverged."""
    known = [metrics.test.accuracy for metrics in run.history]
    return known + [math.nan] * (epoch + 1 - len(known) if run.broken_in else 0)


def best_first(runs: Sequence[Run]) -> list[int]:
    """Return the numbers of the runs, the highest test accuracy first, diverged ones last."""
    ends = [-1.0 if run.broken_in or run.accuracy is None else run.accuracy for run in runs]
    return [int(number) for number in np.argsort(np.negative(ends), kind="stable")]
