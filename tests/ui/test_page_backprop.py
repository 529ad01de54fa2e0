"""The Backprop page, driven without a browser: every control, and what is on the screen after it."""

import inspect
import json
import re
import sys
from dataclasses import replace

import jax
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.analysis.ablation import Damage, damaged
from mnistlab.analysis.formatting import factor, numeral
from mnistlab.analysis.gradient_check import against_differences, against_jax, random_places
from mnistlab.analysis.sgd_step import Growth, SgdStep, batch_of, take_step
from mnistlab.analysis.single_image import follow, telling_image
from mnistlab.data.datasets import Dataset, Split
from mnistlab.engine import backprop
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import evaluate
from mnistlab.engine.network import initialize_network
from mnistlab.engine.training import epoch_key, epoch_steps, train
from mnistlab.jobs.labs import labs
from mnistlab.runs.run import new_run, with_epoch
from mnistlab.ui.backprop.code import SHOWN
from mnistlab.ui.backprop.step import words_on, words_on_growth
from mnistlab.ui.formatting import change_of_cost
from tests.conftest import REPOSITORY
from tests.oracles import summed_cost
from tests.widgets import named

SETTINGS = {"hidden": "12", "scaling": "unit", "initialization": "scaled", "dataset": "generated"}


FRAME = 'class="frame"'
TABS = {
    "Forward": ["Forward"],
    "Backward": ["Backward"],
    "Gradient": ["Gradient"],
    "Four equations": ["One weight: the four equations"],
    "Cost vs. weight": ["Cost as a function of one weight"],
    "Gradient check": ["Gradient check"],
    "SGD step": ["SGD step"],
    "vmap and keys": ["Vectorization with vmap", "Random keys"],
    "Ablation": ["Ablation: break it"],
    "Source code": ["Source code"],
}


def page(tab: str = "", **query) -> AppTest:
    app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=120)
    for name, value in {**SETTINGS, **query}.items():
        app.query_params[name] = value
    if tab:
        app.session_state["backprop_tabs_open"] = tab
    app.switch_page("../pages/backprop.py")
    return app.run()


def shown(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.latex])


def sketches(app: AppTest) -> dict[str, dict]:
    """What the browser is sent of the figures that can be clicked, by their keys."""
    found = {}
    for drawn in app.get("bidi_component"):
        if drawn.proto.component_name.endswith("mnistlab_sketch"):
            found[drawn.proto.id.rsplit("-", 1)[-1]] = json.loads(drawn.proto.json)
    return found


def button_keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def number_of(app: AppTest) -> int:
    return named(app.number_input, "backprop_number").value


def guess(app: AppTest, answer: str) -> AppTest:
    return app.button(key=f"backprop_guess_{answer}").click().run()


@pytest.fixture(scope="module")
def trained(generated):
    """A run of one epoch on a few generated digits."""
    config = TrainConfig(
        hidden=(12,), scaling="unit", initialization="scaled", dataset="generated", num_epochs=1,
        train_size=256, batch_size=32, learning_rate=0.05,
    )  # fmt: skip
    few = Split(generated.train.images[:256], generated.train.labels[:256])
    small = Dataset("generated digits", "", few, few)
    run = new_run(config, initialize_network(config.dimensions, config.seed, "scaled"), "small")
    for epoch in train(config, small):
        run = with_epoch(run, epoch.metrics, epoch.params)
    return run


def test_the_page_is_useful_with_no_choice_made(generated):
    app = page()
    assert not app.exception
    assert app.title[0].value == "Backprop"
    label = int(app.session_state["lab"].dataset.test.labels[number_of(app)])
    assert f"is a **{label}**" in shown(app)
    assert "which is right" not in shown(app), "an error worth following"
    assert "backprop_trained" not in {control.key for control in app.segmented_control}
    assert {"backprop_forward", "backprop_digit_shown"} <= set(sketches(app))


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_has_its_part_of_the_story_and_no_other_and_the_weight_stands_above_all(generated, tab):
    app = page(tab)
    assert not app.exception
    assert [heading.value for heading in app.subheader] == TABS[tab]
    named(app.number_input, "backprop_pick_unit").set_value(5).run()
    assert not app.exception
    assert [heading.value for heading in app.subheader] == TABS[tab]
    assert named(app.number_input, "backprop_pick_unit").value == 5


