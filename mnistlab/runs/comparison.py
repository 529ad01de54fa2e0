"""Runs side by side: what each became, in which settings they differ, and what two of them can tell."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from mnistlab.engine.config import TrainConfig
from mnistlab.runs.run import OwnDigits, RestoredWeights, Run, SettingChange
from mnistlab.setting_labels import CHOICE_NAMES, in_sentence, listed

ENDS = ("num_epochs", "patience", "restore_best")  # settings that decide where a curve ends, not its course
SEEDS = ("seed", "order_seed")


class Column(NamedTuple):
    """A column of the table of runs."""

    group: str  # title that it shares with its neighbors
    title: str
    cells: Sequence[Any]  # texts or numbers; None where nothing was measured yet
    is_share: bool = False  # to be read as percentages


def compared(runs: Sequence[Run]) -> list[Column]:
    """Return the table of some runs: what became of each, and the settings in which they differ."""
    final, best = [run.accuracy for run in runs], [run.best_accuracy for run in runs]
    settings = [Column("settings that differ", *setting_column(runs, name)) for name in differing(runs)]
    return [
        Column("", "run", [run.name for run in runs]),
        Column("test accuracy", "final", final, True),
        Column("test accuracy", "best", best, True),
        Column("test accuracy", "at epoch", [best_epoch(run) for run in runs]),
        *settings,
        Column("training", "epochs", [run.epoch for run in runs]),
        Column("training", "seconds", [round(run.seconds, 2) for run in runs]),
        *(Column("other changes", title, cells) for title, cells in other_changes(runs).items()),
    ]


def setting_column(runs: Sequence[Run], name: str) -> tuple[str, list[str]]:
    """Return the name of a setting in a sentence, and its value in each run."""
    return in_sentence(name), [setting(run, name) for run in runs]


def best_epoch(run: Run) -> int | None:
    """Return the first epoch with the best test accuracy; None before it was measured."""
    known = [metrics.test.accuracy for metrics in run.history]
    if run.fine_tuned and known and run.fine_tuned.test_after > max(known):
        return run.epoch  # with own digits since
    return run.history[known.index(max(known))].epoch if known else None


def differing(runs: Sequence[Run]) -> list[str]:
    """Return the names of the settings that are not the same in all runs."""
    names = [field.name for field in fields(TrainConfig)]
    return [name for name in names if len({setting(run, name) for run in runs}) > 1]


def setting(run: Run, name: str) -> str:
    """Return a setting of a run with all that it was changed to while it trained, as in 0.001, then 0.01."""
    changes = [
        change.value
        for change in run.schedule
        if isinstance(change, SettingChange) and change.name == name and change.epoch <= run.epoch
    ]
    return ", then ".join(value_of(name, value) for value in (getattr(run.config, name), *changes))


def value_of(name: str, value: object) -> str:
    """Return the value of a setting as one says it."""
    if name == "hidden" and isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if name == "train_size":
        return f"{value:,}"
    return CHOICE_NAMES.get(name, {}).get(value) or (f"{value:g}" if isinstance(value, float) else str(value))


def other_changes(runs: Sequence[Run]) -> dict[str, list[str]]:
    """Return what was done to runs besides training, where that was done to one of them."""
    digits = [sum(len(c.labels) for c in run.schedule if isinstance(c, OwnDigits)) for run in runs]
    restored = [[c for c in run.schedule if isinstance(c, RestoredWeights)] for run in runs]
    epochs = [", ".join(f"epoch {change.from_epoch}" for change in changes) for changes in restored]
    columns = {"own digits": [str(number or "") for number in digits], "restored weights": epochs}
    return {title: cells for title, cells in columns.items() if any(cells)}


def what_differs(one: Run, other: Run) -> str:
    """Return what two runs can tell: which single setting differs, or why that cannot be said."""
    names = [name for name in differing((one, other)) if name not in ENDS]
    epochs = sorted({one.epoch, other.epoch})
    if any(
        change.epoch < run.epoch
        for run in (one, other)
        for change in run.schedule
        if not isinstance(change, SettingChange)
    ):
        words = (
            "One of them learned own digits, or had earlier weights restored, and then trained on: their "
            "curves do not tell what a setting does."
        )
    elif not names:
        words = "They have the same settings, so they have the same curve as far as both were trained."
    elif len(names) > 1:
        words = (
            f"They differ in {len(names)} settings: {listed(names)}. Which of them makes the difference "
            "cannot be told from these two; change one at a time."
        )
    else:
        values = " and ".join(setting(run, names[0]) for run in (one, other))
        why = "chance" if names[0] in SEEDS else "due to it"
        words = (
            f"They differ in a single setting: {in_sentence(names[0])}, {values}. "
            f"What differs in their curves is {why}."
        )
    if len(epochs) > 1:
        words += f" One was trained for {epochs[0]:,} epochs, the other for {epochs[1]:,}: "
        words += "compare them at the same epoch."
    return words
