"""Recall by class and gradient norm by layer: every line is the history, on axes that stand still."""

import math
from itertools import pairwise

import numpy as np
import pytest

from mnistlab.engine.evaluation import EpochMetrics, Score
from mnistlab.figures.breakdown import plot_gradient_norms, plot_recall
from mnistlab.figures.curve_axes import log_axis
from mnistlab.figures.theme import DIGITS, alt_text


def epoch(number, recalls=(0.9,) * 10, norms=(1.0, 0.1)):
    counts = np.zeros((10, 10), int)
    for digit, recall in enumerate(recalls):
        counts[digit, digit] = round(100 * recall)
        counts[digit, (digit + 1) % 10] = 100 - round(100 * recall)
    score = Score(1.0, counts)
    return EpochMetrics(number, Score(2.0, np.eye(10, dtype=int)), score, norms, (0.0, 0.0), 0.001, 1.0)


def line(figure, name):
    (found,) = [trace for trace in figure.data if trace.name == str(name)]
    return found


def looks(figure):
    return {(trace.line.color, trace.line.dash) for trace in figure.data}


def rising(share):
    return (share,) + (1.0,) * 9


HISTORY = (epoch(0, rising(0.0)), epoch(1, rising(0.5)), epoch(2, rising(0.75)))


def test_recall_has_a_line_for_each_digit_whose_heights_are_the_recalls():
    figure = plot_recall(HISTORY, 10)
    assert [trace.name for trace in figure.data] == list("0123456789")
    assert list(line(figure, 0).x) == [0, 1, 2]
    assert list(line(figure, 0).y) == pytest.approx([0.0, 0.5, 0.75])
    assert list(line(figure, 7).y) == [1.0, 1.0, 1.0]


def test_digits_have_their_colors_and_neighbors_another_dash():
    figure = plot_recall(HISTORY, 10)
    assert [trace.line.color for trace in figure.data] == list(DIGITS)
    dashes = [trace.line.dash for trace in figure.data]
    assert all(one != other for one, other in pairwise(dashes))


def test_the_weakest_digit_is_named_and_its_line_is_the_widest():
    figure = plot_recall(HISTORY, 10)
    (words,) = figure.layout.annotations
    assert words.text == "weakest: 0, 75.0%"
    assert "After epoch 2 the weakest is 0 with 75.0%." in alt_text(figure)
    assert max(figure.data, key=lambda trace: trace.line.width).name == "0"


def test_an_output_that_never_fires_is_a_line_at_zero():
    dead = tuple(0.0 if digit == 5 else 0.8 for digit in range(10))
    figure = plot_recall([epoch(n, dead) for n in range(3)], 10)
    assert list(line(figure, 5).y) == [0.0] * 3
    assert figure.layout.yaxis.range[0] < 0, "so that the line is not cut"
    assert "the weakest is 5 with 0.0%" in alt_text(figure)
    two = plot_recall([epoch(1, (0.0, 0.0) + 8 * (0.8,))], 10)
    assert two.layout.annotations[0].text == "weakest: 0, 1, 0.0%"


def test_a_digit_of_which_there_is_no_image_has_no_points_and_is_not_the_weakest():
    score = Score(1.0, np.diag([5] * 9 + [0]))
    figure = plot_recall([EpochMetrics(0, score, score, (1.0,), (0.0,), 0.1, 1.0)], 3)
    assert line(figure, 9).y == (None,)
    assert "weakest is 9 digits with 100.0%" in alt_text(figure)


def test_a_gradient_stands_on_a_logarithmic_axis_and_one_of_zero_at_its_foot_under_that_name():
    history = [epoch(n, norms=(norm, 1.0)) for n, norm in enumerate((0.1, 0.0, math.inf, 0.001))]
    figure = plot_gradient_norms(history, 3)
    assert figure.layout.yaxis.type == "log"
    first, zero, gap, last = line(figure, 1).y
    assert (first, gap, last) == (0.1, None, 0.001)
    assert zero < 0.001, "below all others"
    assert line(figure, 1).text[1] == "0"
    names = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert (names[zero], names[0.001]) == ("0", "0.001")
    assert list(line(figure, 2).y) == [1.0] * 4
    assert "layer 1 1.0e-03, layer 2 1.0e+00." in alt_text(figure)


def test_seven_layers_are_named_and_each_has_its_own_look():
    figure = plot_gradient_norms([epoch(0, norms=tuple(10.0**-n for n in range(7)))], 10)
    assert [trace.name for trace in figure.data] == list("1234567")
    assert len(looks(figure)) == 7


@pytest.mark.parametrize("plot", [plot_recall, plot_gradient_norms])
def test_nothing_moves_from_epoch_to_epoch(plot):
    early, later = plot(HISTORY[:1], 10).layout, plot(HISTORY, 10).layout
    assert early.xaxis.range == later.xaxis.range
    assert early.xaxis.range[1] > 10
    assert early.yaxis.range == later.yaxis.range
    assert (early.height, early.margin) == (later.height, later.margin)


@pytest.mark.parametrize("plot", [plot_recall, plot_gradient_norms])
def test_a_single_epoch_can_be_seen_and_a_thousand_are_thinned_out_to_the_last(plot):
    assert {trace.mode for trace in plot(HISTORY[:1], 10).data} == {"lines+markers"}
    long = plot([epoch(n) for n in range(1001)], 1000)
    for trace in long.data:
        assert (trace.x[0], trace.x[-1]) == (0, 1000)
        assert len(trace.x) == len(trace.y) <= 250
    assert len(long.to_json()) < 120_000


@pytest.mark.parametrize("plot", [plot_recall, plot_gradient_norms])
def test_before_training_the_figure_says_what_will_come_and_is_as_high_as_later(plot):
    early, later = plot((), 10), plot(HISTORY, 10)
    assert "Train, and" in early.layout.annotations[0].text
    assert alt_text(early).endswith("here.")
    assert early.layout.height == later.layout.height


@pytest.mark.parametrize("plot", [plot_recall, plot_gradient_norms])
def test_hovering_tells_all_values_of_an_epoch_and_the_legend_tells_the_lines_apart(plot):
    layout = plot(HISTORY, 10).layout
    assert (layout.hovermode, layout.showlegend) == ("x unified", True)
    assert layout.legend.title.text in ("digit", "layer")


def test_recall_follows_the_view_of_the_curves():
    history = [epoch(0, (0.0,) * 10), *(epoch(n, (0.9, *(0.95,) * 9)) for n in range(1, 5))]
    low, high = plot_recall(history, 10, "latest").layout.yaxis.range
    assert 0.5 < low <= 0.9
    assert 0.95 <= high <= 1.04
    assert plot_recall(history, 10, "all").layout.yaxis.range[0] < 0
    for figure in (plot_recall(history, 10, "log"), plot_recall(history, 10, "latest", errors=True)):
        assert list(line(figure, 0).y) == pytest.approx([1.0] + [0.1] * 4)
        assert figure.layout.annotations[0].text == "weakest: 0, 10.0%"
    assert plot_recall(history, 10, "log").layout.yaxis.type == "log"


@pytest.mark.parametrize(("low", "high"), [(0.3, 0.4), (0.02, 3.0), (1e-7, 2.0), (1e-30, 1e8)])
def test_a_logarithmic_axis_names_a_few_round_values_between_its_ends(low, high):
    ticks = [tick for tick in log_axis([[low, None, high, 0.0]])["tickvals"] if low / 10 <= tick <= 10 * high]
    assert 3 <= len(ticks) <= 12
    assert all(float(f"{tick:.0e}") == pytest.approx(tick) for tick in ticks)
