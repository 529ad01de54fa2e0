"""All figures share one frame: titled, of fixed height, transparent, in named colors, with an alt text."""

import json
import pkgutil
import re
import subprocess
import sys

import numpy as np
import pytest

from mnistlab import figures
from mnistlab.engine.evaluation import EpochMetrics, Score
from mnistlab.engine.network import Layer
from mnistlab.figures import (
    breakdown,
    histogram,
    learning_curves,
    statistics,
    sweep,
    theme,
)

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (16, 28, 28), dtype=np.uint8)
PARAMS = (
    Layer(RANDOM.normal(size=(100, 784)).astype(np.float32), RANDOM.normal(size=100)),
    Layer(RANDOM.normal(size=(10, 100)).astype(np.float32), RANDOM.normal(size=10)),
)
Z = np.linspace(-10, 10, 101)
SIGMOID = 1 / (1 + np.exp(-Z))


def metrics(epoch):
    found = Score(1 / (1 + epoch), RANDOM.integers(0, 50, (10, 10)) + 100 * epoch * np.eye(10, dtype=int))
    return EpochMetrics(epoch, found, found, (0.1, 0.01), (0.2, 0.0), 0.001, 0.5)


HISTORY = tuple(metrics(epoch) for epoch in range(4))
COURSE = learning_curves.Course("now", HISTORY)

FULL = {
    "cost": lambda: learning_curves.plot_cost([COURSE, learning_curves.Course("before", HISTORY, 11)], 10),
    "accuracy": lambda: learning_curves.plot_accuracy([COURSE], 10, "log"),
    "recall": lambda: breakdown.plot_recall(HISTORY, 10),
    "gradient norms": lambda: breakdown.plot_gradient_norms(HISTORY, 10),
    "weight histogram": lambda: histogram.plot_weight_histogram(PARAMS, 1.0),
    "pre-activations": lambda: histogram.plot_pre_activations(
        [Z * 100, Z], [Z, Z], "Sums", ["hidden 1", "output"]
    ),
    "class balance": lambda: statistics.plot_class_balance(np.arange(1, 11), np.arange(1, 11)),
    "pixel histogram": lambda: statistics.plot_pixel_histogram(np.arange(1, 257)),
    "baselines": lambda: statistics.plot_baselines(["chance", "mine"], [0.1, 0.9], "mine"),
    "sweep": lambda: sweep.plot_sweep([("0.1", [0.1, 0.9]), ("1", [0.1, 0.1])], "Two networks", 2),
}

EMPTY = {
    "cost": lambda: learning_curves.plot_cost([], 10),
    "cost of an empty run": lambda: learning_curves.plot_cost([learning_curves.Course("now", ())], 10),
    "accuracy": lambda: learning_curves.plot_accuracy([], 10),
    "recall": lambda: breakdown.plot_recall((), 10),
    "gradient norms": lambda: breakdown.plot_gradient_norms((), 10),
    "sweep": lambda: sweep.plot_sweep([], "No networks", 2),
}


@pytest.mark.parametrize("name", FULL)
def test_a_figure_has_title_height_and_a_sentence_for_alt(name):
    figure = FULL[name]()
    assert figure.layout.title.text or name == "baselines", "whose title is on the page"
    assert figure.layout.height >= 60
    words = theme.alt_text(figure)
    assert re.fullmatch(r"[^<]*\.", words)
    assert words[0].isalpha()
    assert len(figure.data) >= 1


@pytest.mark.parametrize("name", EMPTY)
def test_without_data_a_figure_is_titled_and_says_so(name):
    figure = EMPTY[name]()
    assert figure.layout.title.text
    assert len(figure.data) == 0
    (words,) = figure.layout.annotations
    assert words.text.endswith(".")
    assert words.text in theme.alt_text(figure)


@pytest.mark.parametrize("name", FULL)
def test_a_figure_is_transparent_and_in_named_colors(name):
    figure = FULL[name]()
    assert figure.layout.paper_bgcolor == theme.CLEAR
    text = figure.to_json()
    names = {color[:7] for color in re.findall(r"#0000\d\d[0-9A-F]*", text)}
    assert names <= {f"#{number:06d}" for number in (*range(31), *range(32, 41))}
    assert figure.layout.template.layout.colorway is None, "Plotly's own colors would show"


@pytest.mark.parametrize("name", FULL)
def test_a_figure_is_valid_json_and_light(name):
    text = FULL[name]().to_json()
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert len(text) < 200_000


def test_figures_load_neither_jax_nor_streamlit():
    names = [module.name for module in pkgutil.iter_modules(figures.__path__)]
    code = (
        f"import sys; [__import__('mnistlab.figures.' + name) for name in {names}];"
        "print(sorted({'jax', 'streamlit'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.000"),
        (-7.0411, "−7.041"),
        (0.00096, "1·10⁻³"),
        (-2.4e-6, "−2·10⁻⁶"),
        (123.4, "123"),
        (-1340.2, "−1,340"),
        (2.5e7, "2·10⁷"),
        (float("nan"), "nan"),
        (float("-inf"), "−inf"),
    ],
)
def test_numbers_are_short_and_have_a_real_minus(value, text):
    assert theme.number(value) == text


def test_small_numbers_on_an_axis_are_powers_of_ten_and_no_prefixes():
    figure = theme.framed()
    assert {figure.layout.xaxis.exponentformat, figure.layout.yaxis.exponentformat} == {"power"}
