"""Recall, gradients and confusion in plain markup: each number stands in its place and is told on hover."""

import json
import re

import numpy as np
import pytest

from mnistlab.evaluation import EpochMetrics, Score
from mnistlab.figures.confusion import draw_confusion
from mnistlab.figures.courses import SHOWN, apart, draw_gradient_norms, draw_recall, round_values
from mnistlab.ui.sketch import sent


def epoch(number, recalls=(0.9,) * 10, norms=(1.0, 0.1)):
    counts = np.zeros((10, 10), int)
    for digit, recall in enumerate(recalls):
        counts[digit, digit] = round(100 * recall)
        counts[digit, (digit + 1) % 10] = 100 - round(100 * recall)
    score = Score(1.0, counts)
    return EpochMetrics(number, score, score, norms, (0.0, 0.0), 0.001, 1.0)


def points(drawn, look):
    """The points of each unbroken part of a line, 0 to 1 from the upper left corner."""
    (path,) = re.findall(rf'<path class="{look}" d="([^"]*)"', drawn.markup)
    parts = [part for part in path.split("M") if part]
    return [[tuple(float(n) / 1000 for n in point.split()) for point in part.split("L")] for part in parts]


def rising(share):
    return (share,) + (1.0,) * 9


HISTORY = (epoch(0, rising(0.0)), epoch(1, rising(0.5)), epoch(2, rising(1.0)))


def test_recall_has_a_line_for_each_digit_whose_heights_are_the_recalls():
    drawn = draw_recall(HISTORY, 10)
    (line,) = points(drawn, "digit-0")
    across, down = np.array(line).T
    assert np.diff(across) == pytest.approx([1 / 10.8] * 2, abs=2e-4), "0.4 epochs of room on either side"
    assert 1.04 - 1.06 * down == pytest.approx([0.0, 0.5, 1.0], abs=2e-4)
    (level,) = points(drawn, "digit-7")
    assert len({y for _, y in level}) == 1


def test_hovering_over_an_epoch_tells_every_value_of_it():
    (field,) = draw_recall(HISTORY, 10).fields
    assert field.cells == 3
    words = field.said(1).split("\n")
    assert words[:3] == ["epoch 1", "digit 0: 50.0%", "digit 1: 100.0%"]
    assert len(words) == 11


def test_an_output_that_never_fires_is_a_line_at_zero():
    dead = tuple(0.0 if digit == 5 else 0.8 for digit in range(10))
    drawn = draw_recall([epoch(n, dead) for n in range(3)], 10)
    (line,) = points(drawn, "digit-5")
    assert [1.04 - 1.06 * y for _, y in line] == pytest.approx([0.0] * 3, abs=2e-4)
    assert "the weakest is 5 with 0.0%" in drawn.alt


def test_a_digit_of_which_there_is_no_image_has_no_line():
    score = Score(1.0, np.diag([5] * 9 + [0]))
    drawn = draw_recall([EpochMetrics(0, score, score, (1.0,), (0.0,), 0.1, 1.0)], 3)
    assert points(drawn, "digit-9") == []
    assert "digit 9" not in drawn.fields[0].said(0)
    assert "weakest is 0" in drawn.alt


def test_a_gradient_stands_at_its_logarithm_and_one_of_zero_leaves_a_gap():
    history = [epoch(n, norms=(norm, 1.0)) for n, norm in enumerate((0.1, 0.0, 0.01, 0.001))]
    drawn = draw_gradient_norms(history, 3)
    first, second = points(drawn, "layer-1")
    assert [len(first), len(second)] == [1, 2]
    (level,) = points(drawn, "layer-2")
    top, decade = level[0][1], second[1][1] - second[0][1]
    assert [first[0][1] - top, second[0][1] - top] == pytest.approx([decade, 2 * decade], abs=3e-4)
    assert drawn.fields[0].said(1) == "epoch 1\nlayer 2: 1.00e+00"
    assert drawn.fields[0].said(3) == "epoch 3\nlayer 1: 1.00e-03\nlayer 2: 1.00e+00"


