"""Pictures of digits show each pixel where it is, and a click on one tells which it was."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from mnistlab.figures.digits import plot_digit, plot_digit_grid
from mnistlab.figures.ink import ink_palette, tiled
from mnistlab.figures.statistics import braille

IMAGES = np.random.default_rng(1).integers(0, 256, (7, 28, 28), dtype=np.uint8)


def pixels_of(image_trace):
    """The picture as Pillow, which is not the code that wrote it, reads it: (height, width, RGBA)."""
    data = base64.b64decode(image_trace.source.split(",")[1])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA")).astype(int)


def test_a_digit_is_drawn_with_its_own_values():
    (trace,) = plot_digit(IMAGES[0]).data
    assert np.array_equal(trace.z, IMAGES[0])
    assert (trace.zmin, trace.zmax) == (0, 255)
    assert trace.zsmooth is None


def test_a_digit_is_square_with_its_first_row_at_the_top():
    layout = plot_digit(IMAGES[0]).layout
    assert layout.yaxis.range == (27.5, -0.5)
    assert layout.yaxis.scaleanchor == "x"


def test_tiles_lie_row_by_row_with_gaps_between():
    small = np.arange(1, 6, dtype=np.uint8)[:, None, None] * np.ones((5, 2, 2), np.uint8)
    expected = np.array(
        [
            [1, 1, 9, 2, 2, 9, 3, 3],
            [1, 1, 9, 2, 2, 9, 3, 3],
            [9, 9, 9, 9, 9, 9, 9, 9],
            [4, 4, 9, 5, 5, 9, 9, 9],
            [4, 4, 9, 5, 5, 9, 9, 9],
        ]
    )
    assert np.array_equal(tiled(small, 3, 1, fill=9), expected)


@pytest.mark.parametrize("columns", [1, 3, 4, 7])
def test_each_digit_of_a_sheet_lies_under_the_area_that_is_clicked(columns):
    figure = plot_digit_grid(IMAGES, [str(i) for i in range(7)], columns=columns)
    picture, areas = figure.data
    pixels, colors = pixels_of(picture), ink_palette()
    for index in areas.customdata:
        left = round(areas.x[index] - areas.width / 2 + 0.5)
        top = round(areas.base[index] + 0.5)
        assert areas.y[index] == 28
        expected = colors[np.minimum(IMAGES[index], 254)]
        assert np.array_equal(pixels[top : top + 28, left : left + 28], expected)


def test_between_the_digits_of_a_sheet_there_is_no_paper():
    picture, areas = plot_digit_grid(IMAGES, columns=4).data
    assert (pixels_of(picture)[:, :, 3] == 255).sum() == 7 * 28 * 28
    assert len(areas.customdata) == 7


def test_captions_stand_under_their_digits():
    captions = [f"This is a {digit}" for digit in range(7)]
    figure = plot_digit_grid(IMAGES, captions, columns=3)
    _, areas = figure.data
    assert [note.text for note in figure.layout.annotations] == captions
    assert [note.x for note in figure.layout.annotations] == list(areas.x)
    assert all(note.y > base + 28 for note, base in zip(figure.layout.annotations, areas.base, strict=True))
    assert list(areas.hovertext) == captions


def test_the_darkest_ink_is_drawn_and_more_ink_is_darker():
    colors = ink_palette().astype(int)
    assert (np.diff(colors[:255, :3].sum(axis=1)) <= 0).all()
    assert colors[255, 3] == 0


def test_sixteen_digits_are_light():
    images = np.zeros((16, 28, 28), np.uint8)
    images[:, 5:20, 10:15] = IMAGES[0, 5:20, 10:15]
    assert len(plot_digit_grid(images, ["This is a 7"] * 16).to_json()) < 20_000


def test_braille_shows_the_dots_of_the_image():
    image = np.zeros((28, 28), np.uint8)
    image[2, 4] = 255  # first dot of the first character
    image[5, 5] = 255  # last dot of the first character
    image[25, 23] = 255  # last dot of the last character
    lines = braille(image).split("\n")
    assert lines[0] == chr(0x2800 + 0x01 + 0x80)
    assert lines[1:5] == [""] * 4
    assert lines[5] == "\u2800" * 9 + chr(0x2880)
