"""The Predict page, driven without a browser: drawings are put where the browser would leave them."""

from importlib.metadata import version
from unittest.mock import patch

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.pen_strokes import drawn
from mnistlab.analysis.decision import FIRES, MARGIN, verdict
from mnistlab.data.framing import frame, raw_resize, shift, stages
from mnistlab.data.user_digits import Collection
from mnistlab.engine.config import PRESETS
from mnistlab.engine.evaluation import activations_of
from mnistlab.jobs.labs import labs
from mnistlab.ui.bars import BARS
from mnistlab.ui.digits import mnist_is_here
from mnistlab.ui.predict.seen import Seen
from tests.conftest import REPOSITORY
from tests.predict_page import (
    CANVAS,
    SEVEN,
    THREE,
    bars,
    component,
    draw,
    opened,
    read_by,
    sent,
    shown,
    sketch,
)

pytest_plugins = ("tests.predict_page",)
BLANK = np.zeros((28, 28), np.uint8)


def test_a_blank_sheet_is_an_invitation_and_never_a_digit(trained):
    assert not trained.exception
    assert "Draw a digit." in shown(trained)
    assert "It is a" not in shown(trained).replace("It is a digit", "")
    assert not bars(trained).size
    assert "last_drawing" not in trained.session_state


def test_with_an_untrained_network_the_page_says_so_and_offers_to_train(app):
    assert not app.exception
    assert "untrained" in shown(app)
    assert app.button(key="predict_train").label == "Train a network for me"
    draw(app, SEVEN)
    assert not app.exception
    assert bars(app).shape == (10,)


def test_train_the_preset_begins_the_recommended_one(app):
    app.button(key="predict_train").click().run()
    assert not app.exception
    trainer = labs().open(app.session_state["tab"].token)
    try:
        snapshot = trainer.snapshot()
        assert snapshot.run.config.hidden == PRESETS["drawing" if mnist_is_here() else "recommended"].hidden
        assert snapshot.run.config.dataset == app.session_state["setup"].settings.dataset
        assert snapshot.active
    finally:
        trainer.stop()


def test_a_drawing_is_read_as_the_network_reads_the_framed_digit(trained, run):
    draw(trained, SEVEN)
    assert not trained.exception
    framed = frame(SEVEN)
    assert np.allclose(bars(trained), read_by(run, framed), atol=1e-5)
    assert "It is a 7." in shown(trained)
    assert "The second-highest output is" in shown(trained)
    assert np.array_equal(trained.session_state["last_drawing"], framed)


def test_the_page_says_how_often_the_network_is_right_when_it_answers(trained, run, generated):
    activations = activations_of(run.params, generated.test.images, run.config)
    ordered = np.sort(activations, axis=1)
    settled = (ordered[:, -1] >= FIRES) & (ordered[:, -1] - ordered[:, -2] >= MARGIN)
    right = (activations.argmax(axis=1) == generated.test.labels)[settled].mean()
    assert f"{100 * settled.mean():.1f}%" in shown(trained)
    assert f"{100 * right:.1f}%" in shown(trained)


def test_with_ten_digits_of_ones_own_their_figure_stands_beside(trained, run, generated):
    images, labels = generated.test.images[:12], generated.test.labels[:12]
    trained.session_state["predict_own"] = Collection(images[:9], labels[:9])
    assert "give 10 of yours their true label" in shown(trained.run())
    wrong = np.where(np.arange(12) < 3, (labels + 1) % 10, labels).astype(np.uint8)
    trained.session_state["predict_own"] = Collection(images, wrong)
    found = [verdict(read_by(run, image)) for image in images]
    right = sum(
        each.kind == "digit" and each.digit == label for each, label in zip(found, wrong, strict=True)
    )
    answered = sum(each.kind == "digit" for each in found)
    words = f"Of your own 12 digits it answered {answered}, and was right in {right} of those."
    assert words in shown(trained.run())


@pytest.mark.parametrize(("sketched", "says"), [(frame(THREE), "It is a 3."), (BLANK, "It is a 7.")])
def test_while_the_pen_moves_the_bars_follow_and_the_words_once_they_are_sure(trained, run, sketched, says):
    draw(trained, SEVEN)
    with patch("mnistlab.ui.predict.bench.moving_image", lambda seen: sketched):
        trained.run()
    assert not trained.exception
    assert np.allclose(bars(trained), read_by(run, sketched), atol=1e-5)
    assert says in shown(trained)
    assert np.array_equal(trained.session_state["last_drawing"], frame(SEVEN))


def test_what_comes_with_the_pen_up_takes_the_place_of_a_sheet_in_progress(trained, run):
    sheet = trained.session_state["predict_sheet_state"]
    sheet.moving, sheet.number = THREE, 41
    trained.run()
    assert np.allclose(bars(trained), read_by(run, frame(THREE)), atol=1e-5)
    draw(trained, SEVEN)
    assert np.allclose(bars(trained), read_by(run, frame(SEVEN)), atol=1e-5)
    told = component(trained, "mnistlab_bars", BARS)
    assert (told["sheet"], told["answered"]) == (None, 41)
    assert told["pen"]["live"]
    trained.toggle(key="predict_live").set_value(False).run()
    assert not component(trained, "mnistlab_bars", BARS)["pen"]["live"]


