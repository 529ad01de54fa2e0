"""The bars of the Predict page: heights on a fixed axis, and what is right or wrong about them."""

import re

import numpy as np
import pytest

from mnistlab.ui.bars import FULL, bars_markup

VALUES = np.array([0.0, 0.25, 1.0, 0.5, 0.031, 0.0004, 0.9, 0.07, 0.1, 0.2])


def heights(markup):
    return [float(height) for height in re.findall(r'class="bar" style="height: ([\d.]+)px"', markup)]


def classes(markup):
    return re.findall(r'<div class="([a-z ]*)" title="output', markup)


def test_heights_are_the_activations_on_an_axis_that_does_not_depend_on_them():
    assert np.allclose(heights(bars_markup(VALUES)), VALUES * FULL, atol=0.06)
    assert np.allclose(heights(bars_markup(VALUES / 10)), VALUES / 10 * FULL, atol=0.06)


def test_every_bar_tells_its_exact_value():
    told = re.findall(r"output (\d): activation ([\d.]+)", bars_markup(VALUES))
    assert [int(digit) for digit, _ in told] == list(range(10))
    assert np.allclose([float(value) for _, value in told], VALUES, atol=1e-6)


@pytest.mark.parametrize(("truth", "kind"), [(None, "answer"), (2, "right truth"), (6, "wrong")])
def test_the_largest_bar_is_the_answer_and_right_or_wrong_where_the_truth_is_known(truth, kind):
    found = classes(bars_markup(VALUES, truth))
    assert found[2] == kind
    assert sum("truth" in each for each in found) == (truth is not None)
    assert [each for place, each in enumerate(found) if place not in (2, truth)] == [""] * (
        9 if truth in (None, 2) else 8
    )


def test_what_they_show_is_said_in_words():
    markup = bars_markup(VALUES, 6)
    assert "the largest is 2 with 1.00. The image is a 6. 0: 0.00, 1: 0.25" in markup
