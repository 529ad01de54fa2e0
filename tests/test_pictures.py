"""Pictures from strangers: each kind loads as it should or is refused with one clear sentence."""

import base64
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnistlab.drawing import frame
from mnistlab.pictures import PictureError, read_canvas, read_picture


def as_file(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def seven(ink=0, paper=255, mode="L", size=300):
    """A 7 in one color on another."""
    picture = Image.new(mode, (size, size), paper)
    brush = ImageDraw.Draw(picture)
    third = size // 3
    brush.line(
        [(third, third), (2 * third, third), (third + third // 3, 2 * third + third // 2)],
        fill=ink,
        width=size // 14,
    )
    return picture


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_declaring(width, height, depth=8, color=0):
    """A PNG of a few hundred bytes that says it is so large."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


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


def test_damaged_exif_does_not_lose_the_picture():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = bytearray(as_file(seven(), "JPEG", exif=exif, quality=90))
    place = data.index(b"Exif\0\0") + 6
    data[place : place + 8] = b"\xff" * 8
    assert read_picture(bytes(data)).shape == (300, 300, 4)


def test_long_pictures_come_back_averaged_down():
    assert read_picture(as_file(Image.new("L", (4000, 4000)))).shape == (2000, 2000, 4)
    assert read_picture(as_file(Image.new("L", (10_000, 1)))).shape == (1, 2000, 4)


@pytest.mark.parametrize("size", [(1, 1), (10_000, 1), (1, 10_000), (2, 3)])
def test_odd_sizes_load_and_frame(size):
    framed = frame(read_picture(as_file(Image.new("L", size))))
    assert framed is None or framed.shape == (28, 28)


def test_an_animation_is_its_first_picture():
    frames = [seven(), Image.new("L", (300, 300))]
    data = as_file(frames[0], save_all=True, append_images=frames[1:])
    assert same_digit(read_picture(data))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "must be a PNG or JPEG file"),
        (b"not a picture", "must be a PNG or JPEG file"),
        (b"\x89PNG\r\n\x1a\n", "must be a PNG or JPEG file"),
        (as_file(seven(), "GIF"), "must be a PNG or JPEG file"),
        (as_file(seven(), "BMP"), "must be a PNG or JPEG file"),
        (as_file(seven(), "TIFF"), "must be a PNG or JPEG file"),
        (as_file(seven(), "WEBP"), "must be a PNG or JPEG file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "must be a PNG or JPEG file"),
        (as_file(seven())[:200], "must be a whole PNG or JPEG file"),
        (as_file(seven(), "JPEG")[:600], "must be a whole PNG or JPEG file"),
        (png_declaring(5000, 4001), "at most 20 megapixels. Got 5,000 x 4,001"),
        (png_declaring(9500, 9500), "at most 20 megapixels"),
        (png_declaring(60_000, 60_000), "at most 20 megapixels"),
        (png_declaring(2**31 - 1, 2**31 - 1), "at most 20 megapixels"),
        (png_declaring(4000, 4000), "must be a whole PNG or JPEG file"),
        (bytes(10_000_001), "at most 10 MB. Got 10.0 MB"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused_in_one_sentence(data, sentence):
    with pytest.raises(PictureError, match=sentence):
        read_picture(data)


def test_a_jpeg_of_very_many_scans_is_refused_before_it_is_unpacked():
    data = as_file(seven(), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : data.rindex(b"\xff\xd9")]
    with pytest.raises(PictureError, match="at most 100 scans"):
        read_picture(data[:-2] + 200 * scan + b"\xff\xd9")


def test_a_png_whose_text_unpacks_to_a_gigabyte_is_refused():
    plain = as_file(seven())
    bomb = zlib.compress(bytes(100_000_000), 9)
    text = chunk(b"zTXt", b"Comment\0\0" + bomb)
    with pytest.raises(PictureError):
        read_picture(plain[:33] + text + plain[33:])


def address_of(picture, kind="PNG"):
    return "data:image/png;base64," + base64.b64encode(as_file(picture, kind)).decode()


def test_a_canvas_comes_back_as_it_was_sent():
    pixels = read_canvas(address_of(Image.new("RGBA", (280, 306), "#F4F1EA")), 306, 280)
    assert pixels.shape == (306, 280, 4)
    assert pixels[0, 0].tolist() == [0xF4, 0xF1, 0xEA, 255]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hello",
        "data:image/png;base64,",
        "data:image/png;base64,!!!!",
        "data:image/png;base64,aGVsbG8=",
        "data:image/jpeg;base64,aGVsbG8=",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "http://127.0.0.1/picture.png",
        address_of(Image.new("RGBA", (280, 280))),
        address_of(Image.new("RGBA", (1, 1))),
        address_of(Image.new("RGBA", (306, 280))),
        "data:image/png;base64," + base64.b64encode(png_declaring(60_000, 60_000)).decode(),
        "data:image/png;base64," + "A" * 3_000_000,
        "data:image/png;base64,Ä",
    ],
)
def test_a_canvas_that_is_none_is_refused(address):
    with pytest.raises(PictureError):
        read_canvas(address, 306, 280)
