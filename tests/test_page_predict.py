"""The Predict page, driven without a browser: drawings are put where the browser would leave them."""

import base64
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from benchmarks.pen_strokes import WRITTEN, drawn, strokes_of
from mnistlab import registry
from mnistlab.config import TrainConfig
from mnistlab.drawing import frame, raw_resize, shift
from mnistlab.evaluation import activations_of
from mnistlab.evidence import evidence
from mnistlab.reading import passed_by
from mnistlab.runs import new_run
from mnistlab.training import train
from mnistlab.ui.address import query_of
from mnistlab.ui.canvas import CANVAS, HIDDEN, SIDE
from tests.conftest import REPOSITORY

SEVEN = drawn(strokes_of(WRITTEN[7][0]))
THREE = drawn(strokes_of(WRITTEN[3][0]))
QUICK = TrainConfig(
    dataset="generated",
    hidden=(30,),
    activation="relu",
    initialization="scaled",
    scaling="unit",
    learning_rate=0.01,
    batch_size=32,
    num_epochs=1,
    train_size=20_000,
)


@pytest.fixture(scope="module")
def run(generated):
    """A small network that has learnt the generated digits well enough to read a clear one."""
    epochs = list(train(QUICK, generated))
    begun = new_run(QUICK, epochs[-1].params, "quick")
    return replace(begun, history=tuple(epoch.metrics for epoch in epochs))


def opened(run=None):
    """The page, just opened, by somebody who has a network already where one is given."""
    page = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=60)
    page.session_state["token"] = registry.new_token()
    if run is not None:
        page.query_params.update(query_of(run.config))
        registry.trainer_for(page.session_state["token"]).add(run)
    return page.switch_page("pages/predict.py").run()


@pytest.fixture
def app(generated):
    """The page, just opened, with an untrained network."""
    return opened()


@pytest.fixture
def trained(run):
    """The page, just opened, with a trained network."""
    return opened(run)


def sent(pixels, objects=None):
    """What the browser sends of a sheet, above whose upper edge nobody can see or draw."""
    whole = np.concatenate([np.broadcast_to(pixels[:1, :1], (HIDDEN, SIDE, 4)), pixels])
    file = io.BytesIO()
    Image.fromarray(whole).save(file, "PNG")
    address = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    return {"drawing": {"raw": {"objects": objects or [{"type": "path"}]}, "data": address}}


def draw(app, pixels):
    app.session_state[CANVAS] = sent(pixels)
    return app.run()


def shown(app):
    return "\n".join(element.value for element in [*app.main.markdown, *app.main.caption])


def figure(app, key):
    """A figure by its key."""
    found = [
        chart
        for chart in app.get("plotly_chart")
        if f"-{key}-" in chart.proto.id or chart.proto.id.endswith(key)
    ]
    assert found, f"no figure {key}: {[chart.proto.id for chart in app.get('plotly_chart')]}"
    return json.loads(found[0].proto.spec)


def bars(app):
    """The activations that the bars show, to six digits; none for a blank sheet."""
    found = [re.findall(r"output \d: activation ([\d.]+)", html.proto.body) for html in app.get("html")]
    return np.array([float(value) for values in found for value in values])


def bars_say(app):
    """What the bars say to those who do not see them."""
    return " ".join(
        words for html in app.get("html") for words in re.findall('aria-label="(.*?)"', html.proto.body)
    )


def decoded(packed):
    """Numbers of a figure that were packed as bytes."""
    array = np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])
    return array.reshape([int(n) for n in packed["shape"].split(",")])


def read_by(run, image):
    return activations_of(run.params, image[None], run.config)[0]


def test_a_blank_sheet_is_an_invitation_and_never_a_digit(trained):
    assert not trained.exception
    assert "Draw a digit." in shown(trained)
    assert "It is a" not in shown(trained).replace("It is a digit", "")
    assert not bars(trained).size
    assert "last_drawing" not in trained.session_state


def test_with_an_untrained_network_the_page_says_so_and_offers_to_train(app):
    assert not app.exception
    assert "untrained" in shown(app)
    assert app.button(key="predict_train").label == "Train the preset now"
    draw(app, SEVEN)
    assert not app.exception
    assert bars(app).shape == (10,)


def test_train_the_preset_begins_the_recommended_one(app):
    app.button(key="predict_train").click().run()
    assert not app.exception
    trainer = registry.trainer_for(app.session_state["token"])
    try:
        snapshot = trainer.snapshot()
        assert snapshot.run.config.hidden == (200,)
        assert snapshot.run.config.dataset == app.session_state["settings"].dataset
        assert snapshot.active
    finally:
        trainer.stop()


def test_a_drawing_is_read_as_the_network_reads_the_framed_digit(trained, run):
    draw(trained, SEVEN)
    assert not trained.exception
    framed = frame(SEVEN)
    assert np.allclose(bars(trained), read_by(run, framed), atol=1e-5)
    assert "It is a 7." in shown(trained)
    assert "The runner-up is" in shown(trained)
    assert np.array_equal(trained.session_state["last_drawing"], framed)


