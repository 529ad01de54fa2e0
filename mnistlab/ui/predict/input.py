"""What the network is asked about: a drawing, a test image, one of its errors, a picture from a file."""

import random
from typing import NamedTuple
from urllib.parse import urlsplit

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
from mnistlab.ui.predict.pictures import TABLE, choose_picture
from mnistlab.ui.uploads import MAX_HELD_BYTES, taken_in
from mnistlab.ui.widgets import choose, entered, give, keep, kept, renew, show_in, widget_key

SOURCES = {
    "draw": "Your drawing",
    "test": "A test image",
    "mistakes": "Most confident errors",
    "picture": "Your pictures",
}
INVITATIONS = {  # what to do where there is nothing to read yet, and what comes of it
    "draw": ("Draw a digit.", "As soon as there is ink, the network predicts what it is."),
    "picture": ("Show it a digit.", "As soon as there is one, the network predicts what it is."),
    "mistakes": ("No errors.", "Ask about something else."),
}
NUM_MISTAKES = 16
INDEX = "predict_test_index"  # widget
UPLOAD = "predict_file"  # widget
CAMERA = "predict_camera"  # widget
PICTURES = "predict_pictures_asked"  # session state: those of the last upload
JUST_TAKEN = "predict_pictures_taken"  # session state: whether that was just now
DIGIT = "predict_digit"  # session state: place of the chosen one, where there are several
MAX_PICTURES = 20  # at once
TOO_MUCH = f"All pictures of an upload must have at most {MAX_HELD_BYTES // 2**20} MB together. Got more."
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


class Picture(NamedTuple):
    """A picture from a file or the camera, and what it asks; or why it asks nothing."""

    name: str  # of its file
    digits: list[Asked]  # in it, the largest first
    refused: str
    sheet: np.ndarray | None = None  # small; None where it could not be unpacked


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
    digits, reason = remembered("predict_drawing", (pixels,), lambda: framed(pixels, by_pen=True))
    if reason and reason != NO_INK:
        st.caption(reason)
    return chosen_digit(digits)


def framed(pixels: np.ndarray | None, by_pen: bool = False) -> tuple[list[Asked], str]:
    """Return what each digit in a picture asks, the largest first, framed as MNIST framed its own.

    Where there is none, the second is a sentence that says why.
    """
    digits, reason = ([], NO_INK) if pixels is None else all_stages(pixels, by_pen)
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
    """Ask about pictures from files or the camera: photographs or scans of one digit each."""
    st.markdown("**Your pictures**")
    is_back = widget_key(UPLOAD) not in st.session_state and not st.session_state.pop(JUST_TAKEN, False)
    st.file_uploader(
        "Photographs or scans of a digit",
        type=list(EXTENSIONS),
        accept_multiple_files=True,
        key=widget_key(UPLOAD),
        on_change=take_pictures,
        args=(UPLOAD,),
        help=f"**Pictures**: dark on light or light on dark, up to 25 MB and 50 megapixels each; at most "
        f"{MAX_PICTURES} at once, of {MAX_HELD_BYTES // 2**20} MB together. They are not stored.",
    )
    draw_camera()
    pictures: list[Picture] = st.session_state.get(PICTURES, [])
    if is_back:  # what was refused is long gone
        pictures = st.session_state[PICTURES] = [picture for picture in pictures if picture.digits]
    if not pictures:
        st.caption("Pen on paper works well, also on squared paper and in a poor light: one digit, large.")
        return None
    place = 0
    if len(pictures) > 1:
        largest = [picture.digits[0].framed if picture.digits else None for picture in pictures]
        place = choose_picture([picture.name for picture in pictures], largest)
    _, digits, refused, sheet = pictures[place]
    if refused:
        st.warning(refused)
    if sheet is not None:
        st.image(sheet, "Your picture as it came", width=SIDE, alt="Your picture")
    return chosen_digit(digits)


def draw_camera() -> None:
    """Offer the camera where browsers give one: to pages that came over HTTPS, or from this machine."""
    url = urlsplit(st.context.url or "")
    if url.scheme != "https" and url.hostname not in ("localhost", "127.0.0.1", "::1"):
        st.caption("On a phone the button above opens the camera, too.")
    elif st.toggle("Camera", key="predict_camera_on"):
        st.camera_input("Photograph a digit", key=widget_key(CAMERA), on_change=take_pictures, args=(CAMERA,))


def take_pictures(widget: str) -> None:
    """Ask about the pictures in uploaded files, or the one that the camera took."""
    if not (files := taken_in(widget)):
        return
    st.session_state[PICTURES] = [
        Picture("–", [], TOO_MUCH) if file is None else picture_in(file.name, file.getvalue())
        for file in files[:MAX_PICTURES]
    ]
    st.session_state[JUST_TAKEN] = widget == UPLOAD
    st.session_state.pop(DIGIT, None)
    renew(TABLE)


def picture_in(name: str, data: bytes) -> Picture:
    """Return what a file asks, with a small copy of its picture."""
    try:
        pixels = read_picture(data)
    except PictureError as error:
        return Picture(name, [], str(error))
    digits, reason = framed(pixels)
    sheet = np.asarray(averaged(Image.fromarray(pixels), SIDE))
    return Picture(name, [digit._replace(sheet=sheet) for digit in digits], reason, sheet)
