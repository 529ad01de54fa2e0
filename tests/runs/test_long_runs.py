"""A run as long as the lab trains one: whatever it took in or made it can save, hand back and report."""

from dataclasses import replace

import numpy as np
import pytest

from mnistlab.data.user_digits import EMPTY
from mnistlab.engine.config import TrainConfig
from mnistlab.jobs.autosave import Autosave
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs import report
from mnistlab.runs.checkpoints import dumps, header_texts, loads
from mnistlab.runs.run import (
    MAX_CHANGES,
    MAX_EPOCHS,
    MAX_OWN_DIGITS,
    OwnDigits,
    SettingChange,
    changed,
    new_run,
)
from mnistlab.runs.run_store import RunStore
from mnistlab.runs.safetensors_io import MAX_FILE_BYTES
from mnistlab.runs.serialization import extra_of
from tests.fake_engine import HandPool
from tests.runs.test_checkpoints import figures, same_figures, trained_run
from tests.test_attacks import bounded

LONGEST_MEGABYTES = 128


@pytest.fixture(scope="module")
def longest():
    """The longest run that the lab makes, with all the changes and own digits that it allows."""
    run = trained_run(TrainConfig(hidden=(2,) * 6), epochs=0)
    few = [figures(run.config, epoch) for epoch in range(50)]
    history = tuple(few[epoch % 50]._replace(epoch=epoch) for epoch in range(MAX_EPOCHS + 1))
    noise = np.random.default_rng(1).integers(0, 256, (MAX_OWN_DIGITS, 28, 28)).astype(np.uint8)
    digits = OwnDigits(9, noise, np.ones(MAX_OWN_DIGITS, np.uint8), 20, 0.1, 0.5, 0.6, 0.0, 1.0)
    changes = [
        SettingChange(2 + number, "learning_rate", 1 / (3 + number)) for number in range(MAX_CHANGES - 1)
    ]
    return replace(run, history=history, schedule=(digits, *changes))


def test_the_longest_run_comes_back_from_a_file_and_can_be_handed_on(longest):
    assert MAX_EPOCHS >= 3000
    data = dumps(longest)
    with bounded(LONGEST_MEGABYTES):
        back = loads(data)
    assert same_figures(back.history, longest.history)
    assert len(back.schedule) == MAX_CHANGES
    assert header_texts(back) == header_texts(longest)
    assert MAX_FILE_BYTES <= 30 * 2**20  # what the page takes


def test_the_longest_run_comes_back_from_the_autosave_and_has_a_report(longest, tmp_path):
    Autosave(tmp_path).save(RunStore((longest,), longest.id))
    autosave = Autosave(tmp_path)
    back = autosave.load().current
    assert autosave.set_aside == ""
    assert same_figures(back.history, longest.history)
    assert "<svg" in report.html_report(back, EMPTY)


def test_a_trainer_makes_no_run_longer_than_it_can_save(longest):
    trainer = Trainer(HandPool(), store=RunStore((longest,), longest.id))
    for command in (trainer.start, trainer.one_epoch, trainer.resume, lambda: trainer.more(5)):
        with pytest.raises(ValueError, match=r"at most 3,500 epochs\. Got more\."):
            command()
    shorter = replace(longest, history=longest.history[:-3], schedule=())
    trainer = Trainer(HandPool(), store=RunStore((shorter,), shorter.id))
    trainer.more(1000)
    assert trainer.snapshot().target_epoch == MAX_EPOCHS


def test_a_run_takes_no_more_changes_and_own_digits_than_it_can_save(longest):
    with pytest.raises(ValueError, match=r"at most 1,000 changes"):
        changed(longest, "learning_rate", 0.5, MAX_EPOCHS)
    trainer = Trainer(
        HandPool(), store=RunStore((replace(longest, schedule=longest.schedule[:2]),), longest.id)
    )
    with pytest.raises(ValueError, match=r"at most 1,000 own digits\. Got 1,001\."):
        trainer.train_on(np.zeros((1, 28, 28)), np.zeros(1))


@pytest.mark.parametrize("extra", [{"a": "x" * 2**18}, {"a": float("inf")}], ids=["too long", "no JSON"])
def test_what_a_stranger_added_is_bounded_and_plain(extra):
    with pytest.raises(ValueError, match="What a later release added must"):
        extra_of({"history": [], **extra})


def test_an_untrained_run_has_nothing_extra():
    run = trained_run(epochs=0)
    assert loads(dumps(new_run(run.config, run.params, "x"))).extra == ""
