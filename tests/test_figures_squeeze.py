"""The curves of an activation: where they are flat, and what the marked place and hovering tell."""

import re

import numpy as np
import pytest

from mnistlab.figures.activation_function import draw_activation, flat_parts

Z = np.linspace(-10, 10, 401)
SIGMOID = 1 / (1 + np.exp(-Z))
SLOPE = SIGMOID * (1 - SIGMOID)


def test_the_saturated_parts_of_a_sigmoid_begin_at_five():
    (low, left), (right, high) = flat_parts(Z, SLOPE)
    assert (low, high) == (-10, 10)
    assert left == pytest.approx(-5, abs=0.06)
    assert right == pytest.approx(5, abs=0.06)
    assert draw_activation(Z, SIGMOID, SLOPE, 1.0).markup.count(">saturated<") == 2


def test_a_relu_is_flat_to_the_left_only():
    ((low, high),) = flat_parts(Z, (Z > 0).astype(float))
    assert low == -10
    assert high == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("values", "ticks"), [
    (SIGMOID, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
    (np.tanh(Z), ["−1", "−0.5", "0", "0.5", "1"]),
    (np.maximum(Z, 0), ["0", "2", "4", "6", "8", "10"]),
])  # fmt: skip
def test_the_vertical_axis_has_round_numbers_at_their_places(values, ticks):
    markup = draw_activation(Z, values, SLOPE, 0.0).markup
    rows = re.findall(r'class="row" style="top:([\d.]+)%"><span class="muted">([^<]+)<', markup)
    assert [text for _, text in rows] == ticks
    steps = np.diff([float(top) for top, _ in rows])
    assert np.allclose(steps, steps[0], atol=0.02)


def test_the_marked_z_has_the_values_of_both_curves_and_stands_on_them():
    drawn = draw_activation(Z, SIGMOID, SLOPE, 1.5)
    a = 1 / (1 + np.exp(-1.5))
    dots = re.findall(r'class="dot (\w+)" style="left:([\d.]+)%;top:([\d.]+)%"><span>([\d.]+)<', drawn.markup)
    assert [(kind, left, text) for kind, left, _, text in dots] == [
        ("value", "57.50", f"{a:.3f}"),
        ("slope", "57.50", f"{a * (1 - a):.3f}"),
    ]
    for kind, _, top, _ in dots:
        points = re.search(rf'<polyline class="{kind}" points="([^"]+)"', drawn.markup).group(1).split()
        assert f"575,{round(10 * float(top))}" in [
            f"{float(x):.0f},{float(y):.0f}" for x, y in (point.split(",") for point in points)
        ]


def test_hovering_over_the_curves_tells_z_and_both_values():
    drawn = draw_activation(Z, SIGMOID, SLOPE, 1.0)
    assert drawn.fields[0].said(200) == "z = 0.0000\nσ(z) = 0.5000\nσ′(z) = 0.2500"
