"""The confusion matrix in plain markup: each count stands in its place and is told on hover."""

import re

import numpy as np
import pytest

from mnistlab.figures.confusion import draw_confusion
from tests.figures.test_html import said

COUNTS = np.arange(100).reshape(10, 10)


def cells(drawn):
    """Kind, percent of color and text of each cell."""
    found = re.findall(r'<span class="(right|wrong)" style="--tint:([\d.]+)%">(\d*)</span>', drawn.markup)
    return np.array(found, object).reshape(10, 10, 3)


def test_the_confusion_matrix_writes_each_count_in_its_place_and_leaves_zeros_blank():
    assert cells(draw_confusion(COUNTS, (0, 1)))[..., 2].tolist() == [
        [str(n or "") for n in row] for row in COUNTS
    ]


def test_the_diagonal_has_another_color_and_each_kind_its_own_scale():
    shown = cells(draw_confusion(COUNTS, (0, 1)))
    diagonal = np.eye(10, dtype=bool)
    assert set(shown[diagonal][:, 0]) == {"right"}
    assert set(shown[~diagonal][:, 0]) == {"wrong"}
    tint = shown[..., 1].astype(float)
    assert (tint[9, 9], tint[9, 8]) == (50, 50)
    assert (np.diff(tint[diagonal]) > 0).all()
    assert tint[0, 1] == pytest.approx(50 * np.log(2) / np.log(99), abs=0.06)


def test_a_click_on_a_cell_tells_what_it_is_and_what_was_read():
    drawn = draw_confusion(COUNTS, chosen=(3, 8))
    assert drawn.picked(0, 38) == (3, 8)
    assert said(drawn.fields[0], 38) == "true label 3, predicted 8: 38 times, 11.0% of the 3s"
    assert 'class="frame" style="left:80.0000%;top:30.0000%' in drawn.markup


def test_the_confusion_matrix_says_the_most_frequent_mistake():
    counts = np.diag(np.full(10, 50))
    counts[7, 1] = 8
    assert "500 of 508 on the diagonal" in draw_confusion(counts, (0, 1)).alt
    assert "7 predicted as 1, 8 times" in draw_confusion(counts, (0, 1)).alt
