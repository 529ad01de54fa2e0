"""Ink and paper are told apart whatever their colors, on canvases, scans and photographs."""

import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mnistlab.data.framing import frame
from mnistlab.data.image_loading import read_picture
from mnistlab.data.segmentation import segmented

COLORS = st.tuples(*[st.integers(0, 255)] * 3)


def cross(paper, ink, side=90):
    """A cross of ink on paper, (side, side, 3)."""
    picture = np.empty((side, side, 3), np.uint8)
    picture[:] = paper
    picture[20:60, 30:36] = ink
    picture[40:46, 15:70] = ink
    return picture


REFERENCE = frame(cross(255, 0))


@given(COLORS, COLORS)
def test_ink_is_found_on_paper_of_any_other_color(paper, ink):
    far_enough = max(abs(p - i) for p, i in zip(paper, ink, strict=True)) > 16
    framed = frame(cross(paper, ink))
    if far_enough:
        np.testing.assert_array_equal(framed, REFERENCE)
    else:
        assert framed is None


def test_a_picture_and_its_negative_give_the_same_digit():
    rng = np.random.default_rng(0)
    picture = cross(230, 10) - rng.integers(0, 4, (90, 90, 3), dtype=np.uint8)
    np.testing.assert_array_equal(frame(picture), frame(255 - picture))


def test_gray_color_and_opaque_pictures_give_the_same_digit():
    picture = cross(255, 0)
    opaque = np.dstack([picture, np.full((90, 90), 255, np.uint8)])
    for same in (picture[..., 0], picture[..., :1], opaque):
        np.testing.assert_array_equal(frame(same), REFERENCE)


@given(COLORS)
def test_strokes_of_any_color_are_found_on_a_transparent_canvas(ink):
    picture = np.zeros((90, 90, 4), np.uint8)
    strokes = cross(0, 1)[..., 0] > 0
    picture[strokes] = (*ink, 255)
    np.testing.assert_array_equal(frame(picture), REFERENCE)


def test_half_transparent_ink_is_lighter_ink():
    picture = np.zeros((60, 60, 4), np.uint8)
    picture[10:50, 20:30, 3] = 255
    picture[10:50, 30:40, 3] = 51
    ink = segmented(picture).contrast
    np.testing.assert_allclose([ink[20, 25], ink[20, 35], ink[5, 5]], [1, 0.2, 0], atol=1e-6)


def test_colors_under_a_transparent_corner_are_not_seen():
    picture = np.dstack([cross(255, 0), np.full((90, 90), 255, np.uint8)])
    picture[:10, :10] = (255, 0, 0, 0)
    np.testing.assert_array_equal(frame(picture), REFERENCE)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(1, 40), st.integers(1, 40))
def test_a_plain_picture_is_blank(level, alpha, height, width):
    assert frame(np.full((height, width), level, np.uint8)) is None
    assert frame(np.full((height, width, 4), (level, level, level, alpha), np.uint8)) is None


@pytest.mark.parametrize("sigma", [1, 3, 6])
def test_a_noisy_photograph_of_empty_paper_is_blank(sigma):
    rng = np.random.default_rng(sigma)
    photograph = np.clip(180 + sigma * rng.standard_normal((300, 400, 3)), 0, 255).astype(np.uint8)
    assert frame(photograph) is None


def on_paper(sigma, quality):
    """A photograph of a cross: unevenly lit, noisy, saved as JPEG."""
    rng = np.random.default_rng(1)
    clean = cross(200, 40).repeat(5, axis=0).repeat(5, axis=1).astype(float)
    lit = clean + np.linspace(-8, 8, 450)[:, None]
    noisy = np.clip(lit + sigma * rng.standard_normal(lit.shape), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noisy).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


@pytest.mark.parametrize(("sigma", "quality"), [(0, 90), (3, 90), (5, 75)])
def test_a_photograph_gives_nearly_the_digit_of_the_drawing(sigma, quality):
    difference = np.abs(frame(on_paper(sigma, quality)).astype(int) - REFERENCE)
    assert difference.mean() < 4


def test_a_large_picture_gives_nearly_the_digit_of_the_drawing():
    file = io.BytesIO()
    Image.fromarray(cross(255, 0)).resize((4400, 4400), Image.Resampling.NEAREST).save(file, "PNG")
    difference = np.abs(frame(read_picture(file.getvalue())).astype(int) - REFERENCE)
    assert difference.mean() < 4


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (np.zeros((5, 5)), "image_data must be an array of uint8. Got float64."),
        (None, "image_data must be an array of uint8. Got object."),
        (np.zeros((5, 5), bool), "image_data must be an array of uint8. Got bool."),
        (np.zeros((0, 5), np.uint8), "none of them 0. Got (0, 5)."),
        (np.zeros((5, 5, 2), np.uint8), "none of them 0. Got (5, 5, 2)."),
        (np.zeros(5, np.uint8), "none of them 0. Got (5,)."),
        (np.zeros((1, 5, 5, 4), np.uint8), "none of them 0. Got (1, 5, 5, 4)."),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(picture, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        frame(picture)
