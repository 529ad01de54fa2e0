"""MNIST + generated on the screen: offered where MNIST is, and what is trained for somebody uses it."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.analysis.experiments import EXPERIMENTS
from mnistlab.data.datasets import Dataset, combined
from mnistlab.engine.config import PRESETS
from mnistlab.jobs.labs import labs
from mnistlab.ui import digits
from tests.conftest import REPOSITORY

EXPERIMENT = next(experiment for experiment in EXPERIMENTS if experiment.needs_mnist)
CHOICE = ["MNIST", "Generated", "MNIST + generated"]


def opened(page="home", **query) -> AppTest:
    app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run() if page == "home" else app.switch_page(f"../pages/{page}.py").run()


def shown(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.warning])


def settings_of(app: AppTest):
    return app.session_state["setup"].settings


def choice(app: AppTest):
    """The choice of the dataset, or None."""
    found = [group for group in app.button_group if group.label == "Dataset"]
    return found[0] if found else None


@pytest.fixture
def with_mnist(generated, monkeypatch):
    """A machine on which MNIST is, or what passes for it here."""
    stand_in = Dataset("MNIST", "Made up.", generated.test, generated.test)
    mixture = combined(Dataset("MNIST", "Made up.", generated.train, generated.test), generated)
    monkeypatch.setattr(digits, "mnist", lambda: stand_in)
    monkeypatch.setattr(digits, "combined_digits", lambda: mixture)


@pytest.fixture
def without_mnist(generated, monkeypatch):
    """A machine on which it is not."""

    def missing():
        raise digits.DataError("MNIST is not on this machine yet.")

    monkeypatch.setattr(digits, "mnist", missing)


def test_the_third_choice_stands_beside_mnist_and_goes_into_the_address(with_mnist):
    app = opened()
    assert list(choice(app).options) == CHOICE
    choice(app).set_value("combined").run()
    assert not app.exception
    assert app.query_params["dataset"] == "combined"
    assert settings_of(
        opened(**{name: app.query_params[name] for name in ("dataset", "seed")})
    ) == settings_of(app)
    assert "MNIST + generated" in shown(app.switch_page("../pages/data.py").run())


def test_without_mnist_it_is_offered_no_more_than_mnist_and_a_link_to_it_says_why(without_mnist):
    app = opened(dataset="combined", hidden="8")
    assert not app.exception
    assert choice(app) is None
    assert "MNIST is not. It was MNIST + generated." in app.warning[0].value.replace("\\", "")
    assert (app.query_params["dataset"], app.query_params["hidden"]) == ("generated", "8")


def test_what_is_trained_for_somebody_uses_it_where_it_can(with_mnist):
    app = opened()
    app.button(key="home_train").click().run()
    trainer = labs().open(app.session_state["tab"].token)
    try:
        assert settings_of(app) == trainer.snapshot().run.config == PRESETS["drawing"]
        assert PRESETS["drawing"].dataset == "combined"
    finally:
        trainer.stop()


def test_a_lesson_that_hides_the_dataset_keeps_its_own(with_mnist):
    app = opened(dataset="mnist", hide="dataset")
    app.button(key="preset_drawing").click().run()
    assert settings_of(app) == replace(PRESETS["drawing"], dataset="mnist")


def test_its_experiment_keeps_the_mixture_whatever_is_in_use(with_mnist):
    app = opened(dataset="generated")
    app.button(key=f"open_{EXPERIMENT.slug}").click().run()
    assert not app.exception
    assert settings_of(app) == EXPERIMENT.config
    assert settings_of(opened(experiment=EXPERIMENT.slug)) == EXPERIMENT.config


def test_where_mnist_is_not_its_experiment_is_not_begun_on_other_digits(without_mnist):
    app = opened()
    assert app.button(key=f"open_{EXPERIMENT.slug}").disabled
    assert not any(
        app.button(key=f"open_{each.slug}").disabled for each in EXPERIMENTS if each is not EXPERIMENT
    )
    app = opened("train", experiment=EXPERIMENT.slug)
    assert not app.exception
    assert "MNIST is not" in app.warning[0].value
    app.radio(key=f"guess_{EXPERIMENT.slug}").set_value(EXPERIMENT.options[0]).run()
    assert "needs MNIST" in shown(app)
    assert not [button for button in app.button if button.key == "experiment_again"]


def test_nearest_neighbors_name_the_training_images_that_they_are_among(with_mnist):
    app = opened("predict", dataset="combined")
    app.segmented_control(key="predict_source").set_value("test").run()
    assert not app.exception
    assert "**Nearest neighbors (training set)** · MNIST + generated, first epoch;" in shown(app)
