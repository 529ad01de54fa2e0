"""Ink on paper: the colors of digits, and pictures as a PNG that contains itself, to be part of a page."""

import base64
import io

import numpy as np
from PIL import Image, ImageColor

# On a dark page too.
PAPER = "#F4F1EA"
INK_COLOR = "#1B1C22"


def rgb(color: str) -> np.ndarray:
    """Return red, green and blue of `#rrggbb`, 0..255, (3,)."""
    return np.array(ImageColor.getrgb(color), float)


def ink_palette() -> np.ndarray:
    """Return the colors of the pixel values from 0, paper, to 255, ink: uint8, (256, 3)."""
    return mixed(rgb(PAPER), rgb(INK_COLOR), np.linspace(0, 1, 256)).round().astype(np.uint8)


def mixed(ground: np.ndarray, color: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return colors, (..., 3), that lie so far from one to another; the share is 0..1, (...)."""
    return ground + (color - ground) * share[..., None]


def ink_source(image: np.ndarray) -> str:
    """Return a digit, uint8 (height, width), in ink on paper, as the address of a PNG."""
    picture = Image.fromarray(image)
    picture.putpalette(ink_palette().tobytes())
    return png_source(picture)


def png_source(picture: Image.Image) -> str:
    """Return a picture as the address of a PNG that contains itself."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
