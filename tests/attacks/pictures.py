"""Files in the place of a picture: others, damaged ones, and small ones that would unpack to gigabytes."""

import io
import struct
import zlib
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

HEIC = Path(__file__).with_name("seven.heic")  # `seven(mode="RGB")`, as an iPhone would store it

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><image href='http://127.0.0.1/x.png'/></svg>"


def as_file(picture, kind="PNG", **options):
    """Return a picture as the bytes of a file."""
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
    """Return a part of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_declaring(width, height, depth=8, color=0):
    """A PNG of a few hundred bytes that says it is so large."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@cache
def whole_bomb(width=20_000, height=20_000):
    """A whole PNG of 50 kB with 400 million pixels, or fewer, none of them missing."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    rows = zlib.compress(bytes(height * (1 + -(-width // 8))), 9)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def with_chunk(name, body):
    """A good PNG with one more part behind its header."""
    plain = as_file(seven())
    return plain[:33] + chunk(name, body) + plain[33:]


def with_scans(count):
    """A progressive JPEG whose last scan comes so many times more."""
    data = as_file(seven(), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : data.rindex(b"\xff\xd9")]
    return data[:-2] + count * scan + b"\xff\xd9"


def declaring(kind, place, width, height, size):
    """A good file of a kind whose header says another width and height, of so many bytes each."""
    data = bytearray(as_file(seven(), kind))
    for number, pixels in enumerate((width, height)):
        data[place + number * size : place + (number + 1) * size] = pixels.to_bytes(size, "little")
    return bytes(data)


def animated_gif():
    """Three pictures in one GIF."""
    return as_file(seven(), "GIF", save_all=True, append_images=[seven(size=300, ink=n) for n in (60, 90)])


OTHERS = {
    "nothing": lambda: b"",
    "a sentence": lambda: b"not a picture",
    "a page of a portal": lambda: b"<html><body><img src='http://127.0.0.1/x.png'></body></html>",
    "an SVG": lambda: SVG,
    "a PDF": lambda: as_file(seven(), "PDF"),
    "a TIFF": lambda: as_file(seven(), "TIFF"),
    "an EPS, which Pillow would hand to another program": lambda: as_file(seven(), "EPS"),
    "the first eight bytes of a PNG": lambda: b"\x89PNG\r\n\x1a\n",
    "a zip": lambda: b"PK\x03\x04" + bytes(1000),
}

DAMAGED = {
    "a PNG cut short": lambda: as_file(seven())[:200],
    "a JPEG cut short": lambda: as_file(seven(), "JPEG")[:600],
    "a PNG without pixels": lambda: png_declaring(300, 0),
    "a PNG of too few pixels": lambda: png_declaring(4000, 4000),
}

BOMBS = {
    "50 megapixels and a few more": lambda: whole_bomb(10_000, 5001),
    "90 megapixels": lambda: whole_bomb(9500, 9500),
    "3.6 gigapixels": lambda: png_declaring(60_000, 60_000),
    "the largest that a PNG can be": lambda: png_declaring(2**31 - 1, 2**31 - 1),
    "400 megapixels in 50 kB": whole_bomb,
    "more than 25 MB": lambda: bytes(25_000_001),
    "a GIF of 3.6 gigapixels": lambda: declaring("GIF", 6, 60_000, 60_000, 2),
    "a BMP of 3.6 gigapixels": lambda: declaring("BMP", 18, 60_000, 60_000, 4),
    "a WebP of 51 megapixels": lambda: as_file(Image.new("1", (16_383, 3100)).convert("RGB"), "WEBP"),
    "200 scans": lambda: with_scans(200),
    "text that unpacks to 100 MB": lambda: with_chunk(
        b"zTXt", b"Comment\0\0" + zlib.compress(bytes(10**8), 9)
    ),
}

REFUSED = {
    f"{part}: {kind}": build
    for part, kinds in {"no picture": OTHERS, "damaged": DAMAGED, "a bomb": BOMBS}.items()
    for kind, build in kinds.items()
}


def turned_by_exif(number):
    """A JPEG that says how it is to be turned."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = number, "<b>a description</b>"
    return as_file(seven(), "JPEG", exif=exif)


# Rare, but pictures.
HARMLESS = {
    "one pixel": lambda: as_file(Image.new("L", (1, 1))),
    "10,000 x 1": lambda: as_file(Image.new("L", (10_000, 1))),
    "1 x 10,000": lambda: as_file(Image.new("L", (1, 10_000))),
    "CMYK": lambda: as_file(seven().convert("CMYK"), "JPEG"),
    "16 bits": lambda: as_file(seven().convert("I;16")),
    "a palette": lambda: as_file(seven().convert("P")),
    "opacity": lambda: as_file(seven().convert("LA")),
    "nothing but transparency": lambda: as_file(Image.new("RGBA", (300, 300))),
    "EXIF": lambda: turned_by_exif(6),
    "EXIF with a turn that is none": lambda: turned_by_exif(99),
    "an animation": lambda: as_file(seven(), save_all=True, append_images=[seven(size=300, ink=90)]),
    "50 megapixels": lambda: as_file(Image.new("L", (10_000, 5000))),
    "an animated GIF": animated_gif,
    "a BMP": lambda: as_file(seven(), "BMP"),
    "a WebP": lambda: as_file(seven(), "WEBP"),
    "a HEIC": lambda: HEIC.read_bytes(),
    "a profile that is none": lambda: with_chunk(b"iCCP", b"x\0\0" + zlib.compress(b"no profile")),
}
