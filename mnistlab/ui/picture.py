"""Digits as pictures of the browser: at once there, always square, never smoothed."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnistlab.figures.ink import ink_source

STYLE = "image-rendering: pixelated; display: block; max-width: 100%; height: auto; aspect-ratio: 1"


def digit_picture(image: np.ndarray, alt: str, size: int, title: str = "") -> str:
    """Return an image, uint8 (28, 28), as HTML.

    Args:
        image: The digit.
        alt: What it is, for readers who do not see it.
        size: Width and height in px.
        title: What hovering says.
    """
    says = f' title="{html.escape(title)}"' if title else ""
    side = f'width="{size}" height="{size}"'
    return f'<img src="{ink_source(image)}" alt="{html.escape(alt)}"{says} {side} style="{STYLE}">'


def show_digit(image: np.ndarray, alt: str, size: int = 150) -> None:
    """Draw one digit."""
    st.html(digit_picture(image, alt, size))


def gallery(
    images: np.ndarray, says: Sequence[str], captions: Sequence[str] | None = None, size: int = 72
) -> str:
    """Return digits side by side, as many in a row as there is room for, as HTML.

    Args:
        images: uint8, (n, 28, 28).
        says: What hovering says of each.
        captions: A line under each; None for none.
        size: Least width of one in px.
    """
    figures = (
        f"<figure>{digit_picture(image, words, size, words)}"
        + (f"<figcaption>{html.escape(captions[place])}</figcaption>" if captions else "")
        + "</figure>"
        for place, (image, words) in enumerate(zip(images, says, strict=True))
    )
    columns = f"grid-template-columns: repeat(auto-fill, minmax({size}px, 1fr))"
    return f'<div class="gallery" style="{columns}">{"".join(figures)}</div>'
