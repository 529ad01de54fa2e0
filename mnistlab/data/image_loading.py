"""Pictures from strangers: what may come in, and how it becomes an array of colors."""

import base64
import binascii
import io
import warnings
from contextlib import suppress

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 25_000_000
MAX_PIXELS = 50_000_000  # 48 megapixels of a phone, and a few more
LARGEST_PICTURE = 1120  # pixels; longer pictures (photographs) are averaged down, which takes out their noise
MAX_SCANS = 40  # of a JPEG; each costs a pass over all pixels, and photographs have about ten
MAX_CANVAS_CHARACTERS = 2_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "HEIF", "GIF", "BMP")
EXTENSIONS = ("png", "jpg", "jpeg", "webp", "heic", "heif", "gif", "bmp")
KINDS = "PNG, JPEG, WebP, HEIC, GIF or BMP"
AVERAGED = ("L", "LA", "RGB", "RGBA", "CMYK")  # modes of which Pillow takes averages
PNG_ADDRESS = "data:image/png;base64,"
PNG_BEGIN = b"\x89PNG\r\n\x1a\n"  # then 8 bytes, then width and height, 4 bytes each
JPEG_SCAN = b"\xff\xda"

with suppress(ImportError):  # there are platforms without it; HEIC is then no picture
    from pi_heif import register_heif_opener

    register_heif_opener()
# Pillow warns of damage that it can live with and of sizes above our own bound: no news for the log.
warnings.filterwarnings("ignore", module="PIL")


class PictureError(ValueError):
    """A file that cannot be read as a picture; the sentence says what must be how."""


def read_picture(data: bytes) -> np.ndarray:
    """Return the picture in a file, of an animation the first, turned as its camera meant it.

    Args:
        data: The file's bytes; its name plays no part.

    Returns:
        uint8, (height, width, 4), averaged down to at most 1,120 pixels on the longer side; transparency is
        kept, for `framing.frame` to lay on paper.

    Raises:
        PictureError: The file is too large, has too many pixels or is no such picture.
    """
    if len(data) > MAX_BYTES:
        raise PictureError(f"A picture must have at most 25 MB. Got {len(data) / 1e6:,.1f} MB.")
    if data[:2] == b"\xff\xd8" and (scans := data.count(JPEG_SCAN)) > MAX_SCANS:
        raise PictureError(f"A JPEG picture must have at most {MAX_SCANS} scans. Got {scans:,}.")
    try:
        # The size stands in the header: what is too large is refused before anything is unpacked.
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise PictureError(
                    f"A picture must have at most 50 megapixels. Got {width:,} x {height:,} pixels."
                )
            # A JPEG can be unpacked at a half, a quarter or an eighth of its size, which takes as much less.
            block = -(-max(width, height) // LARGEST_PICTURE)
            picture.draft(None, (-(-width // block), -(-height // block)))
            # Averaged before anything else is made of it: of a large picture there is one copy in memory.
            return np.asarray(with_four_channels(turned(averaged(eight_bits(picture), LARGEST_PICTURE))))
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError("A picture must have at most 50 megapixels. Got many more.") from None
    except UnidentifiedImageError:
        raise PictureError(f"A picture must be a {KINDS} file. Got something else.") from None
    except Exception as error:  # Pillow's decoders raise many kinds for damaged files
        raise PictureError(f"A picture must be a whole {KINDS} file. Got a damaged one.") from error


def turned(picture: Image.Image) -> Image.Image:
    """Return the picture as its camera meant it; where that cannot be read, as it is."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # damaged EXIF raises many kinds; the pixels are good all the same
        return picture


def eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture of 16 bits per pixel with 8; Pillow by itself would clip, not scale."""
    picture.load()
    if not picture.mode.startswith("I"):
        return picture
    scaled = Image.fromarray((np.asarray(picture, dtype=np.uint32) >> 8).astype(np.uint8))
    scaled.info = picture.info
    return scaled


def with_four_channels(picture: Image.Image) -> Image.Image:
    """Return the picture as red, green, blue and opacity."""
    return picture.convert("RGB").convert("RGBA") if picture.mode == "CMYK" else picture.convert("RGBA")


def averaged(picture: Image.Image, side: int) -> Image.Image:
    """Return a picture longer than `side` averaged over square blocks, a smaller one as it is."""
    block = -(-max(picture.size) // side)
    if block == 1:
        return picture
    return (picture if picture.mode in AVERAGED else picture.convert("RGBA")).reduce(block)


def read_canvas(address: str, height: int, width: int) -> np.ndarray:
    """Return what a browser sent of a canvas.

    Args:
        address: A PNG written as an address, data:image/png;base64,...
        height: In pixels, as the canvas has it.
        width: Likewise.

    Returns:
        uint8, (height, width, 4).

    Raises:
        PictureError: It is no such picture, or one of another size.
    """
    if len(address) > MAX_CANVAS_CHARACTERS or not address.startswith(PNG_ADDRESS):
        raise PictureError("A drawing must come as a PNG of at most 1.5 MB. Got something else.")
    try:
        data = base64.b64decode(address[len(PNG_ADDRESS) :], validate=True)
    except (binascii.Error, ValueError):
        raise PictureError("A drawing must come as a PNG in base64. Got something else.") from None
    if not data.startswith(PNG_BEGIN):
        raise PictureError("A drawing must come as a PNG. Got something else.")
    wide, high = (int.from_bytes(data[place : place + 4], "big") for place in (16, 20))
    if (high, wide) == (height, width):  # another is refused before anything is unpacked
        picture = read_picture(data)
        high, wide = picture.shape[:2]
    if (high, wide) != (height, width):
        raise PictureError(f"A drawing must have {width} x {height} pixels. Got {wide:,} x {high:,}.")
    return picture