def test_gradients_that_are_all_zero_or_not_finite_are_an_empty_plot():
    for norm in (0.0, float("nan"), float("inf")):
        drawn = draw_gradient_norms([epoch(0, norms=(norm, norm))], 3)
        assert points(drawn, "layer-1") == []
        json.dumps(sent(drawn), allow_nan=False)


def test_seven_layers_are_named_and_each_has_its_own_look():
    drawn = draw_gradient_norms([epoch(0, norms=tuple(10.0**-n for n in range(7)))], 10)
    looks = re.findall(r'<span class="line (layer-\d)"></span>(\d)', drawn.markup)
    assert [name for _, name in looks] == list("1234567")
    assert len({look for look, _ in looks}) == 7


def test_nothing_moves_from_epoch_to_epoch():
    def axes(history):
        return re.findall(r'<div class="(?:row|column)".*?</span></div>', draw_recall(history, 10).markup)

    assert axes(HISTORY[:1]) == axes(HISTORY)
    assert (
        points(draw_recall(HISTORY[:2], 10), "digit-0")[0]
        == points(draw_recall(HISTORY, 10), "digit-0")[0][:2]
    )


@pytest.mark.parametrize("draw", [draw_recall, draw_gradient_norms])
def test_a_single_epoch_can_be_seen_and_a_thousand_are_thinned_out_to_the_last(draw):
    assert 'class="mark' in draw(HISTORY[:1], 10).markup
    long = draw([epoch(n) for n in range(1001)], 1000)
    assert 'class="mark' not in long.markup
    assert long.fields[0].cells == SHOWN
    assert long.fields[0].said(SHOWN - 1).startswith("epoch 1000\n")
    assert len(json.dumps(sent(long))) < 120_000


@pytest.mark.parametrize("draw", [draw_recall, draw_gradient_norms])
def test_before_training_the_figure_says_what_will_come_and_is_as_high_as_later(draw):
    early, later = draw((), 10), draw(HISTORY, 10)
    assert "Train, and" in early.markup
    assert early.alt.endswith("here.")
    heights = [
        re.findall(r'class="plot courses" style="(height:\d+px)"', each.markup) for each in (early, later)
    ]
    assert heights[0] == heights[1] != []


def test_names_at_the_ends_of_lines_do_not_meet():
    places = apart(dict.fromkeys("0123456789", 0.0), 0.06)
    heights = sorted(places.values())
    assert min(heights) >= 0
    assert np.diff(heights) == pytest.approx([0.03] * 9)
    far = {"a": 0.1, "b": 0.5, "c": 0.9}
    assert apart(far, 0.06) == far


def test_round_values_are_round_and_few():
    assert round_values(-1.5, 0.4) == pytest.approx([0.05, 0.1, 0.2, 0.5, 1, 2])
    assert round_values(-12, 0.5) == pytest.approx([1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1])


COUNTS = np.arange(100).reshape(10, 10)


def cells(drawn):
    """Kind, percent of color and text of each cell."""
    found = re.findall(r'<span class="(right|wrong)" style="--tint:([\d.]+)%">(\d*)</span>', drawn.markup)
    return np.array(found, object).reshape(10, 10, 3)


def test_the_confusion_matrix_writes_each_count_in_its_place_and_leaves_zeros_blank():
    assert cells(draw_confusion(COUNTS))[..., 2].tolist() == [[str(n or "") for n in row] for row in COUNTS]


def test_the_diagonal_has_another_color_and_each_kind_its_own_scale():
    shown = cells(draw_confusion(COUNTS))
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
    assert drawn.fields[0].said(38) == "a 3 read as 8: 38 times, 11.0% of the 3s"
    assert 'class="frame" style="left:80.0000%;top:30.0000%' in drawn.markup


def test_the_confusion_matrix_says_the_most_frequent_mistake():
    counts = np.diag(np.full(10, 50))
    counts[7, 1] = 8
    assert "500 of 508 read right" in draw_confusion(counts).alt
    assert "7 read as 1, 8 times" in draw_confusion(counts).alt
    assert "No images" in draw_confusion(np.zeros((10, 10), int)).markup
