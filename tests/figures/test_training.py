"""Figures of a training show exactly the numbers of its history, on axes that stand still."""

import numpy as np
import pytest

from mnistlab.engine.evaluation import EpochMetrics, Score
from mnistlab.figures.curve_axes import epoch_axis, first_shown, latest_range
from mnistlab.figures.learning_curves import Course, plot_accuracy, plot_cost
from mnistlab.figures.sweep import plot_sweep
from mnistlab.figures.theme import TRAINING, alt_text, run_style


def confusion(right, wrong=0):
    counts = np.diag(np.full(10, right))
    counts[4, 9] = wrong
    return counts


def epoch(number, cost, right=90, wrong=10, norms=(1.0, 0.1)):
    train, test = Score(cost, confusion(right, wrong)), Score(2 * cost, confusion(right - 10, wrong))
    return EpochMetrics(number, train, test, norms, (0.0, 0.0), 0.001, 1.0)


HISTORY = (epoch(0, 2.5, 20), epoch(1, 0.5, 60), epoch(2, 0.25, 90))
OTHER = (epoch(0, 2.5, 20), epoch(1, 1.0, 30))


def line(figure, name):
    (found,) = [trace for trace in figure.data if trace.name == name]
    return found


def test_the_cost_curves_are_the_history():
    figure = plot_cost([Course("run 1", HISTORY)], 10)
    assert list(line(figure, "training").x) == [0, 1, 2]
    assert list(line(figure, "training").y) == [2.5, 0.5, 0.25]
    assert list(line(figure, "test").y) == [5.0, 1.0, 0.5]


def test_the_accuracy_curves_are_the_history():
    figure = plot_accuracy([Course("run 1", HISTORY)], 10)
    expected = [metrics.test.accuracy for metrics in HISTORY]
    assert list(line(figure, "test").y) == pytest.approx(expected)
    assert expected[0] == pytest.approx(100 / 110)


def test_the_errors_on_a_logarithmic_axis_are_what_accuracy_lacks():
    perfect = (epoch(0, 1.0), epoch(1, 0.1, wrong=0))
    figure = plot_accuracy([Course("run 1", perfect)], 10, "log")
    assert figure.layout.yaxis.type == "log"
    first, last = line(figure, "test").y
    assert first == pytest.approx(1 - perfect[0].test.accuracy)
    assert last is None, "a logarithmic axis has no zero"


def test_training_and_test_keep_their_colors():
    for figure in (plot_cost([Course("a", HISTORY)], 10), plot_accuracy([Course("a", HISTORY)], 10)):
        assert line(figure, "test").line.color == run_style(0)[0]
        assert line(figure, "training").line.color == TRAINING


def test_other_runs_are_overlaid_by_their_thin_test_curve():
    figure = plot_cost([Course("now", HISTORY), Course("before", OTHER, 1)], 10)
    assert [trace.name for trace in figure.data] == ["test, now", "training, now", "test, before"]
    assert list(line(figure, "test, before").y) == [5.0, 2.0]
    assert line(figure, "test, before").line.width < line(figure, "test, now").line.width


@pytest.mark.parametrize("plot", [plot_cost, plot_accuracy])
def test_a_run_has_its_color_wherever_it_stands(plot):
    one, other = Course("one", HISTORY, 3), Course("other", OTHER, 13)
    looks = [
        {trace.name: (trace.line.color, trace.line.dash) for trace in figure.data}
        for figure in (plot([one, other], 9), plot([other, one], 9), plot([other, one], 9, only_test=True))
    ]
    assert looks[0]["test, one"] == looks[1]["test, one"] == looks[2]["one"] == ("#000004", "solid")
    assert looks[0]["test, other"] == looks[1]["test, other"] == looks[2]["other"] == ("#000004", "dash")
    assert len(looks[2]) == 2, "no training curve, no ring"


def test_the_first_fifty_runs_look_different_from_each_other():
    assert len({run_style(place) for place in range(50)}) == 50


@pytest.mark.parametrize("plot", [plot_cost, plot_accuracy])
def test_what_was_changed_on_the_way_stands_where_it_was_changed(plot):
    assert plot([Course("now", HISTORY)], 10).layout.shapes == ()
    figure = plot([Course("now", HISTORY)], 10, changes=((1, "η 0.01"), (2, "own digits")))
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(1, 1), (2, 2)]
    assert [(words.x, words.text) for words in figure.layout.annotations] == [
        (1, "η 0.01"),
        (2, "own digits"),
    ]
    assert "After epoch 1: η 0.01." in alt_text(figure)


@pytest.mark.parametrize("plot", [plot_cost, plot_accuracy])
def test_nothing_moves_from_epoch_to_epoch(plot):
    shorter, longer = plot([Course("now", HISTORY[:2])], 10), plot([Course("now", HISTORY)], 10)
    assert shorter.layout.xaxis.range == longer.layout.xaxis.range
    assert shorter.layout.yaxis.range == longer.layout.yaxis.range
    assert longer.layout.yaxis.range[0] == 0  # and not None
    assert shorter.layout.height == longer.layout.height
    assert longer.layout.xaxis.range[1] > 10


