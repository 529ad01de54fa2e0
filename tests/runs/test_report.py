"""The lab report: everything of the run is in it, nothing is loaded, and a typed name stays text."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np

from mnistlab.data.user_digits import EMPTY, with_digit
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import initial_params, train
from mnistlab.runs.report import MAX_DRAWINGS, html_report
from mnistlab.runs.run import new_run, with_epoch
from tests.engine.test_training import some_data

CONFIG = TrainConfig(hidden=(5,), batch_size=10, train_size=100, scaling="unit", num_epochs=2)


def some_run(name="My run"):
    run = new_run(CONFIG, initial_params(CONFIG), name)
    for epoch in train(CONFIG, some_data(100)):
        run = with_epoch(run, epoch.metrics, epoch.params)
    return run


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found, self.addresses, self.text = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href")]

    def handle_data(self, data):
        self.text.append(data)


def test_the_report_holds_figures_settings_curves_and_drawings():
    run = some_run()
    own = with_digit(EMPTY, np.full((28, 28), 9, np.uint8), 7)
    tags = Tags(html_report(run, own))
    text = " ".join(tags.text)
    test = run.history[-1].test
    assert f"{test.num_correct:,} of {test.num_images:,} images" in text
    assert "784-5-10" in text
    assert tags.found.count("svg") == 2
    assert tags.found.count("img") == 1
    counts = [
        int(cell.replace(",", ""))
        for cell in re.findall(r"<td[^>]*>([\d,]+)</td>", html_report(run, own).split("Confusion matrix")[1])
    ]
    assert sum(counts) == test.num_images


def test_settings_have_the_names_that_they_have_on_the_screen():
    text = " ".join(Tags(html_report(some_run(), EMPTY)).text)
    for words in ("Input scaling 1/255 (0–1)", "Weight initialization std 0.01", "Hidden layers 5"):
        assert words in text


def test_of_each_drawing_the_report_says_what_the_network_reads():
    run, image = some_run(), np.full((28, 28), 9, np.uint8)
    read = int(activations_of(run.params, image[None], run.config).argmax())
    other = (read + 1) % 10
    text = " ".join(Tags(html_report(run, with_digit(EMPTY, image, other))).text)
    assert f"{other}, predicted {read}" in text
    assert "predicts 0 of 1 as I labeled them" in text
    assert "predicts 1 of 1" in " ".join(Tags(html_report(run, with_digit(EMPTY, image, read))).text)


def test_the_report_loads_nothing():
    own = with_digit(EMPTY, np.full((28, 28), 9, np.uint8), 7)
    tags = Tags(html_report(some_run(), own))
    assert all(address.startswith("data:image/png;base64,") for address in tags.addresses)
    assert not {"script", "link", "iframe"} & set(tags.found)


def test_a_typed_name_stays_text():
    run = replace(some_run(), name="<script>alert(1)</script>")
    tags = Tags(html_report(run, EMPTY))
    assert "script" not in tags.found
    assert "<script>alert(1)</script>" in tags.text


def test_a_run_that_was_not_measured_yet_has_a_report():
    assert "784-5-10" in html_report(new_run(CONFIG, initial_params(CONFIG), "New"), EMPTY)


def test_the_number_of_drawings_is_bounded():
    own = EMPTY
    for value in range(MAX_DRAWINGS + 5):
        own = with_digit(own, np.full((28, 28), value, np.uint8), value % 10)
    assert Tags(html_report(some_run(), own)).found.count("img") == MAX_DRAWINGS
