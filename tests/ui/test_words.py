"""Labels are the terms of the field: none of the first version's own words is left on a page or in a file.

The walk opens every page and every tab, untrained and trained, with what each of them shows after a click.
"""

import re

import pytest

from mnistlab.__main__ import main
from mnistlab.data.user_digits import EMPTY
from mnistlab.runs.export import log_text, script
from mnistlab.runs.report import html_report
from mnistlab.setting_labels import SETTING_NAMES
from mnistlab.ui.canvas import CANVAS
from mnistlab.ui.glossary import GLOSSARY, SETTINGS, help_of_setting, mentions
from tests.conftest import REPOSITORY
from tests.old_words import LABELS, PHRASES
from tests.predict_page import SEVEN, sent
from tests.runs.test_report import some_run
from tests.word_walk import PAGES, Walk, plain

WRITTEN = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/hosting.md")
SEEN = """Weight initialization | Epochs | Larger text | Start new network | Train | Start page | Note
PCA | Class balance | majority class | first principal component | Images per class | Generated digits
Activation function | Universal approximation | Outputs before training | Test accuracy, untrained
SGD step | actual / predicted | largest difference / largest gradient | first-order prediction
Confusion matrix | true label | test accuracy final | test accuracy best | Download | recall
Recall per class | Weight histogram | Number of learning rates | test accuracy
Prediction | True label | Preprocessed input | Resize only | Attribution | none (0–255)"""
COMMANDS = ((), ("train",), ("sweep",), ("evaluate",), ("predict",), ("data",))


@pytest.fixture(scope="module")
def walk(generated) -> Walk:
    """Everything seen on a walk through the lab."""
    walk = Walk()
    walk.everywhere()
    walk.open("train")
    walk.press("train_start", "train")
    walk.rest()
    walk.everywhere()
    for tab, key in (("Gradient check", "check"), ("SGD step", "step"), ("Four equations", "guess_none")):
        walk.open("backprop")
        walk.open("backprop", tab)
        walk.press(f"backprop_{key}", f"backprop {tab}")
    walk.open("train")
    walk.open("train", "Hyperparameter sweep")
    walk.press("train_sweep_start", "train sweep")
    walk.rest()
    walk.run("train sweep")
    walk.open("predict")
    for source in ("test", "mistakes", "picture", "draw"):
        walk.app.segmented_control(key="predict_source").set_value(source)
        walk.run(f"predict {source}")
    walk.app.session_state[CANVAS] = sent(SEVEN)
    walk.run("predict drawing")
    walk.app.session_state["link_builder"] = True
    walk.open("home")
    walk.open("backprop")
    walk.app.segmented_control(key="backprop_from").set_value("drawing")
    walk.run("backprop drawing")
    walk.app.number_input(key="set_width_0").set_value(7)
    for page in PAGES:
        walk.open(page)
    return walk


def test_the_walk_sees_every_kind_of_label(walk):
    seen = {label for _, label in walk.labels}
    assert {label for line in SEEN.splitlines() for label in line.split(" | ")} - seen == set()


def test_no_label_is_one_of_the_first_version(walk):
    assert sorted((where, label) for where, label in walk.labels if plain(label) & LABELS) == []
    assert [(where, label) for where, label in walk.labels if "by hand" in label.casefold()] == []


def test_no_sentence_on_a_page_has_a_phrase_of_the_first_version(walk):
    assert [
        (where, phrase, text[:200])
        for where, text in walk.texts
        for phrase in PHRASES
        if phrase in text.casefold()
    ] == []


def test_each_question_mark_begins_with_the_name_of_a_term(walk):
    assert len(walk.helps) > 50
    assert [(where, words) for where, words in walk.helps if not re.match(r"\*\*[^*]+\*\*: \S", words)] == []


@pytest.mark.parametrize("name", SETTINGS)
def test_the_question_mark_of_a_setting_defines_the_term_of_its_label(name):
    (term, *_), _ = SETTINGS[name]
    assert mentions(SETTING_NAMES.get(name, "Width of layer 1"), term)
    assert help_of_setting(name).casefold().startswith(f"**{term.casefold()}**: {GLOSSARY[term].casefold()}")


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_has_no_phrase_of_the_first_version(name):
    text = re.sub(r"\s+", " ", (REPOSITORY / name).read_text()).casefold()
    assert [phrase for phrase in PHRASES if phrase in text] == []


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_has_no_phrase_of_the_first_version(command, capsys):
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    text = re.sub(r"\s+", " ", capsys.readouterr().out).casefold()
    assert "usage" in text
    assert [phrase for phrase in PHRASES if phrase in text] == []


def test_what_is_exported_has_no_phrase_of_the_first_version():
    run = some_run()
    text = "".join([html_report(run, EMPTY), script(run), log_text(run)]).casefold()
    assert [phrase for phrase in PHRASES if phrase in text] == []
