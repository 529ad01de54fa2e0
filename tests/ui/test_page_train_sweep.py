"""The tab "Hyperparameter sweep" of the Train page, driven without a browser."""

import pytest

from mnistlab.jobs.labs import labs
from mnistlab.sweeps.sweep_run import SweepSnapshot
from mnistlab.ui.train.sweep import ended_words
from mnistlab.ui.train.sweep_choice import spaced
from tests.ui.test_page_train import SECONDS, in_tab, opened, run_of, shown

SMALL = {"train_size": "300", "batch_size": "30", "learning_rate": "0.02"}


def in_sweep(**query):
    return in_tab(opened(**SMALL, **query), "Hyperparameter sweep")


def sweeping(app):
    return labs().sweeping(app.session_state["tab"].token)


def asked_for(app, rates, seeds):
    app.number_input(key="train_sweep_rates_number").set_value(rates)
    app.number_input(key="train_sweep_seeds_number").set_value(seeds).run()
    assert not app.exception
    return app


def button(app, name):
    return app.button(key=f"train_sweep_{name}")


def finished(app):
    sweeping(app).wait_for(lambda snapshot: not snapshot.active, SECONDS)
    app.run()
    assert not app.exception
    return app


def test_the_choice_is_said_in_a_sentence_with_the_time_it_takes(generated):
    app = asked_for(in_sweep(), 3, 2)
    said = shown(app)
    assert "η = 0.002, 0.02, 0.2; 2 seeds; weight initialization std 0.01. That makes 6 networks" in said
    assert "networks of 784-10-10, 2 epochs each" in said
    assert button(app, "start").label == "Train 6 networks"
    assert button(app, "stop").disabled


def test_a_sweep_is_trained_and_one_of_its_networks_made_current(generated):
    app = asked_for(in_sweep(), 2, 2)
    before = run_of(app)
    button(app, "start").click().run()
    assert not app.exception
    app = finished(app)
    snapshot = sweeping(app).snapshot()
    assert (snapshot.state, snapshot.epoch, len(snapshot.runs)) == ("finished", 2, 4)
    table = app.dataframe[-1].value
    assert list(table["learning rate"]) == ["0.002", "0.002", "0.2", "0.2"]
    assert list(table["test accuracy"]) == [round(100 * run.accuracy, 2) for run in snapshot.runs]
    assert sorted(mark for mark in table[""] if mark) == ["best", "worst"]
    best = max(snapshot.runs, key=lambda run: run.accuracy)
    assert button(app, "take").label == f"Make {best.name} current"
    button(app, "take").click().run()
    assert not app.exception
    run = run_of(app)
    assert run.id != before.id
    assert (run.epoch, run.accuracy, run.config) == (2, best.accuracy, best.config)
    assert app.session_state["setup"].settings == best.config
    assert not app.warning


def test_a_sweep_can_be_stopped_and_survives_a_page_switch(generated):
    app = asked_for(in_sweep(num_epochs="1000"), 1, 1)
    button(app, "start").click().run()
    assert button(app, "start").disabled
    sweeping(app).wait_for(lambda snapshot: snapshot.epoch >= 1, SECONDS)
    app.switch_page("../pages/data.py").run()
    assert sweeping(app).snapshot().active
    app.switch_page("../pages/train.py").run()
    button(app, "stop").click().run()
    assert not app.exception
    assert sweeping(app).snapshot().state == "stopped"
    assert "Resume" in [each.label for each in app.button]


@pytest.mark.parametrize(
    ("state", "epoch", "words"),
    [
        ("stopped", -1, "Stopped before its first epoch was done"),
        ("stopped", 0, "Stopped before its first epoch was done"),
        ("stopped", 1, "Stopped: 1 epoch of 5 in 2.0 s"),
        ("finished", 5, "Finished: 5 epochs of 5 in 2.0 s"),
    ],
)
def test_how_a_sweep_ended_is_said_in_whole_epochs(state, epoch, words):
    snapshot = SweepSnapshot(state, (), epoch, 7, 10, 5, 0, 2.0, "", 1)
    assert ended_words(snapshot) == words


def test_what_is_too_large_is_refused_with_a_sentence(generated):
    app = asked_for(in_sweep(hidden="1024,1024"), 5, 1)
    button(app, "start").click().run()
    assert not app.exception
    assert "at most 8,000,000 weights and biases in all" in app.warning[0].value
    assert sweeping(app).snapshot().state == "none"


@pytest.mark.parametrize(
    ("first", "last", "number", "rates"),
    [
        (0.001, 0.1, 3, [0.001, 0.01, 0.1]),
        (0.001, 0.1, 5, [0.001, 0.0032, 0.01, 0.032, 0.1]),
        (0.01, 0.01, 4, [0.01]),
        (1e-5, 2e-5, 1, [1e-5]),
    ],
)
def test_learning_rates_are_evenly_spaced_on_a_log_scale(first, last, number, rates):
    assert spaced(first, last, number) == rates
