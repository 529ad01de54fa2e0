"""The figures of the Backprop page, held against the numbers they were made of."""

from itertools import pairwise

import numpy as np
import pytest

from mnistlab.figures.agreement import plot_agreement
from mnistlab.figures.gradients import plot_gradient_matrix, plot_gradient_picture, plot_gradient_sheet
from mnistlab.figures.passes import Strip, plot_passes
from mnistlab.figures.slopes import plot_cost_of_weight, plot_moved_outputs
from mnistlab.figures.steps import plot_growth, plot_step
from mnistlab.figures.template import alt_text


def strips(*sizes):
    return [Strip("z", f"layer {n}", n, np.linspace(-n, n, size), True) for n, size in enumerate(sizes, 1)]


@pytest.mark.parametrize("sizes", [(10,), (100, 10), (1024, 512, 20, 3)])
def test_every_unit_has_a_cell_that_knows_its_layer_number_and_value(sizes):
    layers = strips(*sizes)
    figure = plot_passes(layers, {1: 2}, alt="cells")
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == len(sizes)
    for strip, bar in zip(layers, bars, strict=True):
        assert list(bar.marker.color) == strip.values.tolist()
        assert [list(found) for found in bar.customdata] == [
            [strip.layer, unit] for unit in range(len(strip.values))
        ]
        assert max(bar.x) < 1
        assert min(bar.x) > 0


def test_small_layers_show_their_numbers_and_large_ones_do_not():
    figure = plot_passes(strips(30, 10))
    written = [trace for trace in figure.data if trace.type == "scatter"]
    assert len(written) == 1
    assert len(written[0].text) == 10
    assert written[0].text[0].startswith("−2<br>")


def test_the_outline_lies_on_the_cell_of_the_chosen_unit_in_its_layer_only():
    figure = plot_passes(strips(100, 10), {1: 57})
    (frame,) = figure.layout.shapes
    bar = figure.data[0]
    assert frame.x0 < bar.x[57] < frame.x1
    assert frame.y0 <= bar.base[57] < frame.y1


def test_layers_do_not_lie_on_each_other():
    figure = plot_passes(strips(100, 10, 25))
    bars = [trace for trace in figure.data if trace.type == "bar"]
    ends = [(min(bar.base), max(np.add(bar.base, bar.y))) for bar in bars]
    assert all(end < begin for (_, end), (begin, _) in pairwise(ends))


def test_a_gradient_picture_is_the_gradient_row_by_row_and_each_pixel_tells_its_number():
    gradient = np.linspace(-1, 3, 784)
    figure = plot_gradient_picture(gradient, chosen=29)
    np.testing.assert_allclose(np.array(figure.data[0].z, float).ravel(), gradient, rtol=5e-3, atol=5e-3)
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-3, 3)
    click = figure.data[1]
    assert list(click.customdata) == list(range(784))
    assert (click.x[29], click.base[29]) == (1, 0.5)
    assert (figure.layout.shapes[-1].x0, figure.layout.shapes[-1].y0) == (0.5, 0.5)


def test_a_sheet_has_one_scale_and_a_picture_for_each_unit():
    gradients = np.stack([np.full(784, value) for value in (0.5, -2.0, 1.0, 0.1, 0.2)])
    figure = plot_gradient_sheet(gradients, [7, 3, 9, 1, 4], chosen=3)
    sheet = np.array(figure.data[0].z, float)
    assert figure.data[0].zmax == 2
    assert np.nanmin(sheet[:28, 31:59]) == np.nanmax(sheet[:28, 31:59]) == -2
    assert list(figure.data[1].customdata) == [7, 3, 9, 1, 4]
    assert alt_text(plot_gradient_sheet(np.zeros((0, 784)), [], "none"))


def test_a_matrix_cell_tells_its_weight():
    gradient = np.arange(30.0).reshape(10, 3)
    figure = plot_gradient_matrix(gradient, [5, 40, 90], chosen=(2, 40))
    assert np.array(figure.data[0].z).tolist() == gradient.tolist()
    assert [list(c) for c in figure.data[1].customdata][7] == [2, 40]
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].y0) == (0.5, 1.5)
    assert not plot_gradient_matrix(gradient, [5, 40, 90], chosen=(2, 41)).layout.shapes


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


def test_the_promise_is_a_straight_line_from_the_cost_before_the_step():
    figure = plot_step([0, 0.1, 0.2], [10, 6, 5], 0.1, -8.0)
    promise = figure.data[1]
    assert promise.y[0] == 10
    assert (promise.y[1] - promise.y[0]) / (promise.x[1] - promise.x[0]) == pytest.approx(-80)
    assert figure.data[3].y[0] == 6


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