def test_the_axes_can_be_dragged():
    layout = plot_cost([Course("now", HISTORY)], 10).layout
    assert (layout.xaxis.fixedrange, layout.yaxis.fixedrange, layout.dragmode) == (False, False, "zoom")


def test_a_cost_that_is_not_finite_leaves_a_gap_and_a_usable_axis():
    broken = (*HISTORY, epoch(3, float("nan")), epoch(4, float("inf")))
    figure = plot_cost([Course("now", broken)], 10)
    assert list(line(figure, "training").y) == [2.5, 0.5, 0.25, None, None]
    assert figure.layout.yaxis.range == (0, pytest.approx(5.3))


def test_a_sweep_names_the_best_and_the_worst():
    figure = plot_sweep([("0.01", [0.1, 0.5]), ("0.1", [0.1, 0.9]), ("10", [0.1, float("nan")])], "", 2)
    assert [trace.name for trace in figure.data] == ["0.01", "worst: 10", "best: 0.1"]
    assert [trace.showlegend for trace in figure.data] == [False, True, True]
    assert list(line(figure, "best: 0.1").y) == [0.1, 0.9]
    assert list(line(figure, "worst: 10").y) == [0.1, None]
    assert figure.data[-1].line.width == max(trace.line.width for trace in figure.data)


def test_a_sweep_of_one_curve_has_one_name():
    figure = plot_sweep([("0.1", [0.1, 0.9])], "", 2)
    assert [trace.name for trace in figure.data] == ["best: 0.1"]


def test_the_axis_of_a_sweep_stays_while_its_curves_grow():
    ranges = {
        tuple(plot_sweep([("1", [0.1] * (1 + epoch))], "", 9).layout.xaxis.range) for epoch in (0, 4, 9)
    }
    assert len(ranges) == 1
    assert max(plot_sweep([("1", [0.1] * 5)], "", 2).layout.xaxis.range) > 4


def test_a_short_training_has_a_number_for_each_epoch_and_none_between():
    assert (epoch_axis(3)["dtick"], epoch_axis(12)["dtick"]) == (1, 1)
    assert "dtick" not in epoch_axis(30)


def falling(epochs):
    """A run whose test cost falls from 5.0 to 0.4 at once, and then little by little."""
    costs = [2.5, *np.linspace(0.2, 0.15, epochs)]
    return tuple(epoch(number, float(cost)) for number, cost in enumerate(costs))


def test_the_latest_view_leaves_the_first_jump_behind_and_says_so():
    figure = plot_cost([Course("now", falling(5))], 10, "latest")
    low, high = figure.layout.yaxis.range
    assert low <= 0.15
    assert 0.4 <= high < 0.6, "training and test cost fill the axis"
    words = figure.layout.annotations[0]
    assert words.text == "↑ epoch 0: 5.0000"
    assert (words.y, words.yref, words.yanchor) == (1, "paper", "bottom"), "no curve comes there"
    assert plot_cost([Course("now", falling(5))], 10, "all").layout.yaxis.range[1] > 5.0


def test_the_latest_view_shows_all_until_there_is_something_to_leave_behind():
    figure = plot_cost([Course("now", falling(2))], 10, "latest")
    assert figure.layout.yaxis.range[1] > 5.0
    assert figure.layout.annotations == ()


@pytest.mark.parametrize(
    ("epoch", "first"), [(0, 0), (2, 0), (3, 1), (7, 1), (8, 2), (15, 2), (16, 4), (100, 16)]
)
def test_the_axis_moves_on_in_doublings(epoch, first):
    assert first_shown(epoch) == first


@pytest.mark.parametrize("curve", [[0.5] * 9, [float("nan")] * 9, [None, None, None, None, 0.3], [1e-9] * 5])
def test_a_level_or_broken_curve_has_an_axis_too(curve):
    low, high = latest_range([curve], (0.0, 1.0))
    assert 0.0 <= low < high <= 1.0


@pytest.mark.parametrize("view", ["latest", "all", "log"])
def test_a_network_that_never_errs_has_curves_too(view):
    perfect = tuple(epoch(number, 0.0, wrong=0) for number in range(5))
    for figure in (
        plot_cost([Course("a", perfect)], 10, view),
        plot_accuracy([Course("a", perfect)], 10, view),
        plot_accuracy([Course("a", perfect)], 10, view, errors=True),
    ):
        low, high = figure.layout.yaxis.range or (0, 1)
        assert low < high


def test_the_lowest_test_cost_is_marked_at_its_epoch():
    history = (*HISTORY, epoch(3, 0.2), epoch(4, 0.3))
    ring = line(plot_cost([Course("now", history)], 10), "lowest test cost")
    assert (list(ring.x), list(ring.y)) == ([3], [0.4])
    assert "lowest test cost" not in [trace.name for trace in plot_cost([Course("now", HISTORY)], 10).data]
