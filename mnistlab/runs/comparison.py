"""Runs side by side: what each became, and only those settings in which they differ."""

from collections.abc import Sequence
from dataclasses import fields

from mnistlab.engine.config import TrainConfig
from mnistlab.runs.run import OwnDigits, Run, SettingChange
from mnistlab.setting_labels import CHOICE_NAMES, in_sentence

NO_LAYERS = "none"
FINAL, BEST = "final test accuracy", "best test accuracy"
Cell = str | float | None


def compared(runs: Sequence[Run]) -> dict[str, Sequence[Cell]]:
    """Return a table of runs, column by column.

    Args:
        runs: In the order of the rows.

    Returns:
        Title of each column and its values: name, network, the settings that are not the same in all runs,
        epochs done, test accuracy at the end and at its best with the epoch of that (None before it was
        measured), seconds of training.
    """
    differing = {name: [setting(run, name) for run in runs] for name in differing_settings(runs)}
    return {
        "name": [run.name for run in runs],
        "network": [run.title for run in runs],
        **{in_sentence(name): values for name, values in differing.items()},
        "epochs": [run.epoch for run in runs],
        FINAL: [run.accuracy for run in runs],
        BEST: [run.best_accuracy for run in runs],
        "best epoch": [best_epoch(run) for run in runs],
        "seconds": [round(run.seconds, 2) for run in runs],
        **own_digits_column(runs),
    }


def best_epoch(run: Run) -> int | None:
    """Return the first epoch with the best test accuracy; None before it was measured."""
    known = [metrics.test.accuracy for metrics in run.history]
    return run.history[known.index(max(known))].epoch if known else None


def differing_settings(runs: Sequence[Run]) -> list[str]:
    """Return the names of the settings, widths left out, that are not the same in all runs."""
    names = [
        field.name for field in fields(TrainConfig) if field.name != "hidden"
    ]  # the title says the widths
    return [name for name in names if len({setting(run, name) for run in runs}) > 1]


def setting(run: Run, name: str) -> str:
    """Return a setting of a run with all that it was changed to on the way, as in 0.001, then 0.01."""
    changes = [c.value for c in run.schedule if isinstance(c, SettingChange) and c.name == name]
    choices = CHOICE_NAMES.get(name, {})
    values = [choices.get(value, value) for value in (getattr(run.config, name), *changes)]
    return ", then ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def own_digits_column(runs: Sequence[Run]) -> dict[str, list[int]]:
    """Return how many own digits each run has learned from, where one has."""
    counts = [sum(len(c.labels) for c in run.schedule if isinstance(c, OwnDigits)) for run in runs]
    return {"own digits": counts} if any(counts) else {}
