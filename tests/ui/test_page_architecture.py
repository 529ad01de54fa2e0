"""The Architecture page, driven without a browser, and what it computes about layers."""

import json
import math
import re
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.analysis.formatting import plain
from mnistlab.analysis.layers import curve, flat_share, layer_shapes, pre_activations
from mnistlab.data.datasets import Dataset, Split
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import evaluate
from mnistlab.engine.training import initial_params, train
from mnistlab.jobs.labs import labs
from mnistlab.runs.run import new_run, with_epoch
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.usefixtures("generated")


def page(tab: str = "", **query) -> AppTest:
    app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=60)
    for name, value in {"dataset": "generated", **query}.items():
        app.query_params[name] = value
    if tab:
        app.session_state["architecture_tabs_open"] = tab
    return app.switch_page("../pages/architecture.py").run()


def figures(app: AppTest) -> dict[str, dict]:
    return {
        chart.proto.id.rsplit("-architecture", 1)[-1]: json.loads(chart.proto.spec)
        for chart in app.get("plotly_chart")
    }


def sketches(app: AppTest) -> dict[str, dict]:
    """What the browser is sent of the figures of plain markup, by their keys."""
    return {
        drawn.proto.id.rsplit("-architecture", 1)[-1]: json.loads(drawn.proto.json)
        for drawn in app.get("bidi_component")
        if drawn.proto.component_name.endswith("mnistlab_sketch")
    }


def outputs(app: AppTest) -> list[list[float]]:
    """The ten activations of each row of bars, as hovering tells them."""
    markup = "".join(element.value for element in app.html)
    told = [float(value) for value in re.findall(r"output \d: activation ([\d.]+)", markup)]
    return [told[start : start + 10] for start in range(0, len(told), 10)]


def shown(app: AppTest) -> str:
    words = "\n".join(element.value for element in [*app.markdown, *app.caption, *app.latex])
    return words.replace("\u00a0", " ")


@pytest.fixture(scope="module")
def trained(generated):
    """A run of one epoch on a few generated digits."""
    config = TrainConfig(
        dataset="generated", hidden=(12,), train_size=256, batch_size=16, num_epochs=1, learning_rate=0.01
    )
    few = Split(generated.train.images[:256], generated.train.labels[:256])
    run = new_run(config, initial_params(config), "small")
    for epoch in train(config, Dataset("generated digits", "", few, few)):
        run = with_epoch(run, epoch.metrics, epoch.params)
    return run


def with_run(run, tab: str = "") -> AppTest:
    app = page(tab, hidden="12", train_size="256", batch_size="16", num_epochs="1", learning_rate="0.01")
    labs().open(app.session_state["tab"].token).add(run)
    return app.run()


def test_the_table_counts_every_weight_and_bias():
    app = page(hidden="100")
    assert not app.exception
    assert "| hidden 1 | 100 | sigmoid | 100 × 784 + 100 | 78,500 |" in shown(app)
    assert "| output | 10 | sigmoid | 10 × 100 + 10 | 1,010 |" in shown(app)
    assert "**79,510**" in shown(app)


@pytest.mark.parametrize("hidden", ["none", "3", "1024,512,256", "7,6,5,4,3,2"])
def test_any_network_that_the_sidebar_allows_is_drawn(hidden):
    app = page(hidden=hidden)
    assert not app.exception
    widths = [784, *(int(width) for width in hidden.split(",") if width != "none"), 10]
    count = sum(n_in * n_out + n_out for n_in, n_out in pairwise(widths))
    assert f"**{count:,}**" in shown(app)
    assert "-".join(map(str, widths)) in sketches(app)["_diagram"]["alt"]


def test_the_untrained_network_is_asked_about_the_first_three_images_and_the_test_set(generated):
    app = page(hidden="20", seed="5")
    config = TrainConfig(dataset="generated", hidden=(20,), seed=5)
    params = initial_params(config)
    for place in range(3):
        pixels = generated.train.images[place].reshape(-1).astype(float)
        hidden = 1 / (1 + np.exp(-np.clip(params[0].weights @ pixels, -500, 500)))
        expected = 1 / (1 + np.exp(-(params[1].weights @ hidden)))
        np.testing.assert_allclose(outputs(app)[place], expected, atol=1e-4)
    score = evaluate(params, generated.test, config)
    assert [metric.value for metric in app.metric] == [
        f"{score.cost:.6f}",
        f"{score.num_correct:,} of 10,000",
    ]


def test_on_real_mnist_the_notebook_preset_begins_where_the_notebook_did(mnist, monkeypatch):
    from mnistlab.ui import digits

    monkeypatch.setattr(digits, "mnist", lambda: mnist)
    app = page(dataset="mnist")
    assert [metric.value for metric in app.metric] == ["2.478697", "830 of 10,000"]