def test_a_chosen_weight_stays_chosen_in_every_tab(generated):
    for tab in TABS:
        app = page(tab)
        app.session_state["backprop_weight"] = (1, 7, 350)
        app.run()
        assert named(app.number_input, "backprop_pick_unit").value == 7
        assert named(app.number_input, "backprop_pick_source").value == 350
        drawn = sketches(app)
        if tab == "Forward":
            assert drawn["backprop_forward"]["markup"].count(FRAME) == 2
        if tab == "Backward":
            assert drawn["backprop_backward"]["markup"].count(FRAME) == 1
        if tab == "Gradient":
            assert drawn["backprop_picture"]["markup"].count(FRAME) == 1
            assert drawn["backprop_sheet"]["markup"].count('aria-pressed="true"') == 1


def test_the_gradient_is_shown_as_pictures_and_as_a_matrix(generated):
    drawn = sketches(page("Gradient"))
    (picture,) = drawn["backprop_picture"]["fields"]
    assert (picture["columns"], picture["rows"], picture["clickable"]) == (28, 28, True)
    assert len(drawn["backprop_sheet"]["fields"]) == 12
    (matrix,) = drawn["backprop_matrix"]["fields"]
    assert (matrix["columns"], matrix["rows"]) == (12, 10)


def test_every_function_whose_source_is_shown_runs_for_this_page_and_in_training(generated):
    """Shapes of their own, so that nothing is remembered from an earlier trace."""
    config = TrainConfig(
        hidden=(13, 11), scaling="unit", initialization="scaled", batch_size=7, train_size=21
    )
    params, ran = initialize_network(config.dimensions, 3, "scaled"), set()
    images, labels = generated.train.images[:7], generated.train.labels[:7]
    sys.setprofile(lambda frame, event, _: ran.add(frame.f_code) if event == "call" else None)
    try:
        followed = follow(images[0], int(labels[0]), params, config)
        against_jax(followed)
        against_differences(followed, random_places(followed, 2))
        take_step(params, batch_of(images, labels, "unit"), 0.1, config)
        in_this_tab, ran = ran, set()
        for _ in epoch_steps(params, epoch_key(3, 0), generated.train, replace(config, batch_size=6)):
            pass
    finally:
        sys.setprofile(None)
    shown_functions = {function for functions in SHOWN.values() for function in functions}
    assert {
        function.__name__ for function in shown_functions if function.__code__ not in in_this_tab
    } == set()
    assert backprop.batch_step.__code__ in ran


def test_the_source_is_that_of_the_modules_themselves(generated):
    app = page("Source code")
    for part, function in (
        ("Backward", backprop.backward), ("Gradient", backprop.batch_gradient), ("Step", backprop.batch_step)
    ):  # fmt: skip
        app.segmented_control(key="backprop_code").set_value(part).run()
        assert inspect.getsource(function).rstrip() in {code.value.rstrip() for code in app.code}


def test_nothing_is_given_away_before_a_guess_and_the_numbers_prove_the_answer(generated):
    app = page("Four equations")
    assert {"backprop_guess_raise", "backprop_guess_lower", "backprop_guess_same"} <= button_keys(app)
    before = {metric.label for metric in app.metric}
    guess(app, "raise")
    assert not app.exception
    assert "backprop_guess_raise" not in button_keys(app)
    costs = [float(m.value) for m in app.metric if m.label not in before and "the weight" in m.label]
    assert len(costs) == 3
    lower, _, higher = costs
    raised = "**You guessed right.** Raise it" in shown(app)
    assert raised == (higher < lower)
    assert raised or "**Not so.** Lower it" in shown(app)
    for name in ("(BP1)", "(BP2)", "(BP3)", "(BP4)"):
        assert name in shown(app)


