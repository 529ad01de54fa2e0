"""Runs side by side: the columns of their table, and what two of them can tell."""

from dataclasses import replace

import numpy as np
import pytest

from mnistlab.runs.comparison import compared, differing, setting, what_differs
from mnistlab.runs.run import OwnDigits, RestoredWeights, SettingChange, changed
from tests.analysis.test_formatting import run

TAUGHT = OwnDigits(1, np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8), 5, 0.1, 0.9, 0.8, 0.0, 1.0)


def table(*runs):
    return {(column.group, column.title): column.cells for column in compared(runs)}


def test_the_first_columns_are_name_accuracies_with_the_epoch_and_settings_that_differ():
    one = run(2)
    other = changed(run(3, learning_rate=0.01, hidden=(100, 50)), "learning_rate", 0.1, epoch=3)
    assert list(table(one, other)) == [
        ("", "run"),
        ("test accuracy", "final"),
        ("test accuracy", "best"),
        ("test accuracy", "at epoch"),
        ("settings that differ", "hidden layers"),
        ("settings that differ", "learning rate η"),
        ("training", "epochs"),
        ("training", "seconds"),
    ]
    cells = table(one, other)
    assert cells["settings that differ", "learning rate η"] == ["0.001", "0.01, then 0.1"]
    assert cells["settings that differ", "hidden layers"] == ["none", "100, 50"]
    assert cells["training", "epochs"] == [2, 3]
    assert cells["test accuracy", "final"] == [one.accuracy, other.accuracy]
    assert cells["test accuracy", "at epoch"] == [0, 0]


def test_a_change_that_nothing_was_trained_with_is_none():
    moved = changed(run(3), "learning_rate", 0.1, epoch=4)
    assert moved.settings.learning_rate == 0.1
    assert setting(moved, "learning_rate") == "0.001"
    assert differing([run(3), moved]) == []


def test_what_else_was_done_shows_in_the_table_where_something_was():
    one = run(1)
    cells = table(one, replace(one, schedule=(TAUGHT, RestoredWeights(1, 0))))
    assert cells["other changes", "own digits"] == ["", "3"]
    assert cells["other changes", "restored weights"] == ["", "epoch 0"]
    assert not any(group == "other changes" for group, _ in table(one))


SINGLE = "They differ in a single setting: "
SEVERAL = "differ in 2 settings: hidden layers, random seed. Which of them makes the difference cannot"


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({}, {"learning_rate": 0.5}, SINGLE + "learning rate η, 0.001 and 0.5. What differs in"),
        ({}, {"learning_rate": 0.5}, "their curves is due to it."),
        ({}, {"seed": 5, "num_epochs": 7, "restore_best": True}, SINGLE + "random seed, 123 and 5."),
        ({}, {"seed": 5}, "What differs in their curves is chance."),
        ({}, {"seed": 5, "hidden": (9,)}, SEVERAL),
        ({}, {"patience": 3}, "have the same settings, so they have the same curve"),
    ],
)
def test_two_runs_tell_what_a_setting_does_only_where_it_is_the_only_one(one, other, words):
    assert words in what_differs(run(2, **one), run(2, **other))
    assert "same epoch" not in what_differs(run(2, **one), run(2, **other))
    assert what_differs(run(2, **one), run(3, **other)).endswith(
        "for 2 epochs, the other for 3: compare them at the same epoch."
    )


@pytest.mark.parametrize("change", [TAUGHT, RestoredWeights(1, 0)])
def test_a_curve_that_something_else_has_bent_tells_nothing(change):
    other = run(2, learning_rate=0.5)
    assert "do not tell" in what_differs(run(2), replace(other, schedule=(change,)))
    at_the_end = replace(other, schedule=(change._replace(epoch=2),))
    assert "single setting" in what_differs(run(2), at_the_end)
    later = replace(other, schedule=(SettingChange(2, "learning_rate", 0.7),))
    assert "0.001 and 0.5, then 0.7" in what_differs(run(2), later)
