"""The curves of an activation: where they are flat, and what stands at the marked place."""

import numpy as np
import pytest

from mnistlab.figures.activation_function import flat_parts, plot_activation
from mnistlab.figures.theme import alt_text

Z = np.linspace(-10, 10, 401)
SIGMOID = 1 / (1 + np.exp(-Z))
SLOPE = SIGMOID * (1 - SIGMOID)


def test_the_saturated_parts_of_a_sigmoid_begin_at_five():
    (low, left), (right, high) = flat_parts(Z, SLOPE)
    assert (low, high) == (-10, 10)
    assert left == pytest.approx(-5, abs=0.06)
    assert right == pytest.approx(5, abs=0.06)
    shaded = plot_activation(Z, SIGMOID, SLOPE, 1.0).layout.shapes
    assert [(shape.x0, shape.x1, shape.label.text) for shape in shaded] == [
        (low, left, "saturated"),
        (right, high, "saturated"),
    ]


def test_a_relu_is_flat_to_the_left_only():
    ((low, high),) = flat_parts(Z, (Z > 0).astype(float))
    assert low == -10
    assert high == pytest.approx(0, abs=0.05)


def test_both_curves_are_drawn_at_their_values():
    value, slope, _ = plot_activation(Z, SIGMOID, SLOPE, 1.0).data
    for trace, truth in ((value, SIGMOID), (slope, SLOPE)):
        assert list(trace.x) == pytest.approx(Z)
        assert list(trace.y) == pytest.approx(truth, abs=1e-6)
    assert value.line.dash != slope.line.dash


def test_the_marked_z_has_the_values_of_both_curves_and_stands_on_them():
    figure = plot_activation(Z, SIGMOID, SLOPE, 1.5)
    a = 1 / (1 + np.exp(-1.5))
    marks = figure.data[-1]
    assert list(marks.x) == [1.5, 1.5]
    assert list(marks.y) == pytest.approx([a, a * (1 - a)], abs=1e-4)
    assert list(marks.text) == [f"{a:.3f}", f"{a * (1 - a):.3f}"]
    assert f"σ(z) = {a:.3f}" in alt_text(figure)


def test_where_a_slope_only_changes_its_sign_nothing_is_saturated():
    ((low, high),) = flat_parts(Z, np.where(Z < -7, 0.0, Z + 1.3))
    assert (low, high) == (-10.0, pytest.approx(-7.0, abs=0.06))