def test_another_weight_asks_again_unless_guessing_is_switched_off(generated):
    app = guess(page("Four equations"), "none")
    named(app.number_input, "backprop_pick_unit").set_value(5).run()
    assert "backprop_guess_raise" in button_keys(app)
    app.toggle(key="backprop_guess_first").set_value(False).run()
    assert "backprop_guess_raise" not in button_keys(app)
    assert "z_{5}^{(1)}" in shown(app)


def test_layer_unit_and_source_choose_the_weight_that_is_written_out(generated):
    app = guess(page("Four equations"), "none")
    named(app.segmented_control, "backprop_pick_layer").set_value(2).run()
    named(app.number_input, "backprop_pick_unit").set_value(7).run()
    named(app.number_input, "backprop_pick_source").set_value(3).run()
    guess(app, "none")
    assert not app.exception
    assert r"\partial W_{7,3}^{(2)}" in shown(app)
    assert "(BP2)" not in "".join(c.value for c in app.caption)
    app.button(key="backprop_steepest").click().run()
    assert named(app.segmented_control, "backprop_pick_layer").value == 2
    assert "W_{7,3}^{(2)}" not in shown(app)


def test_digit_and_number_choose_the_image(generated):
    app = page()
    named(app.selectbox, "backprop_digit").set_value(4).run()
    number = named(app.number_input, "backprop_number").value
    assert generated.test.labels[number] == 4
    app.button(key="backprop_next").click().run()
    after = named(app.number_input, "backprop_number").value
    assert after > number
    assert generated.test.labels[after] == 4
    app.button(key="backprop_random").click().run()
    assert generated.test.labels[named(app.number_input, "backprop_number").value] == 4
    other = int(np.flatnonzero(generated.test.labels != 4)[0])
    named(app.number_input, "backprop_number").set_value(other).run()
    assert named(app.selectbox, "backprop_digit").value == "any"
    app.segmented_control(key="backprop_from").set_value("train").run()
    assert f"Training image {other:,} is a **{generated.train.labels[other]}**" in shown(app)
    assert not app.exception


def test_a_mistake_is_an_image_that_the_network_misreads(generated):
    app = page()
    app.button(key="backprop_misread").click().run()
    assert not app.exception
    assert "which is right" not in shown(app)


def test_a_drawing_is_offered_when_there_is_one_and_asks_what_it_was_meant_to_be(generated):
    app = page()
    assert "drawing" not in app.segmented_control(key="backprop_from").options
    app.session_state["last_drawing"] = generated.test.images[3]
    app.run()
    app.segmented_control(key="backprop_from").set_value("drawing").run()
    app.pills[0].set_value(6).run()
    assert not app.exception
    assert "Your drawing is a **6**" in shown(app)
    app.session_state["last_drawing"] = generated.test.images[4]
    app.run()
    answer = app.pills[0].value
    assert f"reads **{answer}**, which is right" in shown(app), "the label was of the drawing before"


def test_turning_the_weight_moves_the_cost_and_back_brings_it_back(generated):
    app = page("Cost vs. weight")
    slider = next(s for s in app.slider if s.key.startswith("backprop_turn_"))

    def cost():
        return next(m.value for m in app.metric if m.label == "cost $L$")

    as_it_is = cost()
    slider.set_value(200).run()
    assert cost() != as_it_is
    app.button(key="backprop_turn_back").click().run()
    assert cost() == as_it_is
    assert not app.exception


def test_the_check_shows_every_array_and_belongs_to_its_image(generated):
    app = page("Gradient check")
    app.button(key="backprop_check").click().run()
    assert not app.exception
    assert "**Backpropagation against `jax.grad`.**" in shown(app)
    assert "do **not** agree" not in shown(app)
    assert len(app.table[0].value) == 4
    app.button(key="backprop_next").click().run()
    assert not app.table


