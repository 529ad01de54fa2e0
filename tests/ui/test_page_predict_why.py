"""The Predict page says why, and learns from digits that somebody drew."""

import re
from dataclasses import replace

import numpy as np

from mnistlab.analysis.attribution import evidence
from mnistlab.analysis.single_image import passed_by
from mnistlab.data.framing import frame
from mnistlab.engine.training import train
from mnistlab.jobs.labs import labs
from mnistlab.runs.run import new_run
from tests.predict_page import QUICK, SEVEN, THREE, draw, opened, shown, sketch
from tests.widgets import named

pytest_plugins = ("tests.predict_page",)


def slopes_shown(page):
    """The numbers that hovering over the left map tells."""
    return np.array(sketch(page, "predict_slopes")["fields"][0]["lists"]["value"], float).reshape(28, 28)


def test_the_evidence_is_that_of_the_answer_until_another_output_is_chosen(trained, run):
    draw(trained, SEVEN)
    passed = passed_by(run.params, frame(SEVEN), run.config)
    for chosen, unit in ((None, 7), (2, 2)):
        if chosen is not None:
            trained.pills(key="predict_output").set_value(chosen).run()
        truth = evidence(run.params, passed, 1, unit, "relu").slopes.reshape(28, 28)
        assert np.allclose(slopes_shown(trained), truth, atol=1e-5)
    assert "Gradient" in sketch(trained, "predict_slopes")["markup"]


def test_a_hidden_unit_shows_its_weights_and_the_exact_sum(trained, run):
    draw(trained, SEVEN)
    trained.session_state["predict_unit"] = (0, 4)
    trained.run()
    assert not trained.exception
    weights = run.params[0].weights[4].reshape(28, 28)
    assert np.allclose(slopes_shown(trained), weights, atol=1e-5)
    assert "unit 4 of layer 1" in shown(trained)
    assert "the sum is exact" in shown(trained)
    trained.pills(key="predict_output").set_value(3).run()
    assert "output 3" in shown(trained)


def test_a_unit_that_another_network_does_not_have_is_forgotten(trained):
    draw(trained, SEVEN)
    trained.session_state["predict_unit"] = (5, 900)
    trained.run()
    assert not trained.exception
    assert "output 7" in shown(trained)


def test_the_nearest_training_digits_are_shown(trained):
    draw(trained, SEVEN)
    (row,) = [
        element.proto.body for element in trained.get("html") if 'class="gallery"' in element.proto.body
    ]
    assert re.findall("<figcaption>(.*?)</figcaption>", row) == ["7"] * 5
    assert "**Nearest neighbors (training set)** · generated digits;" in shown(trained)
    assert "trained on generated digits." in shown(trained)


def test_a_network_without_hidden_layers_is_explained_exactly(generated):
    config = replace(QUICK, hidden=())
    *_, last = train(config, generated)
    page = opened(replace(new_run(config, last.params, "flat"), history=(last.metrics,)))
    draw(page, SEVEN)
    assert not page.exception
    assert "No hidden layer" in shown(page)
    assert "the sum is exact" in shown(page)


def test_one_click_keeps_a_digit_with_its_label_and_another_corrects_it(trained):
    draw(trained, SEVEN)
    named(trained.segmented_control, "predict_label").set_value(1).run()
    assert not trained.exception
    own = trained.session_state["predict_own"]
    assert own.labels.tolist() == [1]
    assert np.array_equal(own.images[0], frame(SEVEN))
    assert "**0 of 1 digit**" in shown(trained)
    named(trained.segmented_control, "predict_label").set_value(7).run()
    assert trained.session_state["predict_own"].labels.tolist() == [7]
    assert "**1 of 1 digit**" in shown(trained)
    assert named(trained.segmented_control, "predict_label").value == 7
    draw(trained, THREE)
    assert named(trained.segmented_control, "predict_label").value is None
    assert trained.get("download_button")


def test_training_on_own_digits_says_what_it_changed_and_can_be_undone(trained, run):
    draw(trained, THREE)
    named(trained.segmented_control, "predict_label").set_value(5).run()
    trained.button(key="predict_train_on").click().run()
    assert not trained.exception
    trainer = labs().open(trained.session_state["tab"].token)
    trainer.wait_for(lambda snapshot: snapshot.can_undo_train_on, timeout=120)
    trained.run()
    change = trainer.snapshot().run.schedule[-1]
    assert f"{100 * change.test_before:.2f}%" in shown(trained)
    assert f"{100 * change.test_after:.2f}%" in shown(trained)
    assert f"from {100 * change.own_before:.0f}% to {100 * change.own_after:.0f}%" in shown(trained)
    assert "trained on generated digits and your own digits." in shown(trained)
    trained.switch_page("../pages/train.py").run()
    assert trained.metric[0].value == f"{100 * change.test_after:.2f}%"
    assert any(f"{100 * change.test_after:.1f}%" in words.value for words in trained.sidebar.markdown)
    assert {metric.delta for metric in trained.metric[1:4]} == {"before your own digits"}
    trained.switch_page("../pages/predict.py").run()
    trained.button(key="predict_undo_train_on").click().run()
    assert not trained.exception
    back = trainer.snapshot().run
    assert not back.schedule
    assert all(np.array_equal(a.weights, b.weights) for a, b in zip(back.params, run.params, strict=True))


def test_the_own_digit_that_was_clicked_is_removed(trained):
    for pixels, label in ((SEVEN, 7), (THREE, 3)):
        draw(trained, pixels)
        named(trained.segmented_control, "predict_label").set_value(label).run()
    assert trained.button(key="predict_remove").disabled
    trained.session_state["predict_own_clicked"] = 1
    trained.run()
    assert sketch(trained, "predict_own_sheet")["fields"][1]["clickable"]
    trained.button(key="predict_remove").click().run()
    assert not trained.exception
    assert trained.session_state["predict_own"].labels.tolist() == [7]
    assert trained.button(key="predict_remove").disabled
