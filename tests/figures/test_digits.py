"""Digits are drawn in ink on paper, each pixel where it is."""

import base64
import io

import numpy as np
from PIL import Image, ImageColor

from mnistlab.figures.ink import INK_COLOR, PAPER, ink_palette, ink_source
from mnistlab.figures.statistics import braille


def test_a_digit_is_a_png_of_its_pixels_from_paper_to_ink():
    image = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    image[0, :2] = 0, 255
    address = ink_source(image)
    assert len(address) < 3000, "small enough to be part of a page"
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert tuple(pixels[0, 0]) == ImageColor.getrgb(PAPER)
    assert tuple(pixels[0, 1]) == ImageColor.getrgb(INK_COLOR)
    assert np.array_equal(pixels, ink_palette()[image])


def test_more_ink_is_darker():
    assert (np.diff(ink_palette().astype(int).sum(axis=1)) <= 0).all()


def test_braille_shows_the_dots_of_the_image():
    image = np.zeros((28, 28), np.uint8)
    image[2, 4] = 255  # first dot of the first character
    image[5, 5] = 255  # last dot of the first character
    image[25, 23] = 255  # last dot of the last character
    lines = braille(image).split("\n")
    assert lines[0] == chr(0x2800 + 0x01 + 0x80)
    assert lines[1:5] == [""] * 4
    assert lines[5] == "\u2800" * 9 + chr(0x2880)
