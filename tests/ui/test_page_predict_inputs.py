"""The Predict page asked about other things than a drawing, and about what is none."""

import io

import numpy as np
import pytest
from PIL import Image

from mnistlab.data.framing import frame
from mnistlab.ui.predict.input import TOO_MUCH, Picture
from tests.predict_page import CANVAS, SEVEN, THREE, bars, bars_say, draw, read_by, sent, shown, sketch
from tests.widgets import named

pytest_plugins = ("tests.predict_page",)


def test_a_test_image_is_asked_as_it_is_and_its_label_is_known(trained, run, generated):
    trained.segmented_control(key="predict_source").set_value("test").run()
    named(trained.number_input, "predict_test_index").set_value(17).run()
    assert not trained.exception
    assert np.allclose(bars(trained), read_by(run, generated.test.images[17]), atol=1e-5)
    assert f"Its label says {generated.test.labels[17]}." in shown(trained)
    assert f"The image is a {generated.test.labels[17]}." in bars_say(trained)
    assert "last_drawing" not in trained.session_state
    trained.button(key="predict_another").click().run()
    assert not trained.exception


def test_an_image_with_a_label_is_not_taken_for_ones_own(trained):
    """Training on one's digits would else be training on the test images."""
    draw(trained, SEVEN)
    assert "predict_label" in {control.key for control in trained.segmented_control}
    trained.segmented_control(key="predict_source").set_value("test").run()
    assert not trained.exception
    assert "predict_label" not in {control.key for control in trained.segmented_control}


def test_a_number_that_is_no_test_image_is_bounded(trained, generated):
    trained.session_state["predict_source"] = "test"
    trained.session_state["predict_test_index"] = 10**9
    trained.run()
    assert not trained.exception
    assert named(trained.number_input, "predict_test_index").value == len(generated.test.labels) - 1


def test_the_worst_mistake_is_misread(trained, generated):
    trained.segmented_control(key="predict_source").set_value("mistakes").run()
    assert not trained.exception
    assert len(sketch(trained, "predict_mistakes")["fields"]) == 16
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


def test_of_an_uploaded_picture_only_something_small_is_kept(trained):
    trained.segmented_control(key="predict_source").set_value("picture").run()
    large = np.asarray(Image.fromarray(255 - THREE[..., :3]).resize((1120, 1200)))
    trained.file_uploader[0].upload("seven.png", as_png(large)).run()
    assert bars(trained).size
    assert not trained.file_uploader[0].value
    (picture,) = trained.session_state["predict_pictures_asked"]
    (asked,) = picture.digits
    assert sum(part.nbytes for part in asked.found) < 2 * 140 * 140 + 1
    assert asked.sheet.nbytes < 4 * 280 * 280


def test_several_pictures_are_a_table_whose_digits_are_corrected_and_kept(trained, run):
    trained.segmented_control(key="predict_source").set_value("picture").run()
    files = {"7.png": as_png(SEVEN), "x.png": b"no picture", "3.png": as_png(THREE)}
    trained.file_uploader[0].set_value([(*file, "image/png") for file in files.items()]).run()
    assert not trained.exception
    table = trained.dataframe[0].value
    assert table["File"].tolist() == ["7.png", "x.png", "3.png"]
    assert table["Prediction"].tolist() == ["7", "not read", "3"]
    assert np.allclose(bars(trained), read_by(run, frame(SEVEN)), atol=1e-5)
    named(trained.segmented_control, "predict_label").set_value(1).run()
    assert trained.dataframe[0].value["True label"].tolist() == ["1", "", ""]
    trained.button(key="predict_keep_all").click().run()
    own = trained.session_state["predict_own"]
    assert own.labels.tolist() == [1, 3]
    assert np.array_equal(own.images[1], frame(THREE))
    assert trained.button(key="predict_keep_all").disabled


def test_pictures_that_were_too_much_at_once_are_told_of(trained):
    trained.segmented_control(key="predict_source").set_value("picture").run()
    trained.session_state["predict_pictures_asked"] = [Picture("–", [], TOO_MUCH)]
    trained.run()
    assert "at most 30 MB together" in trained.main.warning[0].value


def test_of_two_digits_in_a_picture_one_is_chosen(trained, run):
    trained.segmented_control(key="predict_source").set_value("picture").run()
    both = np.concatenate([SEVEN, THREE], axis=1)
    trained.file_uploader[0].upload("both.png", as_png(both)).run()
    assert not trained.exception
    assert "Two digits? Choose one." in shown(trained)
    tiles = sketch(trained, "predict_digits")["fields"]
    assert len(tiles) == 2
    read = [bars(trained)]
    trained.session_state["predict_digit"] = 1
    read.append(bars(trained.run()))
    expected = [read_by(run, frame(digit)) for digit in (SEVEN, THREE)]
    assert all(any(np.allclose(one, other, atol=0.05) for one in read) for other in expected)


def test_the_stages_of_a_picture_show_what_was_left_out(trained):
    trained.segmented_control(key="predict_source").set_value("picture").run()
    speckled = SEVEN.copy()
    speckled[5:12, 5:12, :3] = 0
    trained.file_uploader[0].upload("seven.png", as_png(speckled)).run()
    markup = sketch(trained, "predict_stages")["markup"]
    assert "paper taken away" in markup
    assert "what was left out,<br>in red" in markup
    trained.file_uploader[0].upload("seven.png", as_png(SEVEN)).run()
    assert "nothing else<br>was left out" in sketch(trained, "predict_stages")["markup"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no picture", "must be a PNG, JPEG, WebP, HEIC, GIF or BMP file"),
        (as_png(SEVEN)[:500], "must be a whole PNG, JPEG, WebP, HEIC, GIF or BMP file"),
        (as_png(np.full((50, 50, 3), 200, np.uint8)), "There is no ink in this picture"),
        (as_png(np.pad(np.zeros((200, 210), np.uint8), 60, constant_values=255)), "I see no digit here"),
    ],
)
def test_a_file_that_is_no_picture_of_a_digit_is_refused_in_one_sentence(trained, content, sentence):
    trained.segmented_control(key="predict_source").set_value("picture").run()
    trained.file_uploader[0].upload("seven.png", content).run()
    assert not trained.exception
    assert sentence in trained.main.warning[0].value
    assert not bars(trained).size
    assert bool(trained.get("image")) == ("PNG" not in sentence), "what could be unpacked is shown beside it"


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


def test_a_refused_file_leaves_no_message_behind_and_no_words_about_ink(trained):
    draw(trained, SEVEN)
    trained.segmented_control(key="predict_source").set_value("picture").run()
    assert "As soon as there is ink" not in shown(trained)
    trained.file_uploader[0].upload("seven.png", b"no picture").run()
    trained.run()
    assert "must be a PNG" in trained.main.warning[0].value
    trained.switch_page("../pages/home.py").run()
    trained.switch_page("../pages/predict.py").run()
    assert [warning.value for warning in trained.main.warning] == []
    trained.file_uploader[0].upload("seven.png", as_png(255 - THREE[..., :3])).run()
    trained.segmented_control(key="predict_source").set_value("test").run()
    trained.segmented_control(key="predict_source").set_value("picture").run()
    assert bars(trained).size, "a picture that was taken stays"
    assert trained.get("image"), "the picture itself is shown"
