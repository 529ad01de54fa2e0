"""The Train page, driven without a browser: each control, each state, each tab."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.jobs.labs import labs
from mnistlab.ui.query_params import BY_SLUG
from tests.conftest import REPOSITORY

SMALL = {"dataset": "generated", "hidden": "10", "train_size": "500", "num_epochs": "2", "scaling": "unit"}
SECONDS = 120
BUTTONS = ("start", "pause", "stop", "one_epoch", "more", "reset")
CURVES = ("cost", "accuracy", "recall", "gradients")


def opened(**query) -> AppTest:
    """The page as it stands when the untrained network was measured."""
    app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=SECONDS)
    for name, value in {**SMALL, **query}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("../pages/train.py").run()
    return settled(app)


def trainer(app: AppTest):
    return labs().open(app.session_state["tab"].token)


def settled(app: AppTest) -> AppTest:
    """The page after all that is under way has come to rest."""
    trainer(app).wait_for(lambda snapshot: not snapshot.active and not snapshot.doing, SECONDS)
    app.run()
    assert not app.exception
    return app


def pressed(app: AppTest, name: str) -> AppTest:
    return pressed_key(app, f"train_{name}")


def pressed_key(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def trained(**query) -> AppTest:
    return settled(pressed(opened(**query), "start"))


def in_tab(app: AppTest, name: str) -> AppTest:
    """The page with another tab open; the session forgets the widget, as after a page switch."""
    app.session_state["train_tabs_open"] = name
    app.session_state["train_tabs"] = name
    app.run()
    assert not app.exception
    return app


def run_of(app: AppTest):
    return trainer(app).snapshot().run


def enabled(app: AppTest) -> set[str]:
    keys = {button.key: button for button in app.button}
    names = (*BUTTONS, "resume", "undo_reset")
    return {name for name in names if f"train_{name}" in keys and not keys[f"train_{name}"].disabled}


def figure(app: AppTest, name: str) -> dict:
    (chart,) = [each for each in app.get("bidi_component") if each.proto.id.endswith(f"-train_{name}")]
    return json.loads(json.loads(chart.proto.json)["figure"])


def shown(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.warning, *app.error])


def test_the_page_is_useful_before_anything_was_chosen(generated):
    app = opened()
    assert app.title[0].value == "Train"
    assert enabled(app) == {"start", "one_epoch", "more"}
    assert app.metric[0].value.endswith("%")
    assert len(app.metric) == 4
    for name in CURVES:
        assert figure(app, name)["layout"]["height"] == 320
    assert "after the first epoch" in shown(app)
    assert app.get("progress")[0].proto.text.startswith("Untrained.")
    assert len(run_of(app).history) == 1


def test_train_trains_as_many_epochs_as_are_set_and_shows_every_one(generated):
    app = trained()
    assert run_of(app).epoch == 2
    cost = figure(app, "cost")["data"][0]
    assert cost["x"] == [0, 1, 2]
    assert cost["y"] == [metrics.test.cost for metrics in run_of(app).history]
    recall = figure(app, "recall")["data"]
    assert [trace["y"][-1] for trace in recall] == run_of(app).history[-1].test.recall.tolist()
    assert [len(trace["x"]) for trace in figure(app, "gradients")["data"]] == [3, 3]
    assert app.metric[0].value == f"{100 * run_of(app).accuracy:.2f}%"
    assert "Trained for 2 epochs" in app.get("progress")[0].proto.text


def test_while_it_trains_only_what_makes_sense_can_be_pressed(generated):
    app = pressed(opened(num_epochs="500"), "start")
    assert enabled(app) == {"pause", "stop", "more", "reset"}
    pressed(app, "stop")
    assert enabled(app) & {"resume", "start"}
    assert trainer(app).snapshot().state == "paused"


def test_pause_ends_the_epoch_and_resume_goes_on_to_the_same_end(generated):
    app = pressed(opened(num_epochs="40"), "start")
    trainer(app).wait_for(lambda snapshot: snapshot.run.epoch >= 1, SECONDS)
    settled(pressed(app, "pause"))
    paused_at = run_of(app).epoch
    assert 1 <= paused_at < 40
    assert "resume" in enabled(app)
    assert f"{40 - paused_at} epoch" in app.get("progress")[0].proto.text
    settled(pressed(app, "resume"))
    assert [metrics.epoch for metrics in run_of(app).history] == list(range(41))


def test_one_epoch_and_ten_more_do_what_they_say(generated):
    app = settled(pressed(opened(), "one_epoch"))
    assert run_of(app).epoch == 1
    settled(pressed(app, "more"))
    assert run_of(app).epoch == 11


def test_reset_begins_anew_and_can_be_undone(generated):
    app = trained()
    before = run_of(app)
    settled(pressed(app, "reset"))
    assert run_of(app).epoch == 0
    assert "undo_reset" in enabled(app)
    settled(pressed(app, "undo_reset"))
    assert run_of(app) is before
    assert "undo_reset" not in enabled(app)


def test_another_shape_asks_first_and_can_be_taken_back(generated):
    app = trained()
    before = run_of(app)
    app.number_input(key="set_width_0").set_value(7).run()
    assert run_of(app) is before
    assert "784-7-10" in shown(app)
    assert "hidden" in shown(app)
    pressed(app, "keep")
    assert "784-7-10" not in shown(app)
    assert run_of(app) is before


def test_a_new_network_is_trained_by_train_and_the_old_one_stays_in_the_list(generated):
    app = trained()
    before = run_of(app)
    app.number_input(key="set_width_0").set_value(7).run()
    settled(pressed(app, "new"))
    assert (run_of(app).title, run_of(app).epoch) == ("784-7-10", 0)
    assert "train_new" not in [button.key for button in app.button]
    settled(pressed(app, "start"))
    assert (run_of(app).title, run_of(app).epoch) == ("784-7-10", 2)
    assert before in trainer(app).snapshot().runs
    assert len(figure(app, "cost")["data"]) == 3, "the old run is laid over the new one"


def test_an_untrained_network_follows_the_settings_without_asking(generated):
    app = opened()
    app.number_input(key="set_width_0").set_value(7).run()
    settled(app)
    assert run_of(app).title == "784-7-10"
    assert len(trainer(app).snapshot().runs) == 1


def test_the_learning_rate_changes_on_the_way_and_the_network_stays(generated):
    app = trained()
    before = run_of(app)
    app.select_slider(key="set_learning_rate").set_value(0.01).run()
    assert run_of(app).id == before.id
    assert "It holds from epoch 3 on; before, η was 0.001." in shown(app)
    settled(pressed(app, "one_epoch"))
    assert "It holds from" not in shown(app)
    rates = [metrics.learning_rate for metrics in run_of(app).history]
    assert rates == [0.001, 0.001, 0.001, 0.01]
    words = figure(app, "cost")["layout"]["annotations"][0]
    assert (words["x"], words["text"]) == (2, "η 0.01")


def test_the_vertical_axis_can_be_logarithmic(generated):
    app = trained()
    assert figure(app, "cost")["layout"]["yaxis"].get("type") != "log"
    app.button_group(key="train_view").set_value("log").run()
    assert figure(app, "cost")["layout"]["yaxis"]["type"] == "log"
    assert figure(app, "accuracy")["layout"]["yaxis"]["type"] == "log"


def test_accuracy_can_be_shown_as_error_rate(generated):
    app = trained()
    accuracy = figure(app, "accuracy")["data"][0]["y"]
    app.toggle(key="train_errors").set_value(True).run()
    assert figure(app, "accuracy")["data"][0]["y"] == pytest.approx([1 - each for each in accuracy])
    assert figure(app, "accuracy")["layout"]["title"]["text"] == "Error rate"


def test_a_rate_that_breaks_the_numbers_is_explained_and_the_network_kept(generated):
    app = opened(learning_rate="1000", activation="relu", initialization="scaled", scaling="raw")
    settled(pressed(app, "start"))
    assert ":red-badge" in shown(app)
    assert "learning rate" in shown(app)


def test_the_lab_of_a_tab_is_found_again_after_it_was_put_to_rest(generated):
    app = trained()
    before = run_of(app)
    everything = labs()
    everything.sweep()
    lab = everything._labs[app.session_state["tab"].token]
    lab.seen_at -= 1000
    lab.saved_at -= 1000
    everything.sweep()
    assert app.session_state["tab"].token not in everything._labs
    settled(app)
    assert (run_of(app).id, run_of(app).epoch) == (before.id, before.epoch)


def test_two_sessions_are_two_labs(generated):
    one, other = opened(), opened()
    assert one.session_state["tab"].token != other.session_state["tab"].token
    settled(pressed(one, "start"))
    assert run_of(one).epoch == 2
    assert run_of(other).epoch == 0


def test_an_experiment_after_another_training_offers_to_train_it(generated):
    app = trained()
    app.session_state["setup"].lesson = replace(app.session_state["setup"].lesson, experiment="narrow")
    app.session_state["setup"].settings = replace(BY_SLUG["narrow"].config, dataset="generated")
    app.session_state["widget_versions"] = {"settings": 1}  # changed by something else than their widgets
    app.run()
    guess = app.radio(key="guess_narrow")
    guess.set_value(guess.options[0]).run()
    assert not app.exception
    assert app.button(key="experiment_train").label == "Train it"
    assert "experiment_again" not in [button.key for button in app.button]


def test_an_experiment_on_other_rates_begins_a_network_of_its_own_and_leaves_the_one_before(
    generated, monkeypatch
):
    app = trained()
    before = run_of(app)
    ten_times = replace(before.settings, learning_rate=10 * before.settings.learning_rate)
    monkeypatch.setitem(BY_SLUG, "too-fast", replace(BY_SLUG["too-fast"], config=ten_times))
    app.session_state["setup"].lesson = replace(app.session_state["setup"].lesson, experiment="too-fast")
    app.session_state["setup"].settings = ten_times
    app.session_state["widget_versions"] = {"settings": 1}
    app.run()
    assert "train_new" not in [button.key for button in app.button]  # one way to begin it is enough
    guess = app.radio(key="guess_too-fast")
    guess.set_value(guess.options[1]).run()
    settled(pressed_key(app, "experiment_train"))
    assert "What your run did" in shown(app)
    assert run_of(app).id != before.id
    rates = [[metrics.learning_rate for metrics in run.history[1:]] for run in trainer(app).snapshot().runs]
    assert rates == [[before.settings.learning_rate] * 2, [ten_times.learning_rate] * 2]
    assert (
        next(run for run in trainer(app).snapshot().runs if run.id == before.id).schedule == before.schedule
    )


def test_an_experiment_that_is_closed_gives_the_settings_of_before_back(generated):
    app = opened()
    settings = app.session_state["setup"].settings
    for slug in ("too-fast", "narrow"):
        app.switch_page("../pages/home.py").run()
        pressed_key(app, f"open_{slug}")
        assert app.session_state["setup"].settings.learning_rate == BY_SLUG[slug].config.learning_rate
    app.switch_page("../pages/train.py").run()
    pressed_key(app, "close_experiment")
    assert app.session_state["setup"].settings == settings


def test_in_an_experiment_the_curve_to_watch_comes_first_right_below_the_question(generated):
    def order(**query) -> list[str]:
        charts = opened(**query).get("bidi_component")
        return [found for each in charts if (found := each.proto.id.rpartition("-train_")[2]) in CURVES]

    assert order() == list(CURVES)
    assert order(experiment="vanishing")[0] == "gradients"
    assert order(experiment="narrow")[0] == "recall"


def test_all_that_a_new_network_would_differ_in_is_listed(generated):
    app = trained()
    app.number_input(key="set_width_0").set_value(7).run()
    app.number_input(key="set_patience").set_value(3).run()
    (words,) = [text.value for text in app.main.markdown if "ask for another network" in text.value]
    assert "(changed: " in words
    listed = words.partition("(changed: ")[2].partition(")")[0]
    assert "hidden layers" in listed
    assert "early stopping" in words


def test_larger_text_makes_the_curves_larger_too(generated):
    app = trained()
    plain = figure(app, "recall")["layout"]
    app.toggle(key="large_type").set_value(True).run()
    large = figure(app, "recall")["layout"]
    assert large["height"] == 1.25 * plain["height"]
    for layout, times in ((plain, 1), (large, 1.25)):
        assert layout["xaxis"]["tickfont"]["size"] == 12 * times
        assert layout["legend"]["font"]["size"] == 12 * times
        assert layout["annotations"][0]["font"]["size"] == 12 * times
        assert layout["margin"]["l"] == 64 * times
