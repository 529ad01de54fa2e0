"""What the network is asked about: a drawing, a test image, one of its errors, a picture from a file."""

import random
from typing import NamedTuple

import numpy as np
import streamlit as st
from PIL import Image

from mnistlab.analysis.decision import worst_mistakes
from mnistlab.data.framing import all_stages
from mnistlab.data.image_loading import EXTENSIONS, PictureError, averaged, read_picture
from mnistlab.data.segmentation import NO_INK
from mnistlab.figures.html_figure import INK, ink_levels
from mnistlab.figures.image_grid import digit_picture, named_tiles
from mnistlab.ui.canvas import SIDE, draw_canvas
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import remembered
from mnistlab.ui.predict.answer import test_activations
from mnistlab.ui.uploads import taken_in
from mnistlab.ui.widgets import choose, entered, give, keep, kept, show_in, widget_key

SOURCES = {
    "draw": "Your drawing",
    "test": "A test image",
    "mistakes": "Most confident errors",
    "picture": "A picture from a file",
}
INVITATIONS = {"draw": "Draw a digit.", "picture": "Show it a picture."}
NUM_MISTAKES = 16
INDEX = "predict_test_index"  # widget
UPLOAD = "predict_file"  # widget
PICTURE = "predict_picture"  # session state: what the digits in the last file ask, and why none does
DIGIT = "predict_digit"  # session state: place of the chosen one, where there are several
STAGE_SIDE = 140  # px of the pictures of the stages
NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}
MISTAKE = "predict_mistake"  # session state: place of the one that was clicked


class Asked(NamedTuple):
    """One image on its way to the network."""

    framed: np.ndarray  # (28, 28) uint8, as the network is to read it
    boxed: np.ndarray | None = None  # (20, 20) uint8, the stage before, where there was one
    sheet: np.ndarray | None = None  # the whole picture, small if it was a file, where it was framed here
    truth: int | None = None  # its label, where it is known
    found: tuple[np.ndarray, np.ndarray] | None = None  # small: without its paper; this digit's ink


def draw_source() -> str:
    """Draw the choice of what is asked about, and return it."""
    options = {"persist_state": "session", "label_visibility": "collapsed"}
    return choose("What the network is asked about", SOURCES, "draw", "predict_source", **options)


def draw_input(lab: Lab, source: str) -> Asked | None:
    """Draw what is asked about, and return it; None when there is nothing yet."""
    asks = {"test": ask_test_image, "mistakes": ask_mistake, "picture": ask_picture}
    with st.container(width=SIDE, gap="small", key="predict_input"):
        return asks.get(source, ask_drawing)(lab)


def ask_drawing(lab: Lab) -> Asked | None:
    """Ask about a drawing; the last one is not framed twice."""
    st.markdown("**Draw here**")
    pixels = draw_canvas()
    digits, reason = remembered("predict_drawing", (pixels,), lambda: framed(pixels))
    if reason and reason != NO_INK:
        st.caption(reason)
    return chosen_digit(digits)


def framed(pixels: np.ndarray | None) -> tuple[list[Asked], str]:
    """Return what each digit in a picture asks, the largest first, framed as MNIST framed its own.

    Where there is none, the second is a sentence that says why.
    """
    digits, reason = ([], NO_INK) if pixels is None else all_stages(pixels)
    return [
        Asked(each.framed, each.boxed, pixels, found=(small(each.contrast), small(each.ink)))
        for each in digits
    ], reason


def small(picture: np.ndarray) -> np.ndarray:
    """Return a gray picture as small as it is shown among the stages."""
    return np.asarray(averaged(Image.fromarray(picture), STAGE_SIDE))


def chosen_digit(digits: list[Asked]) -> Asked | None:
    """Return the only digit, or draw several and return the one that is chosen."""
    if len(digits) < 2:
        st.session_state.pop(DIGIT, None)
        return digits[0] if digits else None
    place = min(st.session_state.get(DIGIT, 0), len(digits) - 1)
    st.markdown(f"**{NUMBERS[len(digits)]} digits? Choose one.**")
    names = [f"digit {number}" for number in range(1, len(digits) + 1)]
    tiles = named_tiles(
        ink_levels(np.stack([digit.framed for digit in digits])),
        INK,
        names,
        names,
        max(4, len(digits)),
        picks=range(len(digits)),
        chosen=place,
        alt=f"{len(digits)} digits, the largest first; the network reads number {place + 1}.",
        tile=56,
    )
    show_sketch(tiles, "predict_digits", lambda place: st.session_state.update({DIGIT: place}))
    return digits[place]


