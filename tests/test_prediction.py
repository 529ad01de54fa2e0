"""Predictions of the command line: the decisions of the Predict page, for each file that can be read."""

import json
import math

import numpy as np
import pytest
from PIL import Image

from mnistlab.__main__ import main
from mnistlab.analysis.decision import FIRES, MARGIN, NO_OUTPUT, verdict
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Layer
from mnistlab.prediction import NO_INK, Prediction, decision, record_of
from mnistlab.runs import checkpoints
from mnistlab.runs.run import new_run


def outputs(**activations):
    """Ten activations, 0.01 each but those given as d7=0.9."""
    values = np.full(10, 0.01)
    for name, value in activations.items():
        values[int(name[1:])] = value
    return values


@pytest.mark.parametrize(
    ("activations", "words"),
    [
        (outputs(d7=0.95), "digit"),
        (outputs(d9=0.8, d4=0.7), "ambiguous: 4 or 9"),
        (outputs(d9=0.8, d4=0.7, d1=0.6), "ambiguous: 1, 4 or 9"),
        (outputs(d3=FIRES - 0.01), NO_OUTPUT),
        (np.full(10, np.nan), NO_OUTPUT),
    ],
)
def test_a_decision_says_which_digits_or_that_there_is_none(activations, words):
    assert decision(verdict(activations)) == words


def test_the_decisions_are_those_of_the_page():
    words = {"digit": "digit", "torn": "ambiguous", "none": NO_OUTPUT}
    for some in np.random.default_rng(0).random((300, 10)) ** 3:
        found = verdict(some)
        assert decision(found).partition(":")[0] == words[found.kind]


def answering(*logits):
    """A network whose outputs are the sigmoids of these numbers, whatever the picture."""
    layer = Layer(np.zeros((10, 784), np.float32), np.array(logits, np.float32))
    return new_run(TrainConfig(hidden=()), (layer,), "")


@pytest.fixture
def files(tmp_path):
    """Two pictures with ink, a blank one, and one that is none."""
    ink = np.full((280, 280), 255, np.uint8)
    ink[60:220, 120:160] = 0
    Image.fromarray(ink).save(tmp_path / "a.png")
    Image.fromarray(ink).save(tmp_path / "b.png")
    Image.new("L", (280, 280), 255).save(tmp_path / "blank.png")
    (tmp_path / "bad.jpg").write_text("no picture")
    return tmp_path


def predicted(files, run, names, *options):
    checkpoints.save(run, files / "net")
    return main(["predict", str(files / "net"), *(str(files / name) for name in names), *options])


NINE_OR_FOUR = (-9.0,) * 4 + (2.0,) + (-9.0,) * 4 + (2.2,)


def test_a_bad_picture_is_named_and_the_others_are_read(files, capsys):
    names = ("a.png", "bad.jpg", "absent.png", "blank.png", "b.png")
    assert predicted(files, answering(*NINE_OR_FOUR), names) == 1
    said = capsys.readouterr()
    first, blank, last = said.out.splitlines()
    name, answer, numbers = first.split("\t")
    assert (name, answer, len(numbers.split())) == (str(files / "a.png"), "ambiguous: 4 or 9", 10)
    assert blank == f"{files / 'blank.png'}\t{NO_INK}"
    assert last == first.replace("a.png", "b.png")
    assert said.err.splitlines() == [
        f"mnistlab: {files / 'bad.jpg'}: A picture must be a PNG, JPEG, WebP, HEIC, GIF or BMP file. "
        "Got something else.",
        f"mnistlab: {files / 'absent.png'}: No such file or directory.",
    ]


def test_a_network_that_answers_nothing_says_so(files, capsys):
    assert predicted(files, answering(*(-9.0,) * 10), ["a.png"]) == 0
    assert capsys.readouterr().out.split("\t")[1] == NO_OUTPUT


def test_json_is_one_list_and_nothing_else(files, capsys):
    seven = (-9.0,) * 7 + (3.0,) + (-9.0,) * 2
    assert predicted(files, answering(*seven), ("a.png", "bad.jpg", "blank.png"), "--json") == 1
    said = capsys.readouterr()
    digit, bad, blank = json.loads(said.out)
    assert digit.pop("outputs") == pytest.approx([1 / (1 + math.exp(-logit)) for logit in seven], abs=1e-6)
    assert digit == {"file": str(files / "a.png"), "digit": 7, "decision": "digit"}
    assert bad.pop("error").startswith("A picture must be a PNG, JPEG, WebP, HEIC, GIF or BMP file.")
    assert bad == {"file": str(files / "bad.jpg"), "digit": None, "decision": None, "outputs": None}
    assert blank == {"file": str(files / "blank.png"), "digit": None, "decision": NO_INK, "outputs": None}
    assert said.err.count("\n") == 1


def test_json_has_null_where_an_output_is_no_number():
    assert record_of(Prediction("a.png", outputs=[math.nan, 0.5]))["outputs"] == [None, 0.5]


def test_the_margin_belongs_to_the_digit():
    assert decision(verdict(outputs(d1=1.0, d7=1.0 - MARGIN))) == "digit"