def test_the_canvas_whose_layers_are_read_is_the_very_release_that_is_tested():
    pinned = f"streamlit-drawable-canvas=={version('streamlit-drawable-canvas')} "
    assert pinned in (REPOSITORY / "requirements.txt").read_text()


def taking(message, seen):
    from mnistlab.ui.canvas import current_sheet, pen_data, take_moving_sheet
    from mnistlab.ui.predict.seen import moving_image

    take_moving_sheet(message)
    seen.update(pen_data(), image=moving_image(seen["controls"]), pixels=current_sheet().moving)


def taken(message, spoilers=(False, 0, 0)):
    """What the page knows after such a message while the pen moves."""
    seen = {"controls": Seen(None, None, ("", ""), None, spoilers)}
    app = AppTest.from_function(taking, kwargs={"message": message, "seen": seen}).run()
    assert not app.exception
    return seen


def test_a_sheet_in_progress_is_read_like_a_drawing_with_all_that_spoils_it():
    message = {"number": 7, "picture": sent(SEVEN)["drawing"]["data"]}
    seen = taken(message)
    assert (seen["sheet"], seen["answered"]) == (7, 7)
    assert np.array_equal(seen["image"], frame(SEVEN))
    assert np.array_equal(taken(message, (False, 2, -1))["image"], shift(frame(SEVEN), 2, -1))
    assert np.array_equal(taken(message, (True, 0, 0))["image"], raw_resize(SEVEN))


@pytest.mark.parametrize(
    "message",
    [
        None,
        "x",
        {},
        {"number": "7", "picture": 3},
        {"number": 7, "picture": sent(SEVEN[:100])["drawing"]["data"]},
        {"number": 7, "picture": "data:image/png;base64," + "A" * 3_000_000},
        {"number": 7, "picture": sent(SEVEN)["drawing"]["data"].replace("png", "jpeg", 1)},
        {"number": 7, "turn": -1, "picture": sent(SEVEN)["drawing"]["data"]},  # of before a stroke was undone
    ],
)
def test_what_is_no_sheet_shows_nothing_new_and_the_page_works_on(message):
    seen = taken(message)
    assert seen["sheet"] is None
    assert seen["image"] is None


def test_the_stages_show_box_and_framed_digit(trained):
    draw(trained, SEVEN)
    boxed, framed = sketch(trained, "predict_stages")["fields"]
    assert np.array_equal(np.reshape(framed["lists"]["value"], (28, 28)), frame(SEVEN))
    assert np.array_equal(np.reshape(boxed["lists"]["value"], (20, 20)), stages(SEVEN).boxed)


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
    assert "then moved<br>4 px right, 3 px up" in sketch(trained, "predict_stages")["markup"]


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
    assert trained.session_state["predict_sheet_state"].start["objects"] == strokes[:2]


def test_undo_takes_the_stroke_that_came_in_the_same_message(trained):
    strokes = [{"type": "path", "path": [["M", number, number]]} for number in range(2)]
    trained.session_state[CANVAS] = sent(SEVEN, strokes[:1])
    trained.run()
    trained.session_state[CANVAS] = sent(THREE, strokes)
    trained.button(key="predict_undo").click().run()
    assert trained.session_state["predict_sheet_state"].start["objects"] == strokes[:1]


def test_clear_takes_the_stroke_that_came_in_the_same_message(trained):
    draw(trained, SEVEN)
    trained.session_state[CANVAS] = sent(THREE)
    trained.button(key="predict_clear").click().run()
    assert not bars(trained).size


def test_the_drawing_is_there_again_after_another_page(trained, run):
    strokes = [{"type": "path", "path": [["M", 1, 2]]}]
    trained.session_state[CANVAS] = sent(SEVEN, strokes)
    trained.run()
    trained.switch_page("../pages/home.py").run()
    trained.switch_page("../pages/predict.py").run()
    assert not trained.exception
    assert np.allclose(bars(trained), read_by(run, frame(SEVEN)), atol=1e-5)
    assert trained.session_state["predict_sheet_state"].start["objects"] == strokes


def test_the_drawing_is_there_again_after_a_reload_which_is_another_session(trained, run):
    strokes = [{"type": "path", "path": [["M", 1, 2]]}]
    trained.session_state[CANVAS] = sent(SEVEN, strokes)
    trained.run()
    reloaded = opened()  # with a lab of its own, until the tab has said which one it had
    assert not bars(reloaded).size
    reloaded.session_state["tab"].token = trained.session_state["tab"].token
    reloaded.run()
    assert not reloaded.exception
    assert np.allclose(bars(reloaded), read_by(run, frame(SEVEN)), atol=1e-5)
    assert reloaded.session_state["predict_sheet_state"].start["objects"] == strokes
