"""Figures of a training show exactly the numbers of its history, on axes that stand still."""

import numpy as np
import pytest

from mnistlab.evaluation import EpochMetrics, Score
from mnistlab.figures.confusion import plot_confusion
from mnistlab.figures.curves import plot_accuracy, plot_cost, plot_gradient_norms, plot_recall
from mnistlab.figures.epochs import end_labels
from mnistlab.figures.sweep import plot_sweep, whole_ticks
from mnistlab.figures.template import DIGITS, TEST, TRAINING


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
    figure = plot_cost([("run 1", HISTORY)], 10)
    assert list(line(figure, "training").x) == [0, 1, 2]
    assert list(line(figure, "training").y) == [2.5, 0.5, 0.25]
    assert list(line(figure, "test").y) == [5.0, 1.0, 0.5]


def test_the_accuracy_curves_are_the_history():
    figure = plot_accuracy([("run 1", HISTORY)], 10)
    expected = [metrics.test.accuracy for metrics in HISTORY]
    assert list(line(figure, "test").y) == pytest.approx(expected)
    assert expected[0] == pytest.approx(100 / 110)


def test_the_errors_on_a_logarithmic_axis_are_what_accuracy_lacks():
    perfect = (epoch(0, 1.0), epoch(1, 0.1, wrong=0))
    figure = plot_accuracy([("run 1", perfect)], 10, log=True)
    assert figure.layout.yaxis.type == "log"
    first, last = line(figure, "test").y
    assert first == pytest.approx(1 - perfect[0].test.accuracy)
    assert last is None, "a logarithmic axis has no zero"


def test_training_and_test_keep_their_colors():
    for figure in (plot_cost([("a", HISTORY)], 10), plot_accuracy([("a", HISTORY)], 10)):
        assert line(figure, "test").line.color == TEST
        assert line(figure, "training").line.color == TRAINING


def test_other_runs_are_overlaid_by_their_thin_test_curve():
    figure = plot_cost([("now", HISTORY), ("before", OTHER)], 10)
    assert [trace.name for trace in figure.data] == ["test, now", "training, now", "test, before"]
    assert list(line(figure, "test, before").y) == [5.0, 2.0]
    assert line(figure, "test, before").line.width < line(figure, "test, now").line.width


@pytest.mark.parametrize("plot", [plot_cost, plot_accuracy])
def test_nothing_moves_from_epoch_to_epoch(plot):
    shorter, longer = plot([("now", HISTORY[:2])], 10), plot([("now", HISTORY)], 10)
    assert shorter.layout.xaxis.range == longer.layout.xaxis.range
    assert shorter.layout.yaxis.range == longer.layout.yaxis.range
    assert longer.layout.yaxis.range[0] == 0  # and not None
    assert shorter.layout.height == longer.layout.height
    assert longer.layout.xaxis.range[1] > 10


def test_the_axes_can_be_dragged():
    layout = plot_cost([("now", HISTORY)], 10).layout
    assert (layout.xaxis.fixedrange, layout.yaxis.fixedrange, layout.dragmode) == (False, False, "zoom")


def test_a_cost_that_is_not_finite_leaves_a_gap_and_a_usable_axis():
    broken = (*HISTORY, epoch(3, float("nan")), epoch(4, float("inf")))
    figure = plot_cost([("now", broken)], 10)
    assert list(line(figure, "training").y) == [2.5, 0.5, 0.25, None, None]
    assert figure.layout.yaxis.range == (0, pytest.approx(5.3))


def test_recall_has_ten_lines_in_the_digits_colors():
    figure = plot_recall(HISTORY, 10)
    assert [trace.name for trace in figure.data] == [f"digit {digit}" for digit in range(10)]
    assert tuple(trace.line.color for trace in figure.data) == DIGITS
    assert list(figure.data[4].y) == pytest.approx([10 / 20, 50 / 60, 80 / 90])
    assert list(figure.data[5].y) == [1, 1, 1]


def test_an_output_that_never_fires_is_a_line_at_zero():
    dead = np.eye(10, dtype=int) * 5
    dead[5, 5], dead[5, 3] = 0, 5
    score = Score(1.0, dead)
    history = [EpochMetrics(n, score, score, (1.0,), (0.0,), 0.1, 1.0) for n in range(3)]
    figure = plot_recall(history, 10)
    assert list(figure.data[5].y) == [0, 0, 0]
    assert "the weakest is 5 with 0.0%" in figure.layout.meta["alt"]


