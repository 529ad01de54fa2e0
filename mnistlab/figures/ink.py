"""Ink on paper: digits as a PNG that contains itself, small enough to be part of the page."""

import base64
import struct
import zlib

import numpy as np

# On a dark page too.
PAPER = "#F4F1EA"
INK_COLOR = "#1B1C22"


def tiled(images: np.ndarray, columns: int, gap: int, fill: int = 0) -> np.ndarray:
    """Return pictures laid out row by row with a gap between them.

    Args:
        images: (n, height, width).
        columns: Pictures in a row.
        gap: Pixels between them.
        fill: Value of the gap and of places that stay empty.

    Returns:
        (rows * (height + gap) - gap, columns * (width + gap) - gap), of the images' type.
    """
    count, height, width = images.shape
    rows = max(1, -(-count // columns))
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap)
    sheet = np.full(shape, fill, images.dtype)
    for index, image in enumerate(images):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = image
    return sheet


def png_source(levels: np.ndarray, palette: np.ndarray) -> str:
    """Return an image as the address of a PNG that contains itself.

    Args:
        levels: Numbers of colors, uint8, (height, width).
        palette: Red, green, blue, opacity of at most 256 colors, uint8, (n, 4).
    """
    height, width = levels.shape
    lines = np.hstack([np.zeros((height, 1), np.uint8), levels])  # each line begins with its filter: none
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette[:, :3].tobytes()),
        (b"tRNS", palette[:, 3].tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    ]
    chunks = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    ]
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()


def rgb(color: str) -> np.ndarray:
    """Return red, green and blue of `#rrggbb`, 0..255, (3,)."""
    return np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)], float)


def ink_palette() -> np.ndarray:
    """Return the colors from paper to ink for 0..254; the last, 255, is transparent: no paper at all."""
    share = np.linspace(0, 1, 255)[:, None]
    colors = np.hstack([rgb(PAPER) * (1 - share) + rgb(INK_COLOR) * share, np.full((255, 1), 255.0)])
    return np.vstack([colors.round(), [[255, 255, 255, 0]]]).astype(np.uint8)
