"""Pictures from files: what may come in, and how it becomes an array of colors."""

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10_000_000
MAX_PIXELS = 20_000_000
FORMATS = ("PNG", "JPEG")


class PictureError(ValueError):
    """A file that cannot be read as a picture; the sentence says what must be how."""


def read_picture(data: bytes) -> np.ndarray:
    """Return the picture in a PNG or JPEG file, turned as its camera meant it.

    Args:
        data: The file's bytes; its name plays no part.

    Returns:
        uint8, (height, width, 4); transparency is kept, for `drawing.frame` to lay on paper.

    Raises:
        PictureError: The file is too large, has too many pixels or is no such picture.
    """
    if len(data) > MAX_BYTES:
        raise PictureError(f"A picture must have at most 10 MB. Got {len(data) / 1e6:,.1f} MB.")
    try:
        # The size stands in the header: what is too large is refused before anything is unpacked.
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise PictureError(
                    f"A picture must have at most 20 megapixels. Got {width:,} x {height:,} pixels."
                )
            return np.asarray(eight_bits(ImageOps.exif_transpose(picture)).convert("RGBA"))
    except PictureError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise PictureError("A picture must be a PNG or JPEG file. Got something else.") from None
    except Exception as error:  # Pillow's decoders raise many kinds for damaged files
        raise PictureError("A picture must be a whole PNG or JPEG file. Got a damaged one.") from error


def eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture of 16 bits per pixel with 8; Pillow by itself would clip, not scale."""
    if not picture.mode.startswith("I"):
        return picture
    return Image.fromarray((np.asarray(picture, dtype=np.uint32) >> 8).astype(np.uint8))