def test_names_at_the_ends_of_lines_do_not_meet():
    values = {str(digit): 0.9 for digit in range(10)}
    notes = end_labels(values, dict.fromkeys(values, "#000001"), epoch=5, apart=0.03)
    heights = sorted(note["y"] for note in notes)
    assert (np.diff(heights) > 0.0299).all()
    assert max(heights) <= 1.02 + 1e-9
    assert {note["xshift"] for note in notes} == {6, 17}


def test_the_gradient_of_each_layer_has_its_own_line():
    figure = plot_gradient_norms((epoch(0, 1.0, norms=(0.5, 0.0)), epoch(1, 1.0, norms=(0.25, 0.1))), 10)
    assert figure.layout.yaxis.type == "log"
    assert list(line(figure, "layer 1").y) == [0.5, 0.25]
    assert list(line(figure, "layer 2").y) == [None, 0.1]
    looks = {(trace.line.color, trace.line.dash) for trace in figure.data}
    assert len(looks) == 2


def test_seven_layers_look_different():
    figure = plot_gradient_norms((epoch(0, 1.0, norms=(1.0,) * 7),), 10)
    assert len({(trace.line.color, trace.line.dash) for trace in figure.data}) == 7


COUNTS = np.arange(100).reshape(10, 10)


def test_the_confusion_matrix_writes_each_count_once():
    right, wrong, _ = plot_confusion(COUNTS).data
    for true in range(10):
        for read in range(10):
            written, blank = (right, wrong) if true == read else (wrong, right)
            assert written.text[true][read] == (str(COUNTS[true, read]) if COUNTS[true, read] else "")
            assert blank.text[true][read] == ""


def test_the_diagonal_has_another_color():
    right, wrong, _ = plot_confusion(COUNTS).data
    assert right.colorscale != wrong.colorscale
    assert right.z[3][3] == pytest.approx(np.log1p(33), abs=1e-4)
    assert right.z[3][4] is None
    assert wrong.z[3][4] == pytest.approx(np.log1p(34), abs=1e-4)


def test_a_click_on_a_cell_tells_what_it_is_and_what_was_read():
    areas = plot_confusion(COUNTS).data[2]
    place = areas.customdata.index([3, 8]) if isinstance(areas.customdata, list) else 38
    assert list(areas.customdata[place]) == [3, 8]
    assert areas.x[place] == 8
    assert areas.base[place] + 0.5 == 3
    assert areas.hovertext[place] == "38 times, 11.0% of the 3s"


def test_the_confusion_matrix_says_the_most_frequent_mistake():
    counts = confusion(50)
    counts[7, 1] = 8
    assert "500 of 508 read right" in plot_confusion(counts).layout.meta["alt"]
    assert "7 read as 1, 8 times" in plot_confusion(counts).layout.meta["alt"]


def test_a_sweep_names_the_best_and_the_worst():
    figure = plot_sweep([("0.01", [0.1, 0.5]), ("0.1", [0.1, 0.9]), ("10", [0.1, float("nan")])])
    assert [trace.name for trace in figure.data] == ["0.01", "worst: 10", "best: 0.1"]
    assert [trace.showlegend for trace in figure.data] == [False, True, True]
    assert list(line(figure, "best: 0.1").y) == [0.1, 0.9]
    assert list(line(figure, "worst: 10").y) == [0.1, None]
    assert figure.data[-1].line.width == max(trace.line.width for trace in figure.data)


def test_a_sweep_of_one_curve_has_one_name():
    figure = plot_sweep([("0.1", [0.1, 0.9])])
    assert [trace.name for trace in figure.data] == ["best: 0.1"]


def test_the_axis_of_a_sweep_stays_while_its_curves_grow():
    ranges = {
        tuple(plot_sweep([("1", [0.1] * (1 + epoch))], x_max=9).layout.xaxis.range) for epoch in (0, 4, 9)
    }
    assert len(ranges) == 1
    assert max(plot_sweep([("1", [0.1] * 5)], x_max=2).layout.xaxis.range) > 4


@pytest.mark.parametrize(("last", "ticks"), [(0, [0]), (3, [0, 1, 2, 3]), (30, [0, 5, 10, 15, 20, 25, 30])])
def test_the_epochs_on_the_axis_end_with_the_training(last, ticks):
    assert whole_ticks(last) == ticks
