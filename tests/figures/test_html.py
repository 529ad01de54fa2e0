"""Figures of plain markup: every cell has the level, the words and the meaning of its number."""

import base64
import json
import re

import numpy as np
import pytest

from mnistlab.analysis.formatting import plain
from mnistlab.figures import html_figure as sketches
from mnistlab.figures.diagram import draw_network
from mnistlab.figures.gradients import draw_gradient_matrix, draw_gradient_picture, draw_gradient_sheet
from mnistlab.figures.html_figure import INK, NOTHING, TOP, ZERO, ink_levels, share_levels, signed_levels
from mnistlab.figures.image_grid import class_means, digit_picture, named_tiles, sheet, weight_sheet
from mnistlab.figures.layer_values import Strip, draw_passes
from mnistlab.figures.preprocessing import draw_strokes
from mnistlab.figures.statistics import draw_projection
from mnistlab.ui.html_figure import sent
from tests.figures.test_diagram import network

RANDOM = np.random.default_rng(2)


def said(field, cell):
    """What hovering over a cell says, as the browser makes it."""
    row, column = divmod(cell, field.columns)
    own = {name: entries[cell] for name, entries in field.lists.items()}
    return field.says.format(cell=cell, row=row, column=column, **own)


def framed_cell(sketch, field=0):
    """Which cell of a field is framed."""
    part = sketch.markup.split(f'data-field="{field}"')[1].split("data-field")[0]
    found = re.search(r'class="frame" style="left:([\d.]+)%;top:([\d.]+)%', part)
    if not found:
        return None
    left, top = map(float, found.groups())
    shown = sketch.fields[field]
    return round(top * shown.rows / 100) * shown.columns + round(left * shown.columns / 100)


def test_levels_have_zero_in_the_middle_ends_at_the_ends_and_no_paint_for_no_number():
    values = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 5.0, np.nan])
    assert signed_levels(values, 2.0).tolist() == [0, 63, ZERO, 191, TOP, TOP, NOTHING]
    assert share_levels(np.array([0, 0.5, 1, 3])).tolist() == [0, 127, TOP, TOP]
    assert ink_levels(np.array([0, 128, 254, 255])).tolist() == [0, 128, 254, 254]


def test_all_zeros_are_the_middle():
    assert set(signed_levels(np.zeros(4), sketches.reach_of(np.zeros(4))).tolist()) == {ZERO}


def test_what_the_browser_is_sent_are_the_levels():
    field = digit_picture(np.arange(784).reshape(28, 28) % 256, "test image 0", 168).fields[0]
    told = sent(digit_picture(np.arange(784).reshape(28, 28) % 256, "test image 0", 168))["fields"][0]
    assert list(base64.b64decode(told["levels"])) == field.levels.ravel().tolist()


def strips(*sizes):
    return [Strip("z", f"layer {n}", n, np.linspace(-n, n, size), True) for n, size in enumerate(sizes, 1)]


@pytest.mark.parametrize("sizes", [(10,), (100, 10), (1024, 512, 20, 3)])
def test_every_unit_has_a_cell_that_knows_its_layer_number_and_value(sizes):
    layers = strips(*sizes)
    drawn = draw_passes(layers, {1: 2}, "cells")
    told = [(field.picks[cell], said(field, cell)) for field in drawn.fields for cell in range(field.cells)]
    assert told == [
        ((strip.layer, unit), f"unit {unit}\nz = {plain(value, 6)}")
        for strip in layers
        for unit, value in enumerate(strip.values.tolist())
    ]
    levels = np.concatenate([field.levels.ravel()[: field.cells] for field in drawn.fields])
    expected = [signed_levels(strip.values, np.abs(strip.values).max()) for strip in layers]
    assert levels.tolist() == np.concatenate(expected).tolist()


def test_a_last_row_that_is_not_full_is_not_painted_further():
    (field,) = draw_passes(strips(130), {}, "").fields
    assert field.levels.shape == (3, 50)
    assert set(field.levels.ravel()[130:].tolist()) == {NOTHING}


