"""Home and the sidebar that all pages share, driven without a browser."""

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.analysis.experiments import EXPERIMENTS
from mnistlab.engine.config import PRESETS
from mnistlab.jobs.labs import labs, new_token
from mnistlab.ui import digits
from mnistlab.ui.query_params import query_of
from mnistlab.ui.session_token import Tab
from tests.conftest import REPOSITORY
from tests.runs.test_report import some_run


def home(**query) -> AppTest:
    app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def unfolded(app: AppTest) -> AppTest:
    """The same with the builder of links open."""
    app.session_state["link_builder"] = True
    return app.run()


def shown(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.warning])


def test_home_says_what_it_is_and_offers_the_next_step(generated):
    app = home()
    assert not app.exception
    assert app.title[0].value == "mnistlab"
    assert app.button(key="home_train").label == "Train a network for me"
    for experiment in EXPERIMENTS:
        assert experiment.title in shown(app)
        assert app.button(key=f"open_{experiment.slug}")


def test_the_sidebar_shows_what_the_address_asks_for(generated):
    app = home(hidden="30,20", scaling="unit", learning_rate="0.037", seed="7")
    assert not app.exception
    assert app.slider(key="set_num_hidden").value == 2
    assert [app.number_input(key=f"set_width_{i}").value for i in (0, 1)] == [30, 20]
    assert app.select_slider(key="set_learning_rate").value == 0.037
    assert "784-30-20-10" in shown(app)


def test_moving_a_widget_changes_the_untrained_network_and_the_address(generated):
    app = home()
    app.slider(key="set_num_hidden").set_value(3).run()
    app.number_input(key="set_width_2").set_value(17).run()
    assert not app.exception
    assert "784-100-100-17-10" in shown(app)
    assert app.query_params["hidden"] == "100,100,17"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_every_control(generated, name):
    app = home(hidden="5", seed="9", num_epochs="3")
    app.button(key=f"preset_{name}").click().run()
    assert not app.exception
    preset = PRESETS[name]
    values = {widget.label: widget.value for widget in [*app.number_input, *app.select_slider]}
    assert values["Width of layer 1"] == preset.hidden[0]
    assert values["Random seed"] == preset.seed
    assert values["Epochs"] == preset.num_epochs
    assert values["Mini-batch size"] == preset.batch_size


def test_a_mini_batch_is_never_larger_than_the_training_set(generated):
    app = home()
    app.select_slider(key="set_train_size").set_value(100).run()
    assert not app.exception
    values = {widget.label: widget.value for widget in app.select_slider}
    assert values["Mini-batch size"] == 100


def test_what_a_link_gets_wrong_is_said_and_the_rest_is_kept(generated):
    app = home(seed="inf", hidden="0", scaling="unit")
    assert not app.exception
    assert len(app.warning) == 2
    assert "seed must be a whole number" in app.warning[0].value + app.warning[1].value
    assert app.query_params["scaling"] == "unit"


def test_a_link_to_mnist_where_there_is_none_says_so_and_works_with_drawn_digits(generated, monkeypatch):
    monkeypatch.setattr(digits, "mnist_is_here", lambda: False)
    app = home(dataset="mnist", hidden="8")
    assert not app.exception
    assert "MNIST is not" in app.warning[0].value
    assert (app.query_params["dataset"], app.query_params["hidden"]) == ("generated", "8")


def test_what_a_link_gets_wrong_outlives_the_first_seconds_of_a_page(generated, monkeypatch):
    app = home(seed="inf")
    assert len(app.run().warning) == 1, "a page draws itself again by itself"
    monkeypatch.setattr("mnistlab.ui.settings.A_WHILE", 0)
    app.run()
    assert not app.run().warning


def test_a_lesson_hides_controls_and_pages(generated):
    app = home(hide="seed,activation,dataset", without="backprop", note="Look at **this**.")
    assert not app.exception
    keys = {widget.key for widget in app.number_input}
    assert "set_seed" not in keys
    assert "set_num_epochs" in keys
    assert not {widget.key for widget in app.button_group} & {"digits_mnist", "digits_generated"}
    assert "Dataset in use" not in shown(app)
    assert "Follow one image forward" not in shown(app)
    assert [text.value for text in app.text] == ["Look at **this**."]