def test_one_step_lowers_the_cost_and_says_how_near_the_prediction_was(generated):
    app = page("SGD step")
    app.segmented_control(key="backprop_size").set_value(8).run()
    app.segmented_control(key="backprop_part").set_value(100).run()
    app.button(key="backprop_step").click().run()
    assert not app.exception
    metrics = {metric.label: metric.value for metric in app.metric}
    assert float(metrics["after"]) <= float(metrics["summed cost before"])
    assert float(metrics["actual / predicted"].rstrip("%")) == pytest.approx(100, abs=5)
    assert "with 8 images" in shown(app)


@pytest.mark.parametrize("hidden", ["none", "7,6"])
def test_other_depths_have_their_own_equations(generated, hidden):
    app = guess(page("Four equations", hidden=hidden), "none")
    assert not app.exception
    captions = [caption.value for caption in app.caption]
    assert sum("(BP2) carried" in caption for caption in captions) == (0 if hidden == "none" else 2)


def test_a_trained_network_can_be_compared_with_itself_before_training(generated, trained):
    app = page("Cost vs. weight")
    labs().open(app.session_state["tab"].token).add(trained)
    app.run()
    state = app.segmented_control(key="backprop_trained")
    assert state.value is True
    after = [metric.value for metric in app.metric]
    state.set_value(False).run()
    assert not app.exception
    assert [metric.value for metric in app.metric] != after


BENDS = (
    "The cost fell, by less than the tangent predicts, for the cost bends on the way. Take a tenth or a "
    "hundredth of $\\eta$: the prediction gets better and better, and that is what a derivative means."
)
LONG = "The step was so long that the cost **rose**: downhill, across the valley, up the other side."
MORE = "The cost fell more than predicted: here it bends downward, and a longer step would pay."
STRAIGHT = (
    "Change and prediction agree within a tenth: on so short a step the cost is as good as a straight line."
)


@pytest.mark.parametrize(
    ("after", "predicted", "words"),
    [(2.5, -0.5, LONG), (1.9, -0.5, BENDS), (1.4, -0.5, MORE), (1.5, -0.5, STRAIGHT), (2.0, 0.0, STRAIGHT)],
)
def test_the_words_on_a_step_are_a_whole_sentence_that_follows_its_numbers(after, predicted, words):
    assert words_on(SgdStep(2.0, after, predicted, 0.1, np.zeros(1), np.zeros(1))) == words


def some_growth(*gradients):
    """How the gradients of a mini-batch, here plain vectors, add up."""
    gradients = np.array(gradients, float)
    return Growth(np.linalg.norm(gradients, axis=1), np.linalg.norm(gradients.cumsum(axis=0), axis=1))


def test_the_words_on_the_mini_batch_follow_its_numbers():
    alike, across = (3, 0), (0, 3)
    assert "it is 3 times as long" in words_on_growth(some_growth(alike, alike, alike))
    assert "ends about as high" in words_on_growth(some_growth(alike, alike, alike))
    disagreeing = words_on_growth(some_growth(alike, across, (-1, 1)))
    assert "falls, for what the images disagree on cancels" in disagreeing
    learned = words_on_growth(some_growth((1e-6, 0), alike, across))
    assert "rises, for the first image's gradient is below" in learned
    assert "cancel." not in learned
    assert "rises, for the first image's gradient is below" in words_on_growth(some_growth((1, 0), alike))
    assert "falls, for the first image's gradient is far above" in words_on_growth(
        some_growth((30, 0), alike, across)
    )
    assert "would move nothing" in words_on_growth(some_growth((0, 0), alike))
    assert "no step" in words_on_growth(some_growth((0, 0), (0, 0)))


def test_a_change_of_the_cost_is_written_with_a_real_minus_and_down_is_good():
    assert change_of_cost(-0.908) == {"delta": "−0.908", "delta_color": "green", "delta_arrow": "down"}
    assert change_of_cost(1.5e-7) == {"delta": "+1.5·10⁻⁷", "delta_color": "red", "delta_arrow": "up"}
    assert change_of_cost(0.0)["delta_arrow"] == "off"


