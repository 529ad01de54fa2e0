"""The Train page, driven without a browser: each control, each state, each tab."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistlab import registry
from mnistlab.checkpoints import dumps
from mnistlab.export import history_csv
from tests.conftest import REPOSITORY

SMALL = {"dataset": "generated", "hidden": "10", "train_size": "500", "num_epochs": "2", "scaling": "unit"}
SECONDS = 120
BUTTONS = ("start", "pause", "stop", "one_epoch", "more", "reset")
FIGURES = ("cost", "accuracy", "recall", "gradients")


def opened(**query) -> AppTest:
    """The page as it stands when the untrained network was measured."""
    app = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=SECONDS)
    for name, value in {**SMALL, **query}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("pages/train.py").run()
    return settled(app)


def trainer(app: AppTest):
    return registry.trainer_for(app.session_state["token"])


def settled(app: AppTest) -> AppTest:
    """The page after all that is under way has come to rest."""
    trainer(app).wait_for(lambda snapshot: not snapshot.active and not snapshot.doing, SECONDS)
    app.run()
    assert not app.exception
    return app


def pressed(app: AppTest, name: str) -> AppTest:
    app.button(key=f"train_{name}").click().run()
    assert not app.exception
    return app


def trained(**query) -> AppTest:
    return settled(pressed(opened(**query), "start"))


def in_tab(app: AppTest, name: str) -> AppTest:
    """The page with another tab open; the session forgets the widget, as after a page switch."""
    app.session_state["train_open_tab"] = name
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
    charts = {chart.proto.id.rsplit("-", 1)[-1]: chart for chart in app.get("plotly_chart")}
    return json.loads(charts[f"train_{name}"].proto.spec)


def shown(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.warning, *app.error])


def test_the_page_is_useful_before_anything_was_chosen(generated):
    app = opened()
    assert app.title[0].value == "Train"
    assert enabled(app) == {"start", "one_epoch", "more"}
    assert app.metric[0].value.endswith(" %")
    assert len(app.metric) == 4
    for name in FIGURES:
        assert figure(app, name)["layout"]["height"] == 320
    assert "after the first epoch" in shown(app)
    assert "Untrained. 2 epochs will take about" in app.get("progress")[0].proto.text
    assert len(run_of(app).history) == 1


def test_train_trains_as_many_epochs_as_are_set_and_shows_every_one(generated):
    app = trained()
    assert run_of(app).epoch == 2
    cost = figure(app, "cost")["data"][0]
    assert cost["x"] == [0, 1, 2]
    assert cost["y"] == [metrics.test.cost for metrics in run_of(app).history]
    assert len(figure(app, "recall")["data"]) == 10
    assert len(figure(app, "gradients")["data"]) == 2
    assert app.metric[0].value == f"{100 * run_of(app).accuracy:.2f} %"
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


def test_the_new_network_is_trained_and_the_old_one_stays_in_the_list(generated):
    app = trained()
    before = run_of(app)
    app.number_input(key="set_width_0").set_value(7).run()
    settled(pressed(app, "new"))
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
    settled(pressed(app, "one_epoch"))
    rates = [metrics.learning_rate for metrics in run_of(app).history]
    assert rates == [0.001, 0.001, 0.001, 0.01]


def test_the_vertical_axis_can_be_logarithmic(generated):
    app = trained()
    assert figure(app, "cost")["layout"]["yaxis"].get("type") != "log"
    app.button_group(key="train_scale").set_value("log axis").run()
    assert figure(app, "cost")["layout"]["yaxis"]["type"] == "log"
    assert figure(app, "accuracy")["layout"]["yaxis"]["type"] == "log"


def test_a_cell_of_the_matrix_opens_its_images(generated):
    app = trained()
    counts = run_of(app).history[-1].test.confusion
    true, read = (int(place) for place in np.argwhere((counts > 0) & ~np.eye(10, dtype=bool))[0])
    app.session_state["train_cell"] = (true, read)
    app.run()
    of_digit = int((generated.test.labels == true).sum())
    said = f"{counts[true, read]:,} of the {of_digit:,} test images of a {true} are read as {read}"
    assert said in shown(app)
    assert f"A {true}, read as {read}" in figure(app, "cell_images")["layout"]["title"]["text"]


def test_an_empty_cell_says_so(generated):
    app = trained()
    counts = run_of(app).history[-1].test.confusion
    true, read = (int(place) for place in np.argwhere(counts == 0)[0])
    app.session_state["train_cell"] = (true, read)
    app.run()
    assert f"No {true} is read" in shown(app)


def test_the_slider_leads_back_through_the_epochs(generated):
    app = in_tab(trained(), "Weights")
    assert "After epoch 2" in shown(app)
    slider = next(widget for widget in app.select_slider if widget.label == "After epoch")
    slider.set_value(0).run()
    assert not app.exception
    assert "Before training" in shown(app)
    assert "before training" in figure(app, "weights")["layout"]["title"]["text"]


def test_a_run_gets_another_name_and_the_table_shows_what_differs(generated):
    app = trained()
    app.number_input(key="set_width_0").set_value(7).run()
    app.select_slider(key="set_learning_rate").set_value(0.005).run()
    app = in_tab(settled(pressed(app, "new")), "Runs")
    table = app.dataframe[0].value
    assert list(table["learning rate"]) == ["0.001", "0.005"]
    assert "seed" not in table.columns
    name = next(widget for widget in app.text_input if widget.label == "Name")
    name.set_value("Seven *units*").run()
    assert run_of(app).name == "Seven *units*"
    assert list(app.dataframe[0].value["name"])[1] == "Seven *units*"


def test_a_run_is_deleted_only_after_a_second_question(generated):
    app = trained()
    first = run_of(app)
    app.number_input(key="set_width_0").set_value(7).run()
    app = in_tab(settled(pressed(app, "new")), "Runs")
    pressed(app, "delete")
    assert len(trainer(app).snapshot().runs) == 2
    pressed(app, "delete_yes")
    assert trainer(app).snapshot().runs == (first,)
    assert app.number_input(key="set_width_0_1").value == 10, "the sidebar shows the run that took its place"


def test_after_the_last_run_is_deleted_there_is_an_untrained_one(generated):
    app = in_tab(trained(), "Runs")
    before = run_of(app)
    pressed(pressed(app, "delete"), "delete_yes")
    settled(app)
    assert (run_of(app).epoch, run_of(app).config) == (0, before.config)
    assert run_of(app).id != before.id


def test_a_press_that_was_told_of_before_does_nothing(generated):
    app = opened()
    app.session_state["presses"] = {"train_more": 1}  # the button that is drawn still bears the number 0
    pressed(app, "more")
    assert run_of(settled(app)).epoch == 0
    assert run_of(settled(pressed(app, "more"))).epoch == 10


def test_what_is_taken_away_comes_back_as_the_same_network(generated):
    app = trained()
    before = run_of(app)
    app = in_tab(app, "Take away")
    keys = {button.key for button in app.get("download_button")}
    assert keys >= {f"train_download_{suffix}" for suffix in ("safetensors", "csv", "py", "txt")}
    app.file_uploader(key="train_upload_0").upload("network.safetensors", dumps(before)).run()
    settled(app)
    after = run_of(app)
    assert after.id != before.id
    assert history_csv(after) == history_csv(before)
    for old, new in zip(before.params, after.params, strict=True):
        np.testing.assert_array_equal(old.weights, new.weights)


@pytest.mark.parametrize("content", [b"", b"not a network", b"\xff" * 64])
def test_a_file_of_a_stranger_gets_one_sentence_and_changes_nothing(generated, content):
    app = trained()
    before = trainer(app).snapshot()
    app = in_tab(app, "Take away")
    app.file_uploader(key="train_upload_0").upload("network.safetensors", content).run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.error[0].value.count("must") == 1
    assert trainer(app).snapshot().runs == before.runs


def test_the_link_holds_the_starting_settings_and_owns_up_to_what_it_leaves_out(generated):
    app = in_tab(trained(seed="7"), "Take away")
    link = next(code.value for code in app.code if "seed=" in code.value)
    assert "seed=7" in link
    assert "hidden=10" in link
    assert "changed on the way" not in shown(app)
    app.select_slider(key="set_learning_rate").set_value(0.01).run()
    app = in_tab(settled(app), "Take away")
    assert "changed on the way" in shown(app)
    link = next(code.value for code in app.code if "seed=" in code.value)
    assert "learning_rate" not in link


def test_a_rate_that_breaks_the_numbers_is_explained_and_the_network_kept(generated):
    app = opened(learning_rate="1000", activation="relu", initialization="scaled", scaling="raw")
    settled(pressed(app, "start"))
    assert ":red-badge" in shown(app)
    assert "learning rate" in shown(app)


def test_the_lab_of_a_tab_is_found_again_after_it_was_put_to_rest(generated):
    app = trained()
    before = run_of(app)
    everything = registry.registry()
    everything.sweep()
    lab = everything._labs[app.session_state["token"]]
    lab.seen_at -= 1000
    lab.saved_at -= 1000
    everything.sweep()
    assert app.session_state["token"] not in everything._labs
    settled(app)
    assert (run_of(app).id, run_of(app).epoch) == (before.id, before.epoch)


def test_two_sessions_are_two_labs(generated):
    one, other = opened(), opened()
    assert one.session_state["token"] != other.session_state["token"]
    settled(pressed(one, "start"))
    assert run_of(one).epoch == 2
    assert run_of(other).epoch == 0