def test_the_teachers_link_holds_settings_and_lesson(generated):
    app = unfolded(home(hidden="30"))
    app.text_area(key="link_note").set_value("Guess!").run()
    app.multiselect(key="link_hide").set_value(["seed"]).run()
    link = app.code[-1].value
    assert "hidden=30" in link
    assert "note=Guess%21" in link
    assert "hide=seed" in link


def test_a_preset_leaves_what_the_lesson_hides_as_it_is(generated):
    app = home(hidden="7", hide="hidden,train_size", train_size="50", batch_size="20")
    app.button(key="preset_recommended").click().run()
    assert not app.exception
    assert "784-7-10" in shown(app)
    assert app.query_params["train_size"] == "50"
    assert app.query_params["batch_size"] == "50"
    assert app.query_params["activation"] == "relu"


def test_the_link_builder_begins_with_the_lesson_that_was_opened(generated):
    app = unfolded(home(note="Guess!", hide="seed", without="data", experiment="narrow"))
    link = app.code[-1].value
    assert {"note=Guess%21", "hide=seed", "without=data", "experiment=narrow"} <= set(
        link.split("?")[1].split("&")
    )
    assert "/train?" in link


def test_a_link_with_an_experiment_has_its_settings_on_the_digits_in_use(generated):
    app = unfolded(home(hidden="30"))
    app.selectbox(key="link_experiment").set_value("narrow").run()
    lab = home(**dict(parse_qsl(app.code[-1].value.split("?")[1])))
    chosen = next(each for each in EXPERIMENTS if each.slug == "narrow").config
    settings = lab.session_state["setup"].settings
    assert settings == replace(chosen, dataset=settings.dataset)
    assert settings.dataset == app.session_state["setup"].settings.dataset


def test_a_link_opens_on_no_page_that_it_leaves_out(generated):
    app = unfolded(home())
    app.selectbox(key="link_page").set_value("backprop").run()
    assert "/backprop?" in app.code[-1].value
    app.multiselect(key="link_without").set_value(["backprop"]).run()
    assert "/backprop?" not in app.code[-1].value
    assert "opens on Home" in shown(app)


def test_a_setting_has_one_name_in_the_sidebar_and_for_teachers(generated):
    app = unfolded(home())
    labels = {
        widget.label for kind in ("number_input", "select_slider", "slider") for widget in app.get(kind)
    }
    offered = set(app.multiselect(key="link_hide").options)
    assert {"Hidden layers", "Epochs", "Learning rate η", "Mini-batch size"} <= labels & offered
    assert "Dataset" in offered


def test_home_shows_a_digit_of_each_kind(generated):
    strip = next(html.proto.body for html in home().get("html") if 'class="strip"' in html.proto.body)
    assert strip.count("<img") == 10


def trained_home(**query) -> AppTest:
    """Home of somebody whose network is trained already."""
    run = some_run()
    app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=60)
    app.session_state["tab"] = Tab(token=new_token())
    labs().open(app.session_state["tab"].token).add(run)
    app.query_params.update({**query_of(run.config), **query})
    return app.run()


def test_a_trained_network_is_asked_next(generated):
    app = trained_home()
    assert not app.exception
    assert "Draw a digit and ask it." in shown(app)
    assert "test accuracy of **" in shown(app)
    app.button(key="home_to_predict").click().run()
    assert app.title[0].value == "Predict"


def test_a_lesson_without_predict_offers_no_way_there(generated):
    keys = {button.key for button in trained_home(without="predict").button}
    assert "home_to_train" in keys
    assert "home_to_predict" not in keys


def test_what_a_link_says_is_quoted_literally_and_loads_no_picture(generated):
    app = home(activation="![](http://127.0.0.1/x.png) <b>tanh</b>\n# relu")
    assert not app.exception
    (sentence,) = (warning.value for warning in app.warning)
    sentence = sentence.replace("\u2060", "")
    assert r"\!\[\]\(http\:\/\/127\.0\.0\.1\/x\.png\) \<b\>tanh\<\/b\> \# relu" in sentence