def test_small_layers_show_their_numbers_and_large_ones_do_not():
    drawn = draw_passes(strips(30, 10), {}, "")
    assert drawn.markup.count("<button") == 10
    assert "−2<div" in drawn.markup
    assert draw_passes(strips(30), {}, "").markup.count("<button") == 0


def test_the_frame_lies_on_the_cell_of_the_chosen_unit_in_its_layer_only():
    drawn = draw_passes(strips(100, 10), {1: 57}, "")
    assert framed_cell(drawn) == 57
    assert drawn.markup.count("frame") == 1


def test_a_gradient_picture_is_the_gradient_row_by_row_and_each_pixel_tells_its_number():
    gradient = np.linspace(-1, 3, 784)
    drawn = draw_gradient_picture(gradient, chosen=29)
    (field,) = drawn.fields
    assert field.levels.ravel().tolist() == signed_levels(gradient, 3).tolist()
    assert list(field.picks) == list(range(784))
    assert said(field, 29) == f"pixel 29\n∂L/∂W = {plain(gradient[29], 6)}"
    assert framed_cell(drawn) == 29


def test_a_sheet_of_gradients_has_one_scale_and_a_button_for_each_unit():
    gradients = np.stack([np.full(784, value) for value in (0.5, -2.0, 1.0, 0.1, 0.2)])
    drawn = draw_gradient_sheet(gradients, [7, 3, 9, 1, 4], chosen=3)
    assert [int(field.levels[0, 0]) for field in drawn.fields] == signed_levels(gradients[:, 0], 2).tolist()
    assert [drawn.picked(field, 0) for field in range(5)] == [7, 3, 9, 1, 4]
    assert [framed_cell(drawn, field) for field in range(5)] == [None, 0, None, None, None]
    assert drawn.markup.count('aria-pressed="true"') == 1


def test_a_matrix_cell_tells_its_weight():
    gradient = np.arange(30.0).reshape(10, 3)
    drawn = draw_gradient_matrix(gradient, [5, 40, 90], chosen=(2, 40))
    assert drawn.picked(0, 7) == (2, 40)
    assert said(drawn.fields[0], 7) == "to unit 2 from unit 40\n∂L/∂W = 7"
    assert framed_cell(drawn) == 7
    assert framed_cell(draw_gradient_matrix(gradient, [5, 40, 90], chosen=(2, 41))) is None


@pytest.mark.parametrize("columns", [1, 3, 7, 10])
def test_pictures_of_a_sheet_lie_in_their_cells_with_a_margin(columns):
    levels = RANDOM.integers(0, 255, (7, 28, 28)).astype(np.uint8)
    (field,) = sheet(
        levels, INK, columns, "{cell}", {"n": range(7)}, title="", alt="", tile=9, picks=range(7)
    ).fields
    assert field.columns == min(columns, 7)
    for place in range(7):
        row, column = divmod(place, field.columns)
        cell = field.levels[30 * row : 30 * row + 30, 30 * column : 30 * column + 30]
        assert np.array_equal(cell[1:-1, 1:-1], levels[place])
        assert set(cell[0].tolist()) == {NOTHING}
    assert field.cells == 7


def test_weights_of_units_are_on_one_scale_and_only_the_first_hundred_are_shown():
    weights = RANDOM.normal(size=(120, 784))
    drawn = weight_sheet(weights, "Before training", chosen=13)
    (field,) = drawn.fields
    assert list(field.picks) == list(range(100))
    assert "100 of 120 units." in drawn.markup
    assert framed_cell(drawn) == 13
    reach = np.quantile(np.abs(weights[:100]), 0.998)
    assert np.array_equal(field.levels[1:29, 31:59], signed_levels(weights[1], reach).reshape(28, 28))
    assert said(field, 3).startswith("unit 3\nweights from −")


def test_units_can_be_clicked_where_one_is_chosen():
    weights = RANDOM.normal(size=(12, 784))
    assert len(weight_sheet(weights, "", chosen=0).fields[0].picks) == 12
    assert len(weight_sheet(weights, "").fields[0].picks) == 0


def test_one_outlier_does_not_make_all_weights_pale():
    weights = np.full((10, 784), 0.1)
    weights[0, 0] = 50
    (field,) = weight_sheet(weights, "").fields
    assert field.levels[15, 45] == TOP