def test_the_page_says_how_often_the_network_is_right_when_it_settles_on_a_digit(trained, run, generated):
    activations = activations_of(run.params, generated.test.images, run.config)
    ordered = np.sort(activations, axis=1)
    settled = (ordered[:, -1] >= 0.5) & (ordered[:, -1] - ordered[:, -2] >= 0.3)
    right = (activations.argmax(axis=1) == generated.test.labels)[settled].mean()
    assert f"{100 * settled.mean():.1f} %" in shown(trained)
    assert f"{100 * right:.1f} %" in shown(trained)


def test_the_stages_show_box_and_framed_digit(trained):
    draw(trained, SEVEN)
    traces = figure(trained, "predict_stages")["data"]
    assert np.array_equal(decoded(traces[0]["z"]), frame(SEVEN))
    assert decoded(traces[1]["z"]).shape == (20, 20)


def test_the_raw_resize_asks_about_the_squeezed_sheet(trained, run):
    draw(trained, SEVEN)
    trained.toggle(key="predict_raw").set_value(True).run()
    assert not trained.exception
    assert np.allclose(bars(trained), read_by(run, raw_resize(SEVEN)), atol=1e-5)
    assert np.array_equal(trained.session_state["last_drawing"], frame(SEVEN))


def test_the_sliders_move_the_digit_that_the_network_reads(trained, run):
    draw(trained, SEVEN)
    trained.slider(key="predict_right").set_value(4)
    trained.slider(key="predict_down").set_value(-3).run()
    assert np.allclose(bars(trained), read_by(run, shift(frame(SEVEN), -3, 4)), atol=1e-5)


def test_moving_all_ink_out_of_sight_leaves_a_page_that_works(trained):
    dot = drawn([[(10.0, 10.0), (12.0, 12.0)]])
    draw(trained, dot)
    trained.toggle(key="predict_raw").set_value(True)
    trained.slider(key="predict_right").set_value(-10)
    trained.slider(key="predict_down").set_value(-10).run()
    assert not trained.exception


def test_clear_takes_a_blank_sheet_though_the_browser_still_holds_the_old_one(trained):
    draw(trained, SEVEN)
    trained.button(key="predict_clear").click().run()
    assert not trained.exception
    assert "Draw a digit." in shown(trained)
    assert not bars(trained).size
    draw(trained, THREE)
    assert bars(trained).shape == (10,)


def test_undo_tells_the_browser_to_begin_with_all_strokes_but_the_last(trained):
    strokes = [{"type": "path", "path": [["M", number, number]]} for number in range(3)]
    trained.session_state[CANVAS] = sent(SEVEN, strokes)
    trained.run()
    trained.button(key="predict_undo").click().run()
    assert trained.session_state["predict_canvas_start"]["objects"] == strokes[:2]


def test_the_drawing_is_there_again_after_another_page(trained, run):
    strokes = [{"type": "path", "path": [["M", 1, 2]]}]
    trained.session_state[CANVAS] = sent(SEVEN, strokes)
    trained.run()
    trained.switch_page("streamlit_app.py").run()
    trained.switch_page("pages/predict.py").run()
    assert not trained.exception
    assert np.allclose(bars(trained), read_by(run, frame(SEVEN)), atol=1e-5)
    assert trained.session_state["predict_canvas_start"]["objects"] == strokes


def test_a_test_image_is_asked_as_it_is_and_its_label_is_known(trained, run, generated):
    trained.segmented_control(key="predict_source").set_value("test").run()
    trained.number_input(key="predict_test_index").set_value(17).run()
    assert not trained.exception
    assert np.allclose(bars(trained), read_by(run, generated.test.images[17]), atol=1e-5)
    assert f"Its label says {generated.test.labels[17]}." in shown(trained)
    assert f"The image is a {generated.test.labels[17]}." in bars_say(trained)
    assert "last_drawing" not in trained.session_state
    trained.button(key="predict_another").click().run()
    assert not trained.exception


def test_a_number_that_is_no_test_image_is_bounded(trained, generated):
    trained.session_state["predict_source"] = "test"
    trained.session_state["predict_test_index"] = 10**9
    trained.run()
    assert not trained.exception
    assert trained.number_input(key="predict_test_index").value == len(generated.test.labels) - 1


def test_the_worst_mistake_is_misread(trained, generated):
    trained.segmented_control(key="predict_source").set_value("mistakes").run()
    assert not trained.exception
    assert len(figure(trained, "predict_mistakes")["data"][1]["customdata"]) == 16
    answer = bars(trained).argmax()
    assert "The image is a " in bars_say(trained)
    assert f"The image is a {answer}" not in bars_say(trained)


