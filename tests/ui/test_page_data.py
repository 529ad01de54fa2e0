"""The Data page, driven without a browser."""

import json
import re
import threading

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.analysis.dataset_stats import baselines
from mnistlab.data.synthetic.strokes import TEMPLATES
from mnistlab.ui.data.sheet import pixel_table
from mnistlab.ui.digits import generated_digits
from tests.conftest import REPOSITORY


@pytest.fixture(autouse=True)
def _all_digits_are_there(generated):
    """Wait for the thread that reads the generated digits for the app; they are on the disk already."""
    generated_digits()
    for thread in threading.enumerate():
        if thread.name == "generated-digits":
            thread.join(60)


def data_page(tab: str = "", **state) -> AppTest:
    app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=60)
    app.query_params["dataset"] = "generated"
    for key, value in state.items():
        app.session_state[key] = value
    if tab:
        app.session_state["data_tabs_open"] = tab
    return app.switch_page("../pages/data.py").run()


def figures(app: AppTest) -> dict[str, dict]:
    found = {}
    for chart in app.get("plotly_chart"):
        found[chart.proto.id.rsplit("-", 1)[-1]] = json.loads(chart.proto.spec)
    return found


def figure(app: AppTest, key: str) -> dict:
    found = figures(app)
    (name,) = [key] if key in found else [name for name in found if name.startswith(key)]
    return found[name]


def sketch(app: AppTest, key: str) -> dict:
    """What the browser is sent of a figure of plain markup."""
    (found,) = [drawn for drawn in app.get("bidi_component") if drawn.proto.id.endswith(f"-{key}")]
    return json.loads(found.proto.json)


def captions(app: AppTest, key: str = "data_sheet") -> list[str]:
    return re.findall(r'<div class="muted"[^>]*>([^<]*)</div>', sketch(app, key)["markup"])


def shown(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption])


def test_the_page_is_useful_with_no_choice_made():
    app = data_page()
    assert not app.exception
    assert app.title[0].value == "Data"
    assert len(captions(app)) == 16
    assert all(re.fullmatch(r"This is an? \d", caption) for caption in captions(app))
    assert "Generated digits, not MNIST" in shown(app)
    assert "| training images | `(60,000, 28, 28)` | `uint8` | 0 to 255 | 47.0 MB |" in shown(app)


def test_the_sheet_shows_the_images_of_its_captions(generated):
    app = data_page()
    rng = np.random.default_rng(123)
    expected = rng.permutation(np.arange(60_000))[:16]
    assert captions(app) == [
        f"This is {'an' if label == 8 else 'a'} {label}" for label in generated.train.labels[expected]
    ]
    assert f"training image {expected[0]:,}".capitalize() in shown(app)


def test_resampling_goes_to_the_next_seed_and_back_again_by_typing_it():
    app = data_page()
    first = captions(app)
    app.button(key="data_seed_next").click().run()
    assert app.number_input(key="data_seed_1").value == 124
    assert captions(app) != first
    app.number_input(key="data_seed_1").set_value(123).run()
    assert captions(app) == first


def test_the_sheet_can_be_of_one_digit_and_of_the_test_images():
    app = data_page()
    app.button_group(key="data_kind").set_value(7).run()
    assert set(captions(app)) == {"This is a 7"}
    app.button_group(key="data_split").set_value("test").run()
    assert not app.exception
    assert "Test image" in shown(app)
    assert set(captions(app)) == {"This is a 7"}


def test_the_open_digit_is_the_one_that_was_clicked_on_this_sheet(generated):
    app = data_page(data_opened=(("generated digits", 60_000, "train", "all", 123), 4321))
    assert "Training image 4,321" in shown(app)
    app.button(key="data_seed_next").click().run()
    assert "Training image 4,321" not in shown(app)


def test_the_table_has_every_pixel_with_row_column_and_value(generated):
    image = generated.train.images[5]
    table = pixel_table(image, "This 4")
    cells = re.findall(r'title="row (\d+), column (\d+): (\d+)"[^>]*>(\d+)</td>', table)
    assert len(cells) == 784
    read = np.zeros((28, 28), int)
    for row, column, value, text in cells:
        assert value == text
        read[int(row), int(column)] = int(text)
    np.testing.assert_array_equal(read, image)


def test_classes_are_counted_and_averaged(generated):
    app = data_page("Classes")
    assert not app.exception
    training, test = figure(app, "data_balance")["data"]
    assert training["y"] == np.bincount(generated.train.labels).tolist()
    assert test["y"] == np.bincount(generated.test.labels).tolist()
    assert sketch(app, "data_means")["fields"][0]["cells"] == 20


def test_pixels_are_counted_and_the_words_say_the_same(generated):
    app = data_page("Pixels")
    assert not app.exception
    counts = figure(app, "data_pixels")["data"][0]["y"]
    assert sum(counts) == 60_000 * 784
    paper = (generated.train.images == 0).mean()
    assert f"**{paper:.0%}** of all pixels are exactly 0" in shown(app)


def test_every_point_of_the_map_is_an_image_of_its_digit(generated):
    app = data_page("PCA")
    assert not app.exception
    told = sketch(app, "data_map")["marks"]["says"]
    assert len(told) == 800
    for says in told:
        digit, index = re.match(r"a (\d), image (\d+)\n", says).groups()
        assert generated.train.labels[int(index)] == int(digit)


def test_a_clicked_point_shows_its_image_with_its_true_neighbors(generated):
    app = data_page("PCA", data_point=(("generated digits", 60_000), 777))
    assert f"**Training image 777: {generated.train.labels[777]}**" in shown(app)
    squares = ((generated.train.images.astype(np.int32) - generated.train.images[777]) ** 2).sum(axis=(1, 2))
    nearest = np.argsort(squares, kind="stable")[1:6]
    assert captions(app, "data_neighbors") == [str(label) for label in generated.train.labels[nearest]]


def test_baselines_are_computed_here_and_the_untrained_network_is_not_among_them(generated):
    app = data_page("Baselines")
    assert not app.exception
    bars = figure(app, "data_baselines")["data"][0]
    expected = {rule.name: rule.accuracy for rule in baselines(generated)}
    assert dict(zip(bars["y"], bars["x"], strict=True)) == pytest.approx(expected)


def test_one_template_is_written_forty_times_and_its_strokes_in_order():
    app = data_page("Generated digits")
    assert not app.exception
    assert sketch(app, "data_variations")["fields"][0]["cells"] == 40
    app.button_group(key="data_form_digit").set_value(5).run()
    app.selectbox(key="data_form_5").set_value(TEMPLATES[5][0].name).run()
    assert TEMPLATES[5][0].name in sketch(app, "data_strokes")["markup"]
    app.slider(key="data_form_upto").set_value(10).run()
    assert not app.exception
    assert len(TEMPLATES[5][0].strokes) == 2
    assert sketch(app, "data_strokes")["markup"].count('class="written"') == 1
    before = sketch(app, "data_variations")["fields"][0]["levels"]
    app.button(key="data_form_seed_next").click().run()
    assert sketch(app, "data_variations")["fields"][0]["levels"] != before
