"""What the network sees of a drawing, stage by stage, and two ways to spoil it."""

from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnistlab.data.framing import raw_resize, shift
from mnistlab.figures.preprocessing import draw_stages as drawn_stages
from mnistlab.ui.canvas import current_sheet
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.memo import remembered
from mnistlab.ui.predict.input import Asked, framed

FARTHEST = 10  # pixels
HEIGHT = 410  # px of the pictures
AS_STORED = 216  # px, where there is one


class Seen(NamedTuple):
    """What the network is to read, with the place and the words for its pictures."""

    image: np.ndarray | None  # (28, 28) uint8; None when there is nothing yet
    boxed: np.ndarray | None  # (20, 20) uint8, the stage before, where there was one
    captions: tuple[str, str]
    pictures: DeltaGenerator
    spoilers: tuple[bool, int, int]  # resized only; pixels that it is moved down, and right
    found: tuple[np.ndarray, np.ndarray] | None = None  # the picture without its paper, and the digit's ink


def draw_seen(asked: Asked | None) -> Seen:
    """Draw the controls below the stages, and return what they leave of what is asked about."""
    st.markdown("**Preprocessed input**")
    height = HEIGHT if asked is None or asked.found else AS_STORED
    pictures = st.container(height=height + 8, border=False, key="predict_stages_frame")
    raw, down, right = spoilers = draw_spoilers(asked)
    if asked is None:
        return Seen(None, None, ("", ""), pictures, spoilers)
    image, boxed, captions = chosen_stage(asked, raw)
    if down or right:
        moved = f"{'then moved' if boxed is not None else 'moved'}\n{direction(down, right)}"
        image, captions = shift(image, down, right), (captions[0], moved)
    return Seen(image, boxed, captions, pictures, spoilers, None if boxed is None else asked.found)


def moving_image(seen: Seen) -> np.ndarray | None:
    """Return what the network is to read of the sheet while the pen moves; None where it does not."""
    digits, _ = framed(current_sheet().moving, by_pen=True)
    if not digits:
        return None
    raw, down, right = seen.spoilers
    return shift(chosen_stage(digits[0], raw)[0], down, right)


def draw_stages(seen: Seen) -> None:
    """Draw the stages in their place; the answer goes first, so this comes after it."""
    with seen.pictures:
        if seen.image is None:
            st.caption(
                "The paper is taken away, whatever its color and light; what is no part of the digit is left "
                "out. Your ink is cut out, scaled into a box of 20 × 20 pixels, and placed in 28 × 28 so "
                "that its center of mass is in the middle: just as MNIST's digits were."
            )
            return
        shown = seen.image, seen.boxed, seen.captions, seen.found
        sources = seen.image, seen.boxed, seen.captions[1], seen.found and seen.found[1]
        show_sketch(
            remembered("predict_stages_figure", sources, lambda: drawn_stages(*shown)), "predict_stages"
        )


def chosen_stage(asked: Asked, raw: bool) -> tuple[np.ndarray, np.ndarray | None, tuple[str, str]]:
    """Return the image to read, the stage before it, and the words below them."""
    if raw and asked.sheet is not None:
        squeezed = remembered("predict_squeezed", (asked.sheet,), partial(raw_resize, asked.sheet))
        return squeezed, None, ("", "the whole sheet,\nresized to 28 × 28")
    if asked.boxed is None:
        return asked.framed, None, ("", "28 × 28,\nas it is stored")
    return asked.framed, asked.boxed, ("cut out, scaled\nto 20 × 20", "centered by its mass\nin 28 × 28")


def direction(down: int, right: int) -> str:
    """Say by how many pixels, and where to, an image was moved."""
    ways = (right, "right"), (-right, "left"), (down, "down"), (-down, "up")
    return ", ".join(f"{pixels} px {way}" for pixels, way in ways if pixels > 0)


def draw_spoilers(asked: Asked | None) -> tuple[bool, int, int]:
    """Draw the switch and the sliders, and return what they say."""
    raw = st.toggle(
        "Resize only",
        key="predict_raw",
        persist_state="session",
        disabled=asked is not None and asked.sheet is None,
        help="**Resize only**: the whole sheet is scaled to 28 × 28 without looking for the ink, as most "
        "demos do. Draw small and in a corner, and see what becomes of the answer.",
    )
    sides = st.columns(2, gap="small", wrap=False)
    moved = [
        side.slider(
            f"Move {name}",
            -FARTHEST,
            FARTHEST,
            value=0,
            key=f"predict_{name}",
            format="%d px",
            persist_state="session",
            help=f"**Move {name}**: the network knows digits only in the middle. A few pixels are enough to "
            "lose it.",
        )
        for side, name in zip(sides, ("right", "down"), strict=True)
    ]
    right, down = (min(max(-FARTHEST, int(pixels)), FARTHEST) for pixels in moved)
    return bool(raw), down, right