def as_png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_an_uploaded_picture_is_framed_like_a_drawing(trained, run):
    trained.segmented_control(key="predict_source").set_value("picture").run()
    trained.file_uploader[0].upload("seven.png", as_png(255 - THREE[..., :3])).run()
    assert not trained.exception
    assert np.allclose(bars(trained), read_by(run, frame(THREE)), atol=0.1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no picture", "must be a PNG or JPEG file"),
        (as_png(SEVEN)[:500], "must be a whole PNG or JPEG file"),
        (as_png(np.full((50, 50, 3), 200, np.uint8)), "There is no ink in this picture"),
    ],
)
def test_a_file_that_is_no_picture_of_a_digit_is_refused_in_one_sentence(trained, content, sentence):
    trained.segmented_control(key="predict_source").set_value("picture").run()
    trained.file_uploader[0].upload("seven.png", content).run()
    assert not trained.exception
    assert sentence in trained.main.warning[0].value
    assert not bars(trained).size


def test_the_evidence_is_that_of_the_answer_until_another_output_is_chosen(trained, run):
    draw(trained, SEVEN)
    passed = passed_by(run.params, frame(SEVEN), run.config)
    for chosen, unit in ((None, 7), (2, 2)):
        if chosen is not None:
            trained.pills(key="predict_output").set_value(chosen).run()
        truth = evidence(run.params, passed, 1, unit, "relu").slopes.reshape(28, 28)
        assert np.allclose(decoded(figure(trained, "predict_slopes")["data"][1]["z"]), truth, atol=1e-6)
    assert "Gradient" in figure(trained, "predict_slopes")["layout"]["title"]["text"]


def test_a_hidden_unit_shows_its_weights_and_the_exact_sum(trained, run):
    draw(trained, SEVEN)
    trained.session_state["predict_unit"] = (0, 4)
    trained.run()
    assert not trained.exception
    weights = decoded(figure(trained, "predict_slopes")["data"][1]["z"])
    assert np.allclose(weights, run.params[0].weights[4].reshape(28, 28), atol=1e-6)
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
    labels = [note["text"] for note in figure(trained, "predict_neighbors")["layout"]["annotations"]]
    assert labels == ["7"] * 5


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
    trained.segmented_control(key="predict_label").set_value(1).run()
    assert not trained.exception
    own = trained.session_state["predict_own"]
    assert own.labels.tolist() == [1]
    assert np.array_equal(own.images[0], frame(SEVEN))
    assert "**0 of 1 digit**" in shown(trained)
    trained.segmented_control(key="predict_label").set_value(7).run()
    assert trained.session_state["predict_own"].labels.tolist() == [7]
    assert "**1 of 1 digit**" in shown(trained)
    assert trained.segmented_control(key="predict_label").value == 7
    draw(trained, THREE)
    assert trained.segmented_control(key="predict_label").value is None
    assert trained.get("download_button")


def test_training_on_own_digits_says_what_it_changed_and_can_be_undone(trained, run):
    draw(trained, THREE)
    trained.segmented_control(key="predict_label").set_value(5).run()
    trained.button(key="predict_train_on").click().run()
    assert not trained.exception
    trainer = registry.trainer_for(trained.session_state["token"])
    trainer.wait_for(lambda snapshot: snapshot.can_undo_train_on, timeout=120)
    trained.run()
    change = trainer.snapshot().run.schedule[-1]
    assert f"{100 * change.test_before:.2f} %" in shown(trained)
    assert f"{100 * change.test_after:.2f} %" in shown(trained)
    trained.button(key="predict_undo_train_on").click().run()
    assert not trained.exception
    back = trainer.snapshot().run
    assert not back.schedule
    assert all(np.array_equal(a.weights, b.weights) for a, b in zip(back.params, run.params, strict=True))


@pytest.mark.parametrize(
    "state",
    [
        {"drawing": {"raw": {"objects": []}, "data": "data:image/png;base64,AAAA"}},
        {"drawing": {"raw": {"objects": []}, "data": "javascript:alert(1)"}},
        {"drawing": {"raw": {"objects": []}, "data": 7}},
        {"drawing": {"raw": {"objects": "x"}, "data": None}},
        {"drawing": {"raw": "x", "data": "x"}},
        {"drawing": {"raw": {"objects": [{"type": "image", "src": "http://127.0.0.1:9/x"}]}, "data": "x"}},
        {"drawing": "nonsense"},
        {"drawing": ["nonsense"]},
        {"drawing": 3},
        {"drawing": sent(SEVEN[:100])["drawing"]},
        {
            "drawing": {
                "raw": {"objects": [{"type": "path"}] * 5000},
                "data": "data:image/png;base64," + "A" * 3_000_000,
            }
        },
    ],
)
def test_a_payload_that_is_no_drawing_leaves_the_page_at_work(trained, state):
    draw(trained, SEVEN)
    trained.session_state[CANVAS] = state
    trained.run()
    assert not trained.exception
    trained.session_state[CANVAS] = sent(THREE)
    trained.run()
    assert not trained.exception
    assert np.array_equal(trained.session_state["last_drawing"], frame(THREE))
