"""A run as a table, as the notebook's log, and as a script that gives its numbers again."""

import ast
import csv
import io
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from mnistlab.engine.config import TrainConfig
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs import export
from mnistlab.runs.run import OwnDigits, with_weights_of
from mnistlab.runs.run_store import with_changed
from tests.conftest import COMPILED, MNIST_FOLDER, REPOSITORY
from tests.small_worker import pool_in_this_process

PATIENCE = 120.0


def eventful_run(dataset, name):
    """Train a run on which everything happens that a schedule can hold."""
    pool = pool_in_this_process(dataset)
    trainer = Trainer(pool)
    try:
        trainer.new(
            TrainConfig(
                dataset=name, hidden=(9,), train_size=640, batch_size=32, num_epochs=2, scaling="unit"
            )
        )
        steps = [
            trainer.start,
            lambda: trainer.train_on(dataset.test.images[:3], dataset.test.labels[:3], 5),
            lambda: (trainer.change("learning_rate", 0.03), trainer.one_epoch()),
            lambda: trainer.train_on(dataset.test.images[3:4], dataset.test.labels[3:4], 4),
            lambda: trainer.train_on(dataset.test.images[5:6], dataset.test.labels[5:6], 4),
            lambda: restore(trainer, 1),
            lambda: (trainer.change("learning_rate", 0.01), trainer.change("num_epochs", 5), trainer.start()),
        ]
        for step in steps:
            trainer.wait_for(lambda snapshot: not snapshot.active and not snapshot.doing, PATIENCE)
            step()
        return trainer.wait_for(lambda snapshot: not snapshot.active and not snapshot.doing, PATIENCE).run
    finally:
        trainer.close()
        pool.close()


def restore(trainer, epoch):
    """Load the weights of an epoch, be it the best or not."""
    with trainer._changed:
        trainer._put(lambda store: with_changed(store, with_weights_of(store.current, epoch)))


def lines_of(run):
    return [
        f"{metrics.epoch} {metrics.train.cost} {metrics.test.cost} {metrics.test.num_correct}"
        for metrics in run.history
    ]


def output_of(script, tmp_path, **environment):
    path = tmp_path / "run.py"
    path.write_text(script)
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | COMPILED | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def on_mnist(mnist):
    return eventful_run(mnist, "mnist")


def test_the_script_of_a_run_on_mnist_gives_its_numbers_to_the_last_digit(on_mnist, tmp_path):
    assert len(on_mnist.schedule) == 7
    assert sum(isinstance(change, OwnDigits) for change in on_mnist.schedule) == 3
    printed = output_of(export.script(on_mnist), tmp_path, MNISTLAB_DATA_DIR=str(MNIST_FOLDER))
    assert printed == lines_of(on_mnist)


def test_the_script_of_a_run_on_generated_digits_does_too(generated, tmp_path):
    run = eventful_run(generated, "generated")
    assert output_of(export.script(run), tmp_path) == lines_of(run)


@pytest.fixture(scope="module")
def run():
    from tests.runs.test_checkpoints import trained_run

    return trained_run()


def test_a_script_that_left_out_a_change_would_be_noticed(on_mnist, tmp_path):
    script = export.script(on_mnist).replace("2, 1, 0.03", "2, 1, 0.031")
    script = re.sub(r"3, 1, 0\.03\)", "3, 1, 0.04)", script)
    assert output_of(script, tmp_path, MNISTLAB_DATA_DIR=str(MNIST_FOLDER)) != lines_of(on_mnist)


def test_the_script_is_python_whatever_the_run_is_called(run):
    from dataclasses import replace

    for name in ('"""', "'; import os", "\\", "x\n1/0"):
        tree = ast.parse(export.script(replace(run, name=name)))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Div)]


def test_an_untrained_run_has_a_script_too(run):
    from dataclasses import replace

    script = export.script(replace(run, history=run.history[:1]))
    ast.parse(script)
    assert "0 epochs" in script
    assert "trained(params, 0" not in script


def test_more_epochs_than_a_training_may_have_are_trained_in_stages(run):
    from dataclasses import replace

    long = replace(run, history=tuple(run.history[0]._replace(epoch=epoch) for epoch in range(2501)))
    calls = re.findall(r"trained\(params, (\d+), (\d+)", export.script(long))
    assert calls == [("0", "1000"), ("1000", "1000"), ("2000", "500")]


def test_the_table_holds_every_figure_to_its_last_digit(run):
    rows = list(csv.DictReader(io.StringIO(export.history_csv(run))))
    assert len(rows) == len(run.history)
    for row, metrics in zip(rows, run.history, strict=True):
        assert int(row["epoch"]) == metrics.epoch
        assert float(row["test_cost"]) == metrics.test.cost
        assert float(row["train_cost"]) == metrics.train.cost
        assert int(row["test_correct"]) == metrics.test.num_correct
        assert int(row["train_images"]) == metrics.train.confusion.sum()
        assert float(row["gradient_norm_2"]) == metrics.gradient_norms[1]
        assert float(row["saturation_1"]) == metrics.saturation[0]
        assert float(row["seconds"]) == metrics.seconds
        assert [float(row[f"test_recall_{d}"]) for d in range(10)] == list(metrics.test.recall)


def test_a_digit_without_images_has_an_empty_cell(run):
    from dataclasses import replace

    empty = run.history[0].test._replace(confusion=np.zeros((10, 10), int))
    only = replace(run, history=(run.history[0]._replace(test=empty),))
    (row,) = csv.DictReader(io.StringIO(export.history_csv(only)))
    assert row["test_recall_3"] == ""


def test_the_log_is_the_notebooks(mnist):
    pool = pool_in_this_process(mnist)
    trainer = Trainer(pool)
    try:
        trainer.new(TrainConfig(train_size=1280, num_epochs=1))
        trainer.start()
        run = trainer.wait_for(lambda snapshot: not snapshot.active, PATIENCE).run
    finally:
        trainer.close()
        pool.close()
    lines = export.log_text(run).splitlines()
    assert lines[:2] == ["Initial cost: 2.478697", "Correctly predicted labels: 830 / 10000"]
    assert lines[2] == "Episode 0"
    assert re.fullmatch(r"Current cost: \d\.\d{6}", lines[3])
    assert re.fullmatch(r"Correctly predicted labels: \d+ / 10000", lines[4])
    assert len(lines) == 5
