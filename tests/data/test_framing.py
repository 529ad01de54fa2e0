"""A drawing comes out as MNIST would have stored it: its properties, and another implementation on MNIST."""

import time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from scipy import ndimage

from mnistlab.data.framing import LARGEST_GAIN, frame, frame_ink, raw_resize, shift, stages
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import train

CANVAS = 280
points = st.tuples(st.integers(30, 250), st.integers(30, 250))
# One line of three turns at most, neither a dot nor a dash: they have a test of their own. More is a tangle.
strokes = st.lists(st.lists(points, min_size=2, max_size=4), min_size=1, max_size=1).filter(
    lambda lines: np.ptp(np.concatenate(lines), axis=0)[1] >= 110
)
pens = st.integers(8, 26)


def drawn(lines, pen, size=CANVAS):
    """Strokes on a white canvas, black, with round ends, (size, size, 4)."""
    canvas = Image.new("RGBA", (size, size), "white")
    brush = ImageDraw.Draw(canvas)
    for line in lines:
        brush.line(line, fill="black", width=pen, joint="curve")
        for x, y in (line[0], line[-1]):
            brush.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill="black")
    return np.array(canvas)


def placed(ink, row, column, size=CANVAS):
    """Ink (height, width), 255 = ink, on a white gray canvas at a place."""
    canvas = np.full((size, size), 255, np.uint8)
    canvas[row : row + ink.shape[0], column : column + ink.shape[1]] -= ink
    return canvas