def test_vmap_and_the_loop_agree_and_the_list_of_operations_is_shown(generated):
    app = page("vmap and keys")
    app.button(key="backprop_vmap").click().run()
    assert not app.exception
    labels = {metric.label: metric.value for metric in app.metric}
    assert {"Python loop", "vmap", "Speedup"} <= labels.keys()
    (operations,) = [each.value for each in app.dataframe]
    assert next(iter(operations["operation"])) == "dot_general"
    tree = sketches(app)["backprop_keys"]["markup"]
    assert "weights of layer 1" in tree
    assert "order of epoch 4" in tree
    app.select_slider(key="backprop_vmap_size").set_value(4).run()
    assert "Speedup" not in {metric.label for metric in app.metric}, "it was for another mini-batch"


def test_a_copy_is_broken_the_accuracy_is_guessed_first_and_one_click_undoes_it(generated, trained):
    app = page("Ablation")
    assert "untrained" in shown(app)
    assert "backprop_damage_undo" not in button_keys(app)
    trainer = labs().open(app.session_state["tab"].token)
    trainer.add(trained)
    app.run()
    assert "Nothing is damaged" in shown(app)
    named(app.toggle, "backprop_damage_pixels").set_value(True).run()
    assert "backprop_damage_guess_none" in button_keys(app)
    assert [metric.label for metric in app.metric] == []
    measurement = app.session_state["backprop_measured"][2]
    measurement.wait(120)
    app.button(key="backprop_damage_guess_More than 50 points").click().run()
    assert not app.exception
    said = shown(app)
    before, after = measurement.scores
    assert [metric.value for metric in app.metric] == [
        f"{100 * accuracy:.2f}%" for accuracy in (trained.accuracy, after.accuracy)
    ]
    assert "All the ink is still there" in said
    assert ("You guessed right" in said) == (before.accuracy - after.accuracy >= 0.5)
    named(app.multiselect, "backprop_damage_silenced").set_value(["Layer 1: all 12 units"]).run()
    assert "backprop_damage_guess_none" in button_keys(app)
    app.button(key="backprop_damage_undo").click().run()
    assert "Nothing is damaged" in shown(app)
    kept = [array for layer in trainer.snapshot().run.params for array in layer]
    given = [array for layer in trained.params for array in layer]
    assert all(map(np.array_equal, kept, given))


def test_the_units_are_ranked_by_what_their_loss_costs(generated, trained):
    app = page("Ablation")
    labs().open(app.session_state["tab"].token).add(trained)
    app.run()
    app.button(key="backprop_rank").click().run()
    app.session_state["backprop_ranked"][2].wait(120)
    app.run()
    assert not app.exception
    (table,) = [each.value for each in app.dataframe]
    copies = [damaged(trained.params, Damage(silenced=((1, unit),))) for unit in range(12)]
    whole, *rest = [
        evaluate(params, generated.test, trained.config).accuracy for params in (trained.params, *copies)
    ]
    lost = [100 * (whole - accuracy) for accuracy in rest]
    assert list(table["points lost"]) == pytest.approx(sorted(lost, reverse=True)[:10])
    assert list(table["points lost"]) == pytest.approx([lost[unit] for unit in table["unit"]])
    assert f"Without **unit {table['unit'][0]}** the accuracy on 10,000 test images falls most" in shown(app)


def test_the_first_image_is_misread_by_the_network_shown_until_somebody_chooses_another(generated, trained):
    app = page()
    trainer = labs().open(app.session_state["tab"].token)
    trainer.add(trained)
    app.run()
    first = number_of(app)
    followed = follow(
        generated.test.images[first], generated.test.labels[first], trained.params, trained.config
    )
    assert followed.answer != followed.label
    app.button(key="backprop_next").click().run()
    assert number_of(app) == first + 1
    app.segmented_control(key="backprop_trained").set_value(False).run()
    app.run()
    assert number_of(app) == first + 1


