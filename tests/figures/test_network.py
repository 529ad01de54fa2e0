"""Figures of a network show its own weights, activations and evidence, each number at its place."""

import itertools

import numpy as np
import pytest
from PIL import ImageColor

from mnistlab.engine.network import Layer
from mnistlab.figures.attribution import FAINT_INK, draw_evidence, over_ink
from mnistlab.figures.histogram import plot_pre_activations, plot_weight_histogram
from mnistlab.figures.ink import PAPER
from mnistlab.figures.statistics import (
    plot_baselines,
    plot_class_balance,
    plot_pixel_histogram,
)
from mnistlab.figures.theme import ACCENT, number
from tests.figures.test_html import said

RANDOM = np.random.default_rng(2)


def network(*widths):
    return tuple(
        Layer(RANDOM.normal(size=(n_out, n_in)), RANDOM.normal(size=n_out))
        for n_in, n_out in itertools.pairwise(widths)
    )


SHAPES = [(784, 10), (784, 100, 10), (784, 1024, 512, 256, 10), (784, 64, 32, 16, 8, 4, 2, 10), (784, 1, 10)]


def test_the_histogram_of_weights_has_each_layers_shares():
    params = network(784, 20, 10)
    figure = plot_weight_histogram(params, reach=10.0)
    assert [trace.name for trace in figure.data] == ["layer 1", "layer 2"]
    for trace, layer in zip(figure.data, params, strict=True):
        assert sum(trace.y) == pytest.approx(1, abs=1e-4)
        mean = np.dot(trace.x, trace.y)
        assert mean == pytest.approx(layer.weights.mean(), abs=0.02)
    assert figure.layout.xaxis.range == (-10, 10)


Z = np.linspace(-10, 10, 401)
SIGMOID = 1 / (1 + np.exp(-Z))
SLOPE = SIGMOID * (1 - SIGMOID)


def test_each_layers_pre_activations_sum_to_one_and_the_saturated_share_is_said():
    before, after = [np.linspace(-10, 10, 1000), np.zeros(50)], [np.linspace(-1, 1, 100), np.full(50, 8.0)]
    figure = plot_pre_activations(before, after, "Sums", ["hidden 1", "output"])
    assert "logarithmic" in figure.layout.xaxis.title.text
    assert len(figure.data) == 4
    for trace in figure.data:
        assert sum(trace.y) == pytest.approx(1, abs=1e-4)
    assert [note.text for note in figure.layout.annotations] == [
        "|z| > 5: 50% before and 0% after training",
        "|z| > 5: 0% before and 100% after training",
    ]


def test_the_ground_beyond_five_is_shaded_in_every_row():
    figure = plot_pre_activations([np.linspace(-800, 800, 100)] * 3, None, "Sums", list("abc"))
    assert len(figure.layout.shapes) == 6
    assert {shape.yref for shape in figure.layout.shapes} == {"y domain", "y2 domain", "y3 domain"}
    inner = sorted({min(abs(shape.x0), abs(shape.x1)) for shape in figure.layout.shapes})
    assert inner == [pytest.approx(np.arcsinh(5))]


def test_evidence_is_blue_for_orange_against_and_leaves_the_ink_where_it_says_nothing():
    image = np.zeros((28, 28), np.uint8)
    image[:, 14:] = 255
    values = np.zeros((28, 28))
    values[0], values[1] = 2.0, -2.0
    colors = over_ink(values, image).astype(int)
    assert np.array_equal(colors[5, 0], ImageColor.getrgb(PAPER))
    assert np.array_equal(colors[5, 20], ImageColor.getrgb(FAINT_INK))
    red, _, blue = colors[0].T
    assert (blue > red + 50).all()
    red, _, blue = colors[1].T
    assert (red > blue + 50).all()


def test_evidence_tells_each_pixels_value_and_their_sum():
    values = RANDOM.normal(size=(28, 28))
    drawn = draw_evidence(values, RANDOM.integers(0, 256, (28, 28), dtype=np.uint8), "Evidence")
    (field,) = drawn.fields
    assert said(field, 29).startswith("row 1, column 1\n")
    assert [float(value) for value in field.lists["value"]] == pytest.approx(values.ravel(), rel=1e-5)
    assert drawn.alt.endswith(f"the sum is {number(float(values.sum()))}.")


def test_the_class_balance_has_both_sets():
    train, test = plot_class_balance(np.arange(10, 20), np.arange(10)).data
    assert (list(train.y), list(test.y)) == (list(range(10, 20)), list(range(10)))
    assert train.customdata[0] == pytest.approx(10 / 145, abs=1e-5)


def test_the_pixel_histogram_is_logarithmic_and_says_how_much_is_paper():
    counts = np.zeros(256, int)
    counts[0], counts[255], counts[250], counts[100] = 80, 10, 5, 5
    figure = plot_pixel_histogram(counts)
    assert list(figure.data[0].y) == counts.tolist()
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.annotations[0].text == "80% of all pixels are 0, 15% are 250 or more"


def test_baselines_are_bars_with_their_accuracies():
    (bars,) = plot_baselines(["chance", "nearest mean", "yours"], [0.1, 0.82, 0.918], "yours").data
    assert list(bars.x) == [0.1, 0.82, 0.918]
    assert list(bars.text) == ["10.00%", "82.00%", "91.80%"]
    assert [color == ACCENT for color in bars.marker.color] == [False, False, True]
