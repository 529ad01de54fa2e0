"""Pictures of every kind load as they should, and frame to the same digit."""

from unittest.mock import patch

import numpy as np
import psutil
import pytest
from PIL import Image

from mnistlab.data.framing import frame
from mnistlab.data.image_loading import PictureError, read_canvas, read_picture
from tests.attacks.canvases import address_of
from tests.attacks.pictures import HEIC, animated_gif, as_file, png_declaring, seven

FRAMED = frame(np.asarray(seven().convert("RGBA")))


def same_digit(pixels):
    """Whether a picture frames to the 7, to rounding and compression."""
    framed = frame(pixels)
    return framed is not None and np.abs(framed.astype(int) - FRAMED).mean() < 6


@pytest.mark.parametrize(
    ("name", "data"),
    {
        "gray": as_file(seven()),
        "white on black": as_file(seven(255, 0)),
        "one bit": as_file(seven().convert("1")),
        "palette": as_file(seven().convert("P")),
        "gray with opacity": as_file(seven().convert("LA")),
        "colors": as_file(seven("navy", "beige", "RGB")),
        "colors with opacity": as_file(seven().convert("RGBA")),
        "16 bits": as_file(Image.fromarray(np.asarray(seven()).astype(np.uint16) * 257)),
        "interlaced": as_file(seven(), interlace=1),
        "webp": as_file(seven(), "WEBP", quality=80),
        "bmp": as_file(seven(), "BMP"),
        "gif": animated_gif(),
        "gif with opacity": as_file(seven((0, 0, 0, 255), (255, 255, 255, 0), "RGBA"), "GIF"),
        "heic": HEIC.read_bytes(),
        "long palette": as_file(seven(size=3000).convert("P")),
        "jpeg": as_file(seven(), "JPEG", quality=90),
        "progressive jpeg": as_file(seven(), "JPEG", quality=90, progressive=True),
        "cmyk jpeg": as_file(seven().convert("CMYK"), "JPEG", quality=95),
        "photograph size": as_file(seven(size=3000), "JPEG", quality=90),
    }.items(),
)
def test_every_kind_of_picture_is_the_same_digit(name, data):
    pixels = read_picture(data)
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 4
    assert same_digit(pixels), name


def test_ink_on_a_transparent_ground_is_ink_on_white():
    clear = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=Image.eval(seven(), lambda level: 255 - level))
    assert same_digit(read_picture(as_file(clear)))


def test_a_picture_is_turned_as_its_camera_meant_it():
    turned = seven().transpose(Image.Transpose.ROTATE_90)  # as a camera stores it that was held sideways
    exif = Image.Exif()
    exif[0x0112] = 6
    assert same_digit(read_picture(as_file(turned, "JPEG", exif=exif, quality=90)))
    assert same_digit(read_picture(as_file(turned, exif=exif)))
    assert not same_digit(read_picture(as_file(turned)))


def test_a_photograph_is_turned_though_it_is_averaged_first():
    turned = seven(size=3000).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("JPEG", "PNG", "WEBP"):
        assert same_digit(read_picture(as_file(turned, kind, exif=exif)))


def test_48_megapixels_of_a_phone_are_taken_and_held_small():
    data = as_file(seven(size=6928), "JPEG", quality=90)
    read_picture(data)
    before = psutil.Process().memory_info().rss
    pixels = read_picture(data)
    assert pixels.shape[0] < 1121
    assert same_digit(pixels)
    assert psutil.Process().memory_info().rss - before < 100_000_000


def test_damaged_exif_does_not_lose_the_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = bytearray(as_file(seven(), "JPEG", exif=exif, quality=90))
    place = data.index(b"Exif\0\0") + 6
    data[place : place + 8] = b"\xff" * 8
    assert read_picture(bytes(data)).shape == (300, 300, 4)


def test_long_pictures_come_back_averaged_down():
    assert read_picture(as_file(Image.new("L", (4000, 4000)))).shape == (1000, 1000, 4)
    assert read_picture(as_file(Image.new("L", (10_000, 1)))).shape == (1, 1112, 4)


def test_an_animation_is_its_first_picture():
    frames = [seven(), Image.new("L", (300, 300))]
    data = as_file(frames[0], save_all=True, append_images=frames[1:])
    assert same_digit(read_picture(data))


def test_a_canvas_comes_back_as_it_was_sent():
    pixels = read_canvas(address_of(as_file(Image.new("RGBA", (280, 306), "#F4F1EA"))), 306, 280)
    assert pixels.shape == (306, 280, 4)
    assert pixels[0, 0].tolist() == [0xF4, 0xF1, 0xEA, 255]


@pytest.mark.parametrize("size", [(306, 280), (20_000, 20_000)])
def test_a_canvas_of_another_size_is_refused_before_it_is_unpacked(size):
    unpack = patch("mnistlab.data.image_loading.read_picture", side_effect=AssertionError)
    with unpack, pytest.raises(PictureError, match="must have 280 x 306 pixels"):
        read_canvas(address_of(png_declaring(*size)), 306, 280)


def test_a_canvas_is_a_png_whatever_its_address_says():
    picture = Image.new("RGB", (280, 306), "#F4F1EA")
    with pytest.raises(PictureError, match="must come as a PNG"):
        read_canvas(address_of(as_file(picture, "JPEG")), 306, 280)
