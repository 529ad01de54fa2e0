"""What lies behind the curves of the Train page: errors, weights, runs, export; without a browser."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mnistlab.analysis.decision import a_digit
from mnistlab.runs.checkpoints import dumps
from mnistlab.runs.export import history_csv
from mnistlab.ui.settings import LinkedRun
from tests.ui.test_page_train import figure, in_tab, opened, pressed, run_of, settled, shown, trained, trainer


def sketch(app, name):
    """What the browser gets of a figure of plain markup."""
    (found,) = [part for part in app.get("bidi_component") if part.proto.id.endswith(f"-train_{name}")]
    return json.loads(found.proto.json)


def galleries(app, words):
    """The rows of pictures whose words on hover hold some words."""
    pages = (element.proto.body for element in app.get("html"))
    return [body for body in pages if "gallery" in body and words in body]


def test_a_cell_of_the_matrix_opens_its_images(generated):
    app = trained()
    counts = run_of(app).history[-1].test.confusion
    true, read = (int(place) for place in np.argwhere((counts > 0) & ~np.eye(10, dtype=bool))[0])
    app.session_state["train_cell"] = (true, read)
    app.run()
    of_digit = int((generated.test.labels == true).sum())
    said = f"{counts[true, read]:,} of the {of_digit:,} test images of {a_digit(true)} are predicted {read}"
    assert said in shown(app)
    assert f"**True label {true}, predicted {read}**" in shown(app)
    (pictures,) = galleries(app, f"output {read} is")
    assert pictures.count("<img ") == min(30, counts[true, read])
    (worst,) = galleries(app, "against")
    assert worst.count("<figcaption>") == worst.count("<img ") == 16


def test_an_empty_cell_says_so(generated):
    app = trained()
    counts = run_of(app).history[-1].test.confusion
    true, read = (int(place) for place in np.argwhere(counts == 0)[0])
    app.session_state["train_cell"] = (true, read)
    app.run()
    assert f"No {true} is predicted" in shown(app)


def test_the_slider_leads_back_through_the_epochs(generated):
    app = in_tab(trained(), "Weights")
    assert "After epoch 2" in shown(app)
    slider = next(widget for widget in app.select_slider if widget.label == "After epoch")
    slider.set_value(0).run()
    assert not app.exception
    assert "Before training" in shown(app)
    assert "before training" in sketch(app, "weights")["markup"]


def test_a_run_gets_another_name_and_the_table_shows_what_differs(generated):
    app = trained()
    app.number_input(key="set_width_0").set_value(7).run()
    app.select_slider(key="set_learning_rate").set_value(0.005).run()
    app = in_tab(settled(pressed(app, "new")), "Runs")
    table = app.dataframe[0].value
    assert list(table["settings that differ"]) == ["hidden layers", "learning rate η"]
    assert list(table["settings that differ", "learning rate η"]) == ["0.001", "0.005"]
    named(app, "Seven *units*")
    assert run_of(app).name == "Seven *units*"
    assert list(app.dataframe[0].value["", "run"])[1] == "Seven *units*"


def test_runs_that_are_ticked_are_compared_and_laid_over_the_current_one(generated):
    app = trained()
    app.select_slider(key="set_learning_rate").set_value(0.005).run()
    app = settled(pressed(settled(pressed(app, "reset")), "start"))
    app = settled(pressed(in_tab(app, "Runs"), "reset"))
    runs = trainer(app).snapshot().runs
    assert [(run.name, run.epoch, run.color) for run in runs] == [
        ("Run 1", 2, 0),
        ("Run 2", 2, 1),
        ("Run 3", 0, 2),
    ]
    assert "single setting" not in shown(app)
    app.session_state["widget_values"]["train_runs"] = (runs[0].id, runs[1].id)
    app.run()
    assert "**Run 1** and **Run 2**" in shown(app)
    assert app.button(key="train_select").disabled, "which of the two?"
    assert "Tick a single run" in shown(app)
    assert "differ in a single setting: learning rate η, 0" in shown(app).replace("\\", "")
    assert list(app.table[0].value.iloc[0]) == ["Learning rate η", "0\\.001", "0\\.005"]
    curves = {trace["name"]: trace for trace in figure(app, "test_cost")["data"]}
    assert {name: trace["y"] for name, trace in curves.items()} == {
        run.name: [metrics.test.cost for metrics in run.history] for run in runs[:2]
    }
    above = {trace["name"]: trace for trace in figure(app, "cost")["data"]}
    for name in ("Run 1", "Run 2"):
        assert above[f"test, {name}"]["line"]["color"] == curves[name]["line"]["color"]
    app.session_state["widget_values"]["train_runs"] = (runs[0].id,)
    app.run()
    assert "test, Run 2" not in [trace["name"] for trace in figure(app, "cost")["data"]]


def test_with_a_run_its_settings_come_back_also_the_learning_rate_set_since(generated):
    app = trained()
    first = run_of(app).id
    app.select_slider(key="set_learning_rate").set_value(0.01).run()
    settled(pressed(app, "one_epoch"))
    next(s for s in app.select_slider if s.key.startswith("set_learning_rate")).set_value(0.02).run()
    app = settled(pressed(app, "reset"))
    next(s for s in app.select_slider if s.key.startswith("set_learning_rate")).set_value(0.1).run()
    app = settled(pressed(app, "one_epoch"))
    app = in_tab(app, "Runs")
    app.session_state["widget_values"]["train_runs"] = (first,)
    app.run()
    app.button(key="train_select").click().run()
    assert run_of(app).id == first
    assert next(s for s in app.select_slider if s.key.startswith("set_learning_rate")).value == 0.01
    assert app.session_state["setup"].settings.learning_rate == 0.01
    assert trainer(app).snapshot().run.settings.learning_rate == 0.01


def test_weights_of_the_best_epoch_are_restored_by_a_button_and_taken_back(generated):
    settings = {"learning_rate": "0.5", "initialization": "scaled", "batch_size": "50", "hidden": "20"}
    app = trained(**settings, num_epochs="9", patience="1")
    before = run_of(app)
    assert before.best_epoch == before.epoch - 1 > 0, "else this test needs another learning rate"
    app = pressed(app, "restore_best")
    assert (run_of(app).weights_epoch, run_of(app).params) == (
        before.epoch - 1,
        before.kept[before.epoch - 1],
    )
    assert app.metric[2].value == f"{before.history[-2].test.cost:.4f}"
    assert f"weights of epoch {before.epoch - 1}" in shown(app)
    app = pressed(app, "undo_restore")
    assert (run_of(app).schedule, run_of(app).params) == ((), before.params)


def named(app, name):
    """Type a name for the chosen run; return what stands in the field then."""
    field = next(widget for widget in app.text_input if widget.label == "Name")
    field.set_value(name).run()
    assert not app.exception
    return next(widget for widget in app.text_input if widget.label == "Name").value


def test_a_name_that_another_run_has_gets_a_number(generated):
    app = trained()
    first = run_of(app).name
    app.number_input(key="set_width_0").set_value(7).run()
    app = in_tab(settled(pressed(app, "new")), "Runs")
    for _ in range(2):
        assert named(app, first) == f"{first} (2)"
        assert [run.name for run in trainer(app).snapshot().runs] == [first, f"{first} (2)"]


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


def test_what_is_taken_away_comes_back_as_the_same_network(generated):
    app = trained()
    before = run_of(app)
    app = in_tab(app, "Export and import")
    keys = {button.key for button in app.get("download_button")}
    assert keys >= {f"train_download_{suffix}" for suffix in ("safetensors", "csv", "py", "txt")}
    app.file_uploader(key="train_upload").upload("network.safetensors", dumps(before)).run()
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
    app = in_tab(app, "Export and import")
    app.file_uploader(key="train_upload").upload("network.safetensors", content).run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.error[0].value.count("must") == 1
    assert trainer(app).snapshot().runs == before.runs


def test_the_link_holds_the_starting_settings_and_owns_up_to_what_it_leaves_out(generated):
    app = in_tab(trained(seed="7"), "Export and import")
    link = next(code.value for code in app.code if "seed=" in code.value)
    assert "seed=7" in link
    assert "hidden=10" in link
    assert "changed on the way" not in shown(app)
    app.select_slider(key="set_learning_rate").set_value(0.01).run()
    app.number_input(key="set_width_0").set_value(7).run()
    app = in_tab(settled(app), "Export and import")
    assert "changed on the way" not in shown(app), "nothing was trained with it"
    app.number_input(key="set_width_0").set_value(10).run()
    app = in_tab(settled(pressed(app, "one_epoch")), "Export and import")
    assert "changed on the way" in shown(app)
    link = next(code.value for code in app.code if "seed=" in code.value)
    assert "learning_rate" not in link
    assert "hidden=10" in link
    assert "num_epochs=3" in link


def test_a_link_to_a_run_says_what_it_is_and_trains_it_whatever_the_sidebar_says(generated):
    app = opened(run="Mine *and* yours", seed="7")
    assert "**This is a link to a run" in shown(app)
    assert "784-10-10, 2 epochs on Generated digits; " in shown(app)
    assert "random seed 7" in shown(app)
    app.number_input(key="set_width_0").set_value(4).run()
    app = settled(pressed(settled(app), "linked_run"))
    assert (run_of(app).config.hidden, run_of(app).config.seed, run_of(app).epoch) == ((10,), 7, 2)
    assert "link to a run" not in shown(app)
    assert "run" not in app.query_params


def test_a_link_to_a_run_changes_no_network_that_was_trained_here(generated):
    app = trained()
    before = run_of(app)
    setup = app.session_state["setup"]
    setup.linked = LinkedRun("Theirs", replace(before.config, learning_rate=0.01))
    setup.settings = setup.linked.settings  # as a link in the tab's address bar has them
    app.session_state["widget_versions"] = {"settings": 1}
    app.run()
    assert run_of(app).settings == before.settings
    assert "The network that you have now stays in the list" in shown(app)
    app = pressed(app, "close_link")
    assert "link to a run" not in shown(app)
    assert (run_of(app).settings, app.session_state["setup"].settings) == (before.settings, before.settings)


def test_a_link_with_a_slip_in_it_does_not_claim_to_repeat_a_run(generated):
    app = opened(run="Mine", seed="-4")
    assert "Random seed must be a whole number from 0 to" in shown(app).replace("\\", "")
    assert "link to a run" not in shown(app)
