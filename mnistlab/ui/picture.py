"""A single digit as a picture of the browser: at once there, always square, never smoothed."""

import html

import numpy as np
import streamlit as st

from mnistlab.figures.sheet import ink_palette, png_source

STYLE = "image-rendering: pixelated; display: block; max-width: 100%; aspect-ratio: 1"


def digit_picture(image: np.ndarray, alt: str, size: int) -> str:
    """Return an image, uint8 (28, 28), as HTML.

    Args:
        image: The digit.
        alt: What it is, for readers who do not see it.
        size: Width and height in px.
    """
    source = png_source(np.minimum(image, 254), ink_palette())
    return f'<img src="{source}" alt="{html.escape(alt)}" width="{size}" height="{size}" style="{STYLE}">'


def show_digit(image: np.ndarray, alt: str, size: int = 150) -> None:
    """Draw one digit."""
    st.html(digit_picture(image, alt, size))
