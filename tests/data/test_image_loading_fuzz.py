"""A thousand damaged pictures: each loads or is refused in one sentence, soon, and nothing else happens."""

import io
import time
import tracemalloc

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnistlab.data.framing import frame
from mnistlab.data.image_loading import PictureError, read_picture

SECONDS = 5.0  # for one picture; they take milliseconds on a quiet machine


def seeds():
    """Whole pictures of many kinds."""
    picture = Image.new("RGB", (120, 90), "white")
    ImageDraw.Draw(picture).line([(30, 20), (80, 25), (50, 80)], fill="black", width=9)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    kinds = [(picture.convert(mode), "PNG", {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA")]
    kinds += [
        (Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257), "PNG", {}),
        (picture, "PNG", {"exif": exif}),
        (picture, "PNG", {"interlace": 1}),
        (picture, "PNG", {"save_all": True, "append_images": [picture.rotate(9)]}),
        (picture, "JPEG", {"exif": exif}),
        (picture, "JPEG", {"progressive": True}),
        (picture.convert("CMYK"), "JPEG", {}),
        (picture.convert("L"), "JPEG", {"quality": 5}),
        (picture, "GIF", {}),
        (picture, "BMP", {}),
    ]
    for image, kind, options in kinds:
        file = io.BytesIO()
        image.save(file, kind, **options)
        yield file.getvalue()


def damaged(data, rng):
    """The bytes with some damage: flipped, cut short, stretched, doubled, overwritten with telling values."""
    data = bytearray(data)
    for _ in range(int(rng.integers(1, 6))):
        if len(data) < 4:
            return bytes(rng.integers(0, 256, 50).astype(np.uint8))
        place = int(rng.integers(0, min(len(data), rng.choice([60, 400, len(data)]))))
        match rng.integers(0, 7):
            case 0:
                data[place] ^= 1 << int(rng.integers(0, 8))
            case 1:
                del data[place:]
            case 2:
                data[place:place] = bytes(rng.integers(0, 256, int(rng.integers(1, 300))).astype(np.uint8))
            case 3:
                data[place : place + 4] = rng.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"])
            case 4:
                data += data[place:]
            case 5:
                del data[place : place + int(rng.integers(1, 40))]
            case _:
                data[place] = int(rng.integers(0, 256))
    return bytes(data)


def outcomes(count, seed):
    """How many of so many damaged pictures loaded and how many were refused; fails at anything else."""
    rng = np.random.default_rng(seed)
    whole = list(seeds())
    sentences = []
    for number in range(count):
        data = damaged(whole[number % len(whole)], rng)
        begin = time.monotonic()
        try:
            pixels = read_picture(data)
        except PictureError as error:
            sentences.append(str(error))
        else:
            assert pixels.dtype == np.uint8
            assert pixels.shape[2] == 4
            framed = frame(pixels)
            assert framed is None or framed.shape == (28, 28)
        assert time.monotonic() - begin < SECONDS, f"picture {number} of seed {seed}"
    for sentence in sentences:
        assert sentence.startswith("A ")
        assert sentence.endswith(".")
        assert len(sentence) < 120
    return count - len(sentences), len(sentences)


def test_a_thousand_damaged_pictures_load_or_are_refused():
    tracemalloc.start()
    loaded, refused = outcomes(1_000, seed=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert loaded > 50
    assert refused > 300
    assert peak < 1_000_000_000


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 11))
def test_ten_thousand_damaged_pictures_load_or_are_refused(seed):
    assert sum(outcomes(1_000, seed)) == 1_000