def extents(image):
    """First and last inked row and column."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return rows[0], rows[-1], columns[0], columns[-1]


def reference_box(ink):
    """Cut out ink (height, width) and average it by the definition: every pixel in 20 exact parts."""
    top, bottom, left, right = extents(ink)
    height, width = bottom - top + 1, right - left + 1
    side = max(height, width, 10)
    above, before = (20 * (side - n) // (2 * side) * side for n in (height, width))  # in parts of a pixel
    rows = np.zeros((20 * side, width))
    rows[above : above + 20 * height] = ink[top : bottom + 1, left : right + 1].repeat(20, axis=0)
    columns = np.zeros((20, 20 * side))
    columns[:, before : before + 20 * width] = rows.reshape(20, side, width).mean(axis=1).repeat(20, axis=1)
    boxed = columns.reshape(20, 20, side).mean(axis=2)
    return np.rint(boxed * min(LARGEST_GAIN, 255 / boxed.max()))


def reference_frame(boxed):
    """Put a box where its center of mass is nearest to the middle."""
    row, column = (round(14 - c) for c in ndimage.center_of_mass(boxed))
    rows, columns = np.nonzero(boxed)
    framed = np.zeros((28, 28))
    framed[rows + row, columns + column] = boxed[rows, columns]
    return framed


@given(strokes, pens)
def test_the_center_of_mass_is_in_the_middle_unless_ink_would_be_lost(lines, pen):
    framed = frame(drawn(lines, pen), by_pen=True)
    first_row, last_row, first_column, last_column = extents(framed)
    row, column = ndimage.center_of_mass(framed.astype(float))
    assert 13.5 <= row <= 14.5 or (row > 14.5 and first_row == 0) or (row < 13.5 and last_row == 27)
    assert (
        13.5 <= column <= 14.5
        or (column > 14.5 and first_column == 0)
        or (column < 13.5 and last_column == 27)
    )


@given(strokes, pens)
def test_the_longer_side_is_twenty_pixels_and_no_ink_is_lost(lines, pen):
    found = stages(drawn(lines, pen), by_pen=True)
    first_row, last_row, first_column, last_column = extents(found.framed)
    assert max(last_row - first_row, last_column - first_column) + 1 == 20
    assert found.framed.astype(int).sum() == found.boxed.astype(int).sum()


@given(strokes, pens)
def test_full_ink_is_255_and_paper_is_0(lines, pen):
    framed = frame(drawn(lines, pen), by_pen=True)
    assert framed.dtype == np.uint8
    assert framed.max() == 255
    assert framed[0, 0] == 0 or framed.any(axis=1).all()


@given(strokes, pens, st.integers(-29, 29), st.integers(-29, 29))
def test_it_does_not_matter_where_it_was_drawn(lines, pen, right, down):
    wide = drawn([[(x + 40, y + 40) for x, y in line] for line in lines], pen, 360)
    np.testing.assert_array_equal(frame(np.roll(wide, (down, right), axis=(0, 1))), frame(wide))


@given(strokes, pens, st.integers(2, 4))
def test_an_enlarged_drawing_gives_the_same_digit(lines, pen, factor):
    small = drawn(lines, pen)[..., 0]
    np.testing.assert_array_equal(frame(small.repeat(factor, axis=0).repeat(factor, axis=1)), frame(small))


@given(strokes, st.integers(20, 26), st.floats(0.7, 2.5))
def test_a_larger_hand_gives_the_same_digit_to_resampling_error(lines, pen, factor):
    assume(np.ptp(np.concatenate(lines), axis=0).max() >= 100)
    drawing = Image.fromarray(drawn(lines, pen)[..., 0])
    scaled = drawing.resize((round(CANVAS * factor),) * 2, Image.Resampling.BILINEAR)
    one, other = (ndimage.gaussian_filter(frame(np.array(d)).astype(float), 1) for d in (drawing, scaled))
    # Resampling may move the center of mass over a rounding edge: by one pixel at most.
    moved = (shift(other, rows, columns) for rows in (-1, 0, 1) for columns in (-1, 0, 1))
    assert max(np.corrcoef(one.ravel(), m.ravel())[0, 1] for m in moved) > 0.95


@given(st.integers(1, 9), st.integers(1, 9))
def test_a_dot_and_a_short_dash_stay_small(height, width):
    framed = frame(placed(np.full((height, width), 255, np.uint8), 100, 57))
    first_row, last_row, first_column, last_column = extents(framed)
    assert (last_row - first_row + 1, last_column - first_column + 1) == (2 * height, 2 * width)
    assert framed.max() == 255


def test_a_hairline_is_made_as_wide_as_a_thin_stroke_of_mnist():
    hairline = np.zeros((280, 280), np.uint8)
    hairline[40:240, 140] = 255  # a tenth of a pixel wide after scaling
    boxed = stages(255 - hairline).boxed
    assert boxed.max() == 255
    assert np.flatnonzero(boxed.any(axis=1)).size == 20
    np.testing.assert_allclose(boxed[5:15].sum(axis=1) / 255, 1.5, atol=0.3)


def test_a_faint_tip_is_part_of_the_digit():
    drawing = np.zeros((1000, 1000), np.uint8)
    drawing[101:900, 300:500] = 255
    drawing[100, 400] = 255
    first_row, last_row, *_ = extents(stages(drawing).boxed)
    assert (first_row, last_row) == (0, 19)
    drawing[101:140, 300:500] = 0  # now it lies apart: a speck
    first_row, last_row, *_ = extents(stages(drawing).boxed)
    assert (first_row, last_row) == (0, 19)
    assert not stages(drawing).ink[:101].any()


def test_ink_in_a_corner_is_not_clipped_by_centering():
    picture = np.zeros((100, 100), np.uint8)
    picture[10:90, 10] = picture[10, 10:90] = 40  # a faint long L ...
    picture[10:16, 10:16] = 255  # ... whose mass lies in one corner
    found = stages(picture)
    assert np.count_nonzero(found.framed) == np.count_nonzero(found.boxed)
    assert extents(found.framed)[1] == 27


def test_the_stages_show_the_way_from_the_canvas_to_the_network():
    canvas = drawn([[(60, 60), (200, 220)]], 20)
    found = stages(canvas)
    np.testing.assert_array_equal(found.ink, 255 - canvas[..., 0])
    assert found.boxed.shape == (20, 20)
    np.testing.assert_array_equal(found.framed, frame(canvas))
    assert stages(np.full((280, 280, 4), 255, np.uint8)) is None


def test_many_drawings_are_framed_as_each_by_itself():
    canvases = [drawn([[(40 + 9 * i, 60), (200, 220 - 7 * i), (90, 200)]], 16 + i) for i in range(12)]
    together = frame_ink(np.stack([1 - canvas[..., 0] / np.float32(255) for canvas in canvases]))
    np.testing.assert_array_equal(together, [frame(canvas) for canvas in canvases])


def test_a_raw_resize_is_the_average_over_blocks_of_the_whole_canvas():
    canvas = drawn([[(60, 60), (200, 220)]], 20)
    blocks = (255.0 - canvas[..., 0]).reshape(28, 10, 28, 10).mean(axis=(1, 3))
    assert np.abs(raw_resize(canvas) - blocks).max() <= 0.5 + 1e-4
    assert not raw_resize(np.full((33, 47), 9, np.uint8)).any()


@given(st.integers(-30, 30), st.integers(-30, 30))
def test_a_shift_moves_the_picture_and_loses_what_leaves_it(rows, columns):
    image = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    expected = ndimage.shift(image, (rows, columns), order=0, cval=0, prefilter=False)
    np.testing.assert_array_equal(shift(image, rows, columns), expected)


def test_framing_a_canvas_takes_well_under_ten_milliseconds():
    canvas = drawn([[(60, 60), (200, 220), (80, 150)]], 22)
    frame(canvas)
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        frame(canvas)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.01


# On MNIST itself.


@pytest.mark.parametrize("number", [500, pytest.param(10_000, marks=pytest.mark.soak)])
def test_test_digits_of_mnist_agree_with_the_reference(mnist, number):
    """Test digits, smoothly enlarged to another size, framed here and by the definition."""
    rng = np.random.default_rng(0)
    sizes = rng.integers(15, 64, number)
    agreed = whole = 0
    for image, size in zip(mnist.test.images[:number], sizes, strict=True):
        ink = np.array(Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR))
        canvas = np.pad(255 - ink, 1, constant_values=255)
        found = stages(canvas)
        agreed += np.abs(found.boxed - reference_box(found.ink.astype(float))).max() <= 1
        kept = np.where(255 - canvas > 0.03 * ink.max(), (255.0 - canvas) * 255 / ink.max(), 0)
        whole += np.abs(found.ink - kept).max() <= 1
        np.testing.assert_array_equal(found.framed, reference_frame(found.boxed))
    assert agreed >= 0.99 * number  # but for strokes that are thickened
    assert whole >= 0.96 * number  # but for specks


def test_an_mnist_digit_however_enlarged_and_moved_comes_back_as_it_is(mnist):
    """Exactly, but for faint edges and specks taken for paper, and a center of mass between two pixels."""
    rng = np.random.default_rng(1)
    the_same = 0
    for image in mnist.test.images[:2000]:
        factor = int(rng.integers(1, 10))
        row, column = rng.integers(0, CANVAS + 1 - 28 * factor, 2)
        framed = frame(placed(image.repeat(factor, axis=0).repeat(factor, axis=1), row, column))
        the_same += np.abs(framed.astype(int) - image).max() <= 8
    assert the_same >= 1920


def test_mnist_digits_have_the_properties_that_framing_gives(mnist):
    centers = np.array([ndimage.center_of_mass(image) for image in mnist.test.images[:2000].astype(float)])
    assert centers.min() >= 13.5
    assert centers.max() <= 14.5


@pytest.mark.slow
def test_framing_enlarged_and_moved_digits_costs_a_network_at_most_one_point(mnist):
    config = TrainConfig(initialization="scaled", scaling="unit", learning_rate=0.01, num_epochs=5)
    *_, last = train(config, mnist)
    images, labels = mnist.test.images[:2000], mnist.test.labels[:2000]
    rng = np.random.default_rng(2)
    canvases = []
    for image in images:
        side = int(rng.integers(56, CANVAS))
        ink = np.array(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))
        canvas = placed(ink, *rng.integers(0, CANVAS - side + 1, 2))
        canvases.append(canvas if rng.random() < 0.5 else 255 - canvas)

    def accuracy(pictures):
        return (activations_of(last.params, np.stack(pictures), config).argmax(axis=1) == labels).mean()

    original = accuracy(images)
    assert original > 0.9
    assert accuracy([frame(canvas) for canvas in canvases]) >= original - 0.01
    assert accuracy([raw_resize(canvas) for canvas in canvases]) < 0.6