def test_means_stand_above_spreads():
    means, spreads = np.full((10, 28, 28), 200.0), np.full((10, 28, 28), 50.0)
    (field,) = class_means(means, spreads).fields
    assert (field.levels[10, 10], field.levels[40, 10]) == (200, 50)
    assert said(field, 13) == "standard deviation of all 3s"


def test_tiles_that_cannot_be_clicked_are_no_buttons():
    levels = np.zeros((2, 28, 28), np.uint8)
    assert "<button" not in named_tiles(levels, INK, ["4", "9"], ["a", "b"], 5, alt="", tile=9).markup
    clickable = named_tiles(levels, INK, ["4", "9"], ["a\nb", "c"], 5, alt="", tile=9, picks=[11, 22])
    assert 'aria-label="a, b"' in clickable.markup
    assert clickable.picked(1, 0) == 22


def test_a_point_of_the_map_is_its_digit_tells_its_image_and_means_it():
    points = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    images = np.zeros((31, 28, 28), np.uint8)
    drawn = draw_projection(points, [7, 3, 7], [10, 20, 30], images, chosen=20)
    shown = re.findall(r'class="point digit-(\d)" style="left:([\d.]+)%;top:([\d.]+)%">(\d)<', drawn.markup)
    assert [(digit, text) for digit, _, _, text in shown] == [("7", "7"), ("3", "3"), ("7", "7")]
    lefts, tops = zip(*((float(x), float(y)) for _, x, y, _ in shown), strict=True)
    assert lefts[0] < lefts[1] < lefts[2]
    assert tops[0] > tops[1] > tops[2]
    assert (100 * drawn.marks.ends[1]).tolist() == pytest.approx([lefts[1], tops[1]] * 2)
    assert [drawn.picked(-1, place) for place in range(3)] == [10, 20, 30]
    assert drawn.marks.says[1].startswith("a 3, image 20\n")
    assert f'class="ring" style="left:{lefts[1]:g}%' in drawn.markup
    assert "ring" not in draw_projection(points, [7, 3, 7], [10, 20, 30], images, chosen=5).markup


STROKES = [np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]), np.array([[0.5, 1.0], [1.5, 1.0]])]


def written(drawn):
    """The points of each stroke that is written."""
    found = re.findall(r'class="written" points="([^"]+)"', drawn.markup)
    return [[tuple(map(float, point.split(","))) for point in line.split()] for line in found]


def test_strokes_are_drawn_in_the_order_of_writing_downwards_and_in_the_middle_of_the_paper():
    drawn = draw_strokes(STROKES, 5, "A 4")
    assert written(drawn) == [[(20, 10), (60, 10), (60, 90)], [(40, 50), (80, 50)]]
    assert re.findall(r">(\d)</text>", drawn.markup) == ["1", "2"]


@pytest.mark.parametrize(("upto", "lengths"), [(0, []), (2, [2]), (3, [3]), (4, [3, 1]), (99, [3, 2])])
def test_a_half_written_digit_has_as_many_points_as_were_written(upto, lengths):
    assert [len(line) for line in written(draw_strokes(STROKES, upto, "A 4"))] == lengths


@pytest.mark.parametrize(
    "drawn",
    [
        draw_strokes(STROKES, 5, "A 4"),
        draw_projection(RANDOM.normal(size=(5, 2)), range(5), range(5), np.zeros((5, 28, 28)), 2),
        draw_passes(strips(100, 10), {}, "Two layers."),
        draw_network(network(784, 10)),
        draw_gradient_sheet(RANDOM.normal(size=(3, 784)), [1, 2, 3]),
        class_means(np.zeros((10, 28, 28)), np.zeros((10, 28, 28))),
    ],
)
def test_a_sketch_is_json_and_has_a_sentence_for_those_who_do_not_see_it(drawn):
    told = json.loads(json.dumps(sent(drawn), allow_nan=False))
    assert told["alt"].endswith(".")
    assert "<" not in told["alt"]
    places = re.findall(r'data-field="(\d+)"', told["markup"])
    assert places == [str(number) for number in range(len(told["fields"]))]
