"""The figures of the Backprop page, held against the numbers they were made of."""

import numpy as np
import pytest

from mnistlab.figures.cost_slice import plot_cost_of_weight, plot_growth, plot_moved_outputs, plot_step
from mnistlab.figures.gradients import plot_agreement
from mnistlab.figures.theme import RIGHT, WRONG, alt_text


def test_the_tangent_touches_the_cost_and_has_the_slope():
    values = np.linspace(-1, 1, 21)
    figure = plot_cost_of_weight(values, values**2, (0.5, 0.25), 1.0, (0.8, 0.64))
    curve, tangent, own, turned = figure.data
    assert list(curve.y) == (values**2).tolist()
    (x0, x1), (y0, y1) = tangent.x, tangent.y
    assert (y1 - y0) / (x1 - x0) == pytest.approx(1.0)
    assert y0 + (0.5 - x0) == pytest.approx(0.25)
    assert (own.x[0], own.y[0], turned.x[0], turned.y[0]) == (0.5, 0.25, 0.8, 0.64)


def test_moved_outputs_show_both_and_name_the_one_that_moved_most():
    before, after = [0.1] * 10, [0.1] * 9 + [0.7]
    figure = plot_moved_outputs(before, after, 3)
    assert list(figure.data[0].y) == after
    assert list(figure.data[1].y) == before
    assert "output 9 moved most, from 0.1000 to 0.7000" in alt_text(figure)
    assert figure.data[0].marker.color[9] == WRONG, "the prediction, 9, of a 3"
    assert plot_moved_outputs(before, after, 9).data[0].marker.color[9] == RIGHT
    assert len(set(figure.data[0].marker.color)) == 2


def test_the_promise_is_a_straight_line_from_the_cost_before_the_step():
    figure = plot_step([0, 0.1, 0.2], [10, 6, 5], 0.1, -8.0)
    promise = figure.data[1]
    assert promise.y[0] == 10
    assert (promise.y[1] - promise.y[0]) / (promise.x[1] - promise.x[0]) == pytest.approx(-80)
    assert figure.data[3].y[0] == 6


def test_what_a_step_does_fills_its_figure_also_where_the_cost_is_far_from_zero():
    figure = plot_step([0, 0.1, 0.2], [100.0, 99.0, 98.5], 0.1, -1.2)
    low, high = figure.layout.yaxis.range
    assert 98 < low < 98.5
    assert 100 < high < 100.5


def test_growth_shows_the_sum_and_the_mean():
    figure = plot_growth([2.0, 3.0, 6.0])
    assert list(figure.data[0].y) == [2, 3, 6]
    assert list(figure.data[1].y) == [2, 1.5, 2]


def test_agreement_leaves_out_what_has_no_place_on_a_logarithmic_axis():
    figure = plot_agreement([-0.5, 1e-8, 0.0], [-0.5, 2e-8, 0.0], ["a", "b", "c"])
    assert list(figure.data[1].x) == [0.5, 1e-8]
    assert list(figure.data[1].y) == [0.5, 2e-8]
    assert [name[0] for name in figure.data[1].customdata] == ["a", "b"]
    assert alt_text(plot_agreement([0.0], [0.0], ["a"])).startswith("0 slopes")
