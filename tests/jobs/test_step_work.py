"""A step that others would wait for is refused beforehand: in the sidebar, by links, files and commands."""

import re

import pytest

from mnistlab.analysis.experiments import EXPERIMENTS
from mnistlab.engine.config import MAX_TRAIN_SIZE, PRESETS, TrainConfig, config_from
from mnistlab.sweeps.sweep_run import Sweeping
from mnistlab.ui.query_params import settings_from
from tests.ui.test_page_home import home

WIDE = (1024,) * 6
REFUSED = re.escape(
    "The parameters times batch_size must be at most 5,000,000,000. Got 6,062,090 x 1,024 = 6,207,580,160."
)


def test_the_largest_network_and_the_largest_mini_batch_do_not_go_together():
    assert TrainConfig(hidden=WIDE, batch_size=824).num_steps
    assert TrainConfig(batch_size=MAX_TRAIN_SIZE).num_steps == 1  # gradient descent in the notebook's network
    for make in (TrainConfig, lambda **given: config_from(given)):
        with pytest.raises(ValueError, match=REFUSED):
            make(hidden=WIDE, batch_size=1024)


def test_every_preset_and_every_experiment_is_well_within():
    for config in (*PRESETS.values(), *(experiment.config for experiment in EXPERIMENTS)):
        assert TrainConfig(**{**vars(config), "hidden": (1024, 1024), "dataset": "generated"})


def test_a_link_to_such_a_step_keeps_all_else():
    good, (complaint,) = settings_from({"hidden": ["1024"], "batch_size": ["60000"], "seed": ["5"]})
    assert good == {"hidden": (1024,), "seed": 5}
    assert complaint.startswith(
        "The parameters times mini-batch size must be at most 5,000,000,000. It was 814,090 x"
    )


def test_a_sweep_counts_all_its_networks():
    config = TrainConfig(batch_size=5_000)
    with pytest.raises(ValueError, match=r"Got 1,272,160 x 5,000 = 6,360,800,000\."):
        Sweeping(None).start([config] * 16)


def test_the_sidebar_says_so_in_one_sentence_and_loses_nothing():
    app = home(hidden="1000", batch_size="4096", seed="5")
    before = dict(app.session_state["setup"].settings.__dict__)
    app.slider(key="set_num_hidden").set_value(3).run()
    assert not app.exception
    (error,) = app.sidebar.error
    assert "must be at most 5,000,000,000" in error.value.replace("\\", "")
    assert vars(app.session_state["setup"].settings) == before
    assert app.slider(key="set_num_hidden").value == 3
    app.select_slider(key="set_batch_size_to_60000").set_value(128).run()
    assert not app.sidebar.error
    after = app.session_state["setup"].settings
    assert (after.hidden, after.batch_size, after.seed) == ((1000,) * 3, 128, 5)


def test_a_preset_that_does_not_go_with_the_lesson_is_refused_in_one_sentence():
    app = home(hidden="3", batch_size="60000", hide="batch_size")
    assert not app.exception
    app.button(key="preset_recommended").click().run()
    assert not app.exception
    assert len(app.sidebar.error) == 1
    assert app.session_state["setup"].settings.hidden == (3,)
    app.run()
    assert not app.sidebar.error