def ask_test_image(lab: Lab) -> Asked:
    """Ask about a test image, chosen by its number or at random."""
    st.markdown("**One of the test images**")
    test = lab.dataset.test
    last = len(test.labels) - 1
    show_in(INDEX, min(entered(INDEX, 0), last))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        index = st.number_input(
            f"Number, 0 to {last:,}",
            0,
            last,
            kept(INDEX, 0),
            step=1,
            key=widget_key(INDEX),
            persist_state="session",
        )
        st.button("Another", key="predict_another", on_click=choose_any, args=(last,))
    keep(INDEX, index)
    return asked_of(test.images[index], int(test.labels[index]), f"Test image {index:,}")


def choose_any(last: int) -> None:
    """Choose a test image at random."""
    give(INDEX, random.randint(0, last))


def asked_of(image: np.ndarray, label: int, title: str) -> Asked:
    """Draw an image of the data set and ask about it as it is: it was framed when the data were made."""
    show_sketch(digit_picture(image, title, SIDE), "predict_shown")
    st.caption(f"{title}. Its label says {label}.")
    return Asked(image, truth=label)


def ask_mistake(lab: Lab) -> Asked | None:
    """Ask about one of the test images that the network reads wrong, the surest wrong answers first."""
    st.markdown("**Most confident errors**")
    test = lab.dataset.test
    activations = test_activations(lab)
    worst = worst_mistakes(activations, test.labels, NUM_MISTAKES)
    if not worst.size:
        st.markdown("There are none: the test accuracy is 100%.")
        return None
    answers = activations[worst].argmax(axis=1)
    captions = [f"{label}→{answer}" for label, answer in zip(test.labels[worst], answers, strict=True)]
    place = min(st.session_state.get(MISTAKE, 0), len(worst) - 1)
    index = int(worst[place])
    show_sketch(
        named_tiles(
            ink_levels(test.images[worst]),
            INK,
            captions,
            captions,
            4,
            picks=range(len(worst)),
            chosen=place,
            alt=f"{len(worst)} misclassified digits, true label → prediction: {', '.join(captions)}.",
            tile=56,
        ),
        "predict_mistakes",
        lambda place: st.session_state.update({MISTAKE: place}),
    )
    st.caption(
        f"True label → prediction, the most confident first. Asked: test image {index:,}; click another."
    )
    return Asked(test.images[index], truth=int(test.labels[index]))


def ask_picture(lab: Lab) -> Asked | None:
    """Ask about a picture from a file: a photograph or a scan of one digit."""
    st.markdown("**Your picture**")
    st.file_uploader(
        "A photograph or scan of a digit",
        type=list(EXTENSIONS),
        key=widget_key(UPLOAD),
        on_change=take_picture,
        help="**Picture**: dark on light or light on dark, up to 25 MB and 50 megapixels. It is not stored.",
    )
    digits, sentence = st.session_state.get(PICTURE, ([], ""))
    if sentence:
        st.warning(sentence)
    elif not digits:
        st.caption("Pen on paper works well, also on squared paper and in a poor light: one digit, large.")
    else:
        st.image(digits[0].sheet, width=SIDE)
    return chosen_digit(digits)


def take_picture() -> None:
    """Ask about the picture in an uploaded file."""
    data = taken_in(UPLOAD)
    if data is not None:
        st.session_state[PICTURE] = framed_file(data)
        st.session_state.pop(DIGIT, None)


def framed_file(data: bytes) -> tuple[list[Asked], str]:
    """Return what the digits in a file ask, with a small copy of it; or none and why."""
    try:
        picture = read_picture(data)
    except PictureError as error:
        return [], str(error)
    digits, reason = framed(picture)
    sheet = np.asarray(averaged(Image.fromarray(picture), SIDE))
    return [digit._replace(sheet=sheet) for digit in digits], reason