def test_the_image_that_is_followed_first_has_the_median_cost_of_those_misread():
    outputs = np.zeros((6, 10))
    outputs[np.arange(6), [0, 1, 1, 1, 1, 5]] = [1, 1, 0.2, 0.9, 0.5, 1]
    labels = np.array([0, 1, 2, 3, 4, 5])
    assert telling_image(outputs, labels) == 4, "of images 2, 3 and 4, that between 1.04 and 1.81"
    right = np.eye(10)[:3] * np.array([[1.0], [0.6], [0.9]])
    assert telling_image(right, labels[:3]) == 1, "none is misread: the largest cost"


def test_the_weight_that_was_turned_is_where_it_was_when_one_comes_back(generated):
    app = page("Cost vs. weight")
    next(s for s in app.slider if s.key.startswith("backprop_turn_")).set_value(120).run()
    app.switch_page("../pages/home.py").run()
    app.switch_page("../pages/backprop.py").run()
    assert next(s for s in app.slider if s.key.startswith("backprop_turn_")).value == 120


def step_of_weight(app):
    """The weight, the learning rate, the slope and the weight after the step, as the page says them."""
    app.button(key="backprop_step").click().run()
    assert not app.exception
    (words,) = [each.value for each in app.markdown if "takes the step too" in each.value]
    numbers = words.partition("arrow ")[2].rstrip("$.").replace(r" \cdot 10^{", "e").replace("}", "")
    weight, rate, slope, after = map(float, re.split(r" - (?=[\d.])| \\cdot \(|\) = ", numbers))
    assert after == pytest.approx(weight - rate * slope, abs=2e-3 * abs(weight))
    return weight, rate, slope


def test_the_step_takes_the_image_that_is_followed_or_a_mini_batch_and_says_which(generated):
    app = page("SGD step")
    app.session_state["backprop_weight"] = (1, 5, 350)
    number = int(np.flatnonzero(generated.test.images[:, 12, 14] > 100)[0])  # pixel 350 has ink
    named(app.number_input, "backprop_number").set_value(number).run()
    run = labs().open(app.session_state["tab"].token).snapshot().run

    def slope_by_jax(images, labels):
        pixels, targets = images.reshape(-1, 784) / np.float32(255), np.eye(10, dtype=np.float32)[labels]
        gradient = jax.grad(summed_cost)(run.params, pixels, targets, run.config.activation)
        return float(gradient[0].weights[5, 350])

    one = generated.test.images[number : number + 1], generated.test.labels[number : number + 1]
    assert f"test image {number:,} alone" in shown(app)
    weight, _, slope = step_of_weight(app)
    assert weight == pytest.approx(run.params[0].weights[5, 350], rel=1e-3)
    assert slope == pytest.approx(slope_by_jax(*one), rel=1e-3)
    app.segmented_control(key="backprop_size").set_value(8).run()
    app.number_input(key="backprop_batch").set_value(2).run()
    assert "training images 16 to 23" in shown(app)
    *_, slope = step_of_weight(app)
    some = generated.train.images[16:24], generated.train.labels[16:24]
    assert slope == pytest.approx(slope_by_jax(*some), rel=1e-3)


def test_the_gradient_of_the_chosen_weight_is_written_as_a_product(generated):
    app = page("Gradient")
    run, number = labs().open(app.session_state["tab"].token).snapshot().run, number_of(app)
    followed = follow(generated.test.images[number], generated.test.labels[number], run.params, run.config)
    app.session_state["backprop_weight"] = (1, 5, 350)
    app.run()
    (words,) = [each.value for each in app.markdown if each.value.startswith("Of the chosen weight")]
    delta, carried = float(followed.deltas[0][5]), float(followed.activations[0][350])
    assert f"= {factor(delta)} \\cdot {factor(carried)} = " in words
    assert rf"\mathbf{{{numeral(delta * carried)}}}" in words


def test_a_weight_begins_where_its_seed_has_it(generated):
    app = page("vmap and keys")
    app.number_input(key="backprop_other_seed").set_value(123).run()
    own, other = [each.value for each in app.markdown if "begins at" in each.value]
    assert own == other
    app.number_input(key="backprop_other_seed").set_value(7).run()
    own, other = [each.value for each in app.markdown if "begins at" in each.value]
    assert own != other