def test_sigma_and_its_slope_are_said_for_the_chosen_z_and_activation():
    app = page("Activation function")
    app.slider(key="architecture_z").set_value(-2.0).run()
    value = 1 / (1 + math.exp(2))
    assert f"{value:.4f}" in shown(app)
    assert f"{value * (1 - value):.4f}" in shown(app)
    app.slider(key="architecture_z").set_value(-9.0).run()
    assert "**saturated**" in shown(app)
    app.button_group(key="architecture_sigma_sigmoid").set_value("relu").run()
    app.slider(key="architecture_z").set_value(3.5).run()
    assert not app.exception
    assert r"\sigma(z) = 3.5000" in shown(app)
    assert "**100%** passes on" in shown(app)


def test_the_sums_show_why_raw_pixels_saturate_and_divided_ones_do_not(generated):
    app = page("Pre-activations z", hidden="100")
    pixels = generated.train.images[:128].reshape(128, -1).astype(float)
    z = pixels @ np.asarray(initial_params(TrainConfig())[0].weights, float).T
    a = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
    raw = (a * (1 - a) < 0.007).mean()
    assert f"**{raw:.0%}** lie where" in shown(app)
    assert "**0%** are saturated" in shown(app)
    first = figures(app)["_sums"]["layout"]["meta"]["alt"]
    app.button_group(key="architecture_scaling_raw").set_value("unit").run()
    assert not app.exception
    assert figures(app)["_sums"]["layout"]["meta"]["alt"] != first


def test_the_words_about_sums_fit_a_relu():
    app = page("Pre-activations z", activation="relu")
    assert not app.exception
    assert "ReLU lets every positive" in shown(app)


def test_a_trained_network_is_shown_before_and_after(trained):
    app = with_run(trained, "First-layer weights")
    assert not app.exception
    assert app.metric[1].label == "Test accuracy, after epoch 1"
    assert app.metric[1].delta
    assert len(outputs(app)) == 6
    assert {"_unit_before", "_unit_after"} <= set(sketches(app))
    sums = with_run(trained, "Pre-activations z")
    assert "before → after epoch 1: hidden 1" in shown(sums)


def test_other_settings_can_be_looked_at_without_losing_the_network(trained):
    app = with_run(trained)
    app.number_input(key="set_width_0").set_value(30).run()
    assert not app.exception
    assert "| hidden 1 | 30 | sigmoid |" in shown(app)
    assert "The untrained network" in shown(app)
    app.button_group(key="architecture_which").set_value("bench").run()
    assert "The network after epoch 1" in shown(app)
    assert "| hidden 1 | 12 | sigmoid |" in shown(app)


def test_a_clicked_unit_is_shown_large(generated):
    app = page("First-layer weights", hidden="40")
    app.session_state["architecture_unit"] = 33
    app.run()
    weights = np.asarray(initial_params(TrainConfig(hidden=(40,)))[0].weights)[33]
    unit = sketches(app)["_unit_before"]
    assert "Unit 33 as it begins" in unit["markup"]
    assert unit["fields"][0]["lists"]["value"] == [plain(weight, 6) for weight in weights.tolist()]
    smaller = page("First-layer weights", hidden="4")
    assert "Unit 0" in sketches(smaller)["_unit_before"]["markup"]


def test_pre_activations_are_those_of_a_product_by_hand():
    config = TrainConfig(hidden=(5,), activation="tanh", scaling="unit", initialization="scaled")
    params = initial_params(config)
    images = np.random.default_rng(0).integers(0, 256, (6, 28, 28)).astype(np.uint8)
    first, last = pre_activations(params, images, config)
    by_hand = images.reshape(6, -1) / 255 @ np.asarray(params[0].weights).T
    np.testing.assert_allclose(first, by_hand, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(last, np.tanh(by_hand) @ np.asarray(params[1].weights).T, rtol=1e-4, atol=1e-5)
    raw, _ = pre_activations(params, images, config, scaling="raw")
    np.testing.assert_allclose(raw, 255 * by_hand, rtol=1e-4, atol=1e-2)


def test_the_curves_are_the_functions_and_their_derivatives():
    for name, function in (("sigmoid", jax.nn.sigmoid), ("tanh", jnp.tanh)):
        z, values, slopes = curve(name)
        np.testing.assert_allclose(values, function(z), atol=1e-6)
        np.testing.assert_allclose(slopes, jax.vmap(jax.grad(function))(z), atol=1e-5)


def test_a_sigmoid_is_flat_beyond_five_and_a_relu_below_zero():
    z = np.array([-6.0, -4.0, 0.5, 4.0, 6.0], np.float32)
    assert flat_share(z, "sigmoid") == pytest.approx(0.4)
    assert flat_share(z, "relu") == pytest.approx(0.4)
    assert flat_share(np.array([3.3, 2.0], np.float32), "tanh") == 0.5


def test_layers_of_a_network_without_hidden_ones_are_one():
    (only,) = layer_shapes(TrainConfig(hidden=()))
    assert (only.name, only.arithmetic, only.num_parameters) == ("output", "10 × 784 + 10", 7_850)
