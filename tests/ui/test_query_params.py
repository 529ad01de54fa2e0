"""Settings and lessons in the address bar: what goes out comes in again, and a slip loses nothing else."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("hypothesis", reason="hypothesis is in tests/requirements.txt")

from hypothesis import given
from hypothesis import strategies as st

from mnistlab.data.datasets import DATASETS
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import EpochMetrics
from mnistlab.runs.run import new_run
from mnistlab.setting_labels import SETTING_NAMES
from mnistlab.ui.page_list import TO_LEAVE_OUT
from mnistlab.ui.query_params import (
    CONTROLS,
    MAX_NOTE,
    Lesson,
    lesson_from,
    link_to,
    link_to_run,
    linked_name,
    query_of,
    reach_of,
    settings_from,
)

CONFIGS = st.builds(
    TrainConfig,
    dataset=st.sampled_from(DATASETS),
    hidden=st.lists(st.integers(1, 1024), max_size=6).map(tuple),
    activation=st.sampled_from(["sigmoid", "tanh", "relu"]),
    initialization=st.sampled_from(["notebook", "scaled"]),
    scaling=st.sampled_from(["raw", "unit"]),
    seed=st.integers(0, 2**32 - 1),
    num_epochs=st.integers(1, 1000),
    learning_rate=st.floats(1e-9, 1000, exclude_min=True),
    batch_size=st.integers(1, 100),
    train_size=st.integers(100, 60_000),
    patience=st.integers(0, 1000),
    restore_best=st.booleans(),
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)


@given(CONFIGS)
def test_settings_survive_the_address(config):
    query = {name: [text] for name, text in query_of(config).items()}
    given_back, complaints = settings_from(query)
    assert TrainConfig(**given_back) == config
    assert complaints == []


def test_the_address_holds_what_differs_and_always_the_seed():
    assert query_of(TrainConfig()) == {"seed": "123"}
    assert query_of(TrainConfig(hidden=(30, 20), scaling="unit")) == {
        "hidden": "30,20",
        "scaling": "unit",
        "seed": "123",
    }
    assert query_of(TrainConfig(hidden=()))["hidden"] == "none"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("seed", ["1", "2"]),
        ("seed", [""]),
        ("seed", ["-1"]),
        ("seed", ["4294967296"]),
        ("seed", ["1e3"]),
        ("seed", ["\u0661\u0662"]),
        ("seed", ["9" * 5000]),
        ("hidden", ["100,"]),
        ("hidden", ["0"]),
        ("hidden", ["1,2,3,4,5,6,7"]),
        ("hidden", ["<b>100</b>"]),
        ("learning_rate", ["nan"]),
        ("learning_rate", ["inf"]),
        ("learning_rate", ["-0.1"]),
        ("learning_rate", ["fast"]),
        ("activation", ["![](http://127.0.0.1/x.png)"]),
        ("batch_size", ["60001"]),
        ("train_size", ["0"]),
        ("num_epochs", ["1.5"]),
    ],
)
def test_a_bad_value_gets_a_sentence_and_the_others_stay(name, values):
    good = {"scaling": ["unit"], "patience": ["3"]}
    settings, complaints = settings_from({**good, name: values})
    assert settings == {"scaling": "unit", "patience": 3}
    assert len(complaints) == 1
    assert "must be" in complaints[0]
    assert len(complaints[0]) < 200


def test_two_good_values_that_do_not_go_together_name_the_one_that_is_left_out():
    settings, complaints = settings_from({"batch_size": ["4096"], "train_size": ["100"]})
    assert settings == {"batch_size": 4096}
    assert complaints == [
        "Training set size 100 does not go with the rest: "
        "Mini-batch size must be a whole number from 1 to 100 (training set size). It was 4096."
    ]


@given(
    st.dictionaries(
        st.sampled_from([*TrainConfig.__dataclass_fields__, "note", "hide", "without"]),
        st.lists(TEXTS, max_size=3),
    )
)
def test_any_address_ends_in_settings_and_sentences(query):
    settings, complaints = settings_from(query)
    TrainConfig(**settings)
    lesson, more = lesson_from(query)
    assert set(lesson.hide) <= set(CONTROLS)
    assert all(len(sentence) < 400 for sentence in complaints + more)


@given(
    CONFIGS,
    st.builds(
        Lesson,
        note=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=MAX_NOTE),
        hide=st.lists(st.sampled_from(CONTROLS), unique=True).map(
            lambda names: tuple(sorted(names, key=CONTROLS.index))
        ),
        without=st.lists(st.sampled_from(TO_LEAVE_OUT), unique=True).map(
            lambda names: tuple(sorted(names, key=TO_LEAVE_OUT.index))
        ),
        experiment=st.sampled_from(["", "notebook", "vanishing"]),
    ),
)
def test_a_teachers_link_brings_everything(config, lesson):
    query = parse_qs(urlsplit(link_to("http://127.0.0.1:8501/train", config, lesson)).query)
    assert TrainConfig(**settings_from(query)[0]) == config
    printable = "".join(c for c in lesson.note if c.isprintable())
    assert lesson_from(query)[0] == Lesson(**{**vars(lesson), "note": printable})


def test_a_note_that_is_too_long_is_left_out_with_a_sentence():
    lesson, complaints = lesson_from({"note": ["x" * (MAX_NOTE + 1)]})
    assert lesson == Lesson()
    assert complaints == ["Note must be at most 400 characters long. It was 401."]


TITLES = {
    "note": "Note",
    "hide": "Settings not shown",
    "without": "Pages not shown",
    "experiment": "Experiment",
}


@pytest.mark.parametrize("name", TITLES)
def test_what_a_link_says_twice_it_does_not_say(name):
    lesson, complaints = lesson_from({name: ["seed", "data"]})
    assert lesson == Lesson()
    assert complaints == [f"{TITLES[name]} must be given once. It was seed and data."]


WRONG = {
    "learning_rate": "Learning rate η must be > 0 and at most 1000. It was -4.0.",
    "hidden": "Hidden layer width must be a whole number from 1 to 1,024. It was -4.",
    "seed": "Random seed must be a whole number from 0 to 4,294,967,295. It was -4.",
    "restore_best": "Early stopping: restore best weights must be true or false. It was -4.",
}


@pytest.mark.parametrize("name", TrainConfig.__dataclass_fields__)
def test_what_is_wrong_with_a_setting_is_said_by_its_name_on_the_screen(name):
    for text in ("-4", "learning_rate must"):
        _, (sentence,) = settings_from({name: [text]})
        own = "Hidden layer width" if sentence.startswith("Hidden layer width") else SETTING_NAMES[name]
        assert sentence.startswith(f"{own} must be ")
        assert re.search(rf"\. It was {text}(\.0)?\.$", sentence)
        assert not re.search(r"[a-z]_[a-z]|Got", sentence.removesuffix(f"{text}."))
    _, (sentence,) = settings_from({name: ["-4"]})
    assert WRONG.get(name, sentence) == sentence


def a_run(epochs=2, **settings):
    run = new_run(TrainConfig(**settings), (), "Mine & <b>")
    return replace(run, history=tuple(EpochMetrics(e, *[None] * 6) for e in range(epochs + 1)))


@given(CONFIGS)
def test_a_link_to_a_run_has_its_settings_and_says_so(config):
    run = replace(a_run(), config=config)
    query = parse_qs(urlsplit(link_to_run("http://lab:8501/train", run)).query)
    assert TrainConfig(**settings_from(query)[0]) == replace(config, num_epochs=max(2, config.num_epochs))
    assert linked_name(query) == "Mine & <b>"
    assert query["dataset"] == [config.dataset], "who has no MNIST must be told"


def test_a_link_to_a_run_that_was_trained_longer_has_all_its_epochs():
    assert "num_epochs=14" in link_to_run("", a_run(epochs=14, num_epochs=4))
    assert link_to_run("", a_run(epochs=2, num_epochs=4)).endswith("num_epochs=4")


@pytest.mark.parametrize(
    ("link", "here"),
    [
        ("http://127.0.0.1:8501/train?x=1", "127.0.0.1"),
        ("http://127.8.0.1/", "127.8.0.1"),
        ("http://localhost:8501/", "localhost"),
        ("http://[::1]:8501/", "::1"),
        ("http://192.168.0.7:8501/", ""),
        ("https://lab.example.org/base/train", ""),
        ("", ""),
    ],
)
def test_a_link_that_works_on_this_computer_only_says_so(link, here):
    words = reach_of(link)
    assert words.startswith(f"This link works on this computer only: {here} is") if here else words == ""
