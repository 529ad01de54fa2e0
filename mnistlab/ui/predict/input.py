"""What the network is asked about: a drawing, a test image, one of its errors, a picture from a file."""

import random
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from PIL import Image

from mnistlab.analysis.decision import worst_mistakes
from mnistlab.data.framing import stages
from mnistlab.data.image_loading import MAX_BYTES, PictureError, averaged, read_picture
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
    "picture": ("Show it a picture.", "As soon as there is one, the network predicts what it is."),
    "mistakes": ("No errors.", "Ask about something else."),
}
NUM_MISTAKES = 16
INDEX = "predict_test_index"  # widget
UPLOAD = "predict_file"  # widget
CAMERA = "predict_camera"  # widget
PICTURES = "predict_pictures_asked"  # session state: those of the last upload
JUST_TAKEN = "predict_pictures_taken"  # session state: whether that was just now
MAX_PICTURES = 20  # at once
TOO_MUCH = f"All pictures of an upload must have at most {MAX_HELD_BYTES // 2**20} MB together. Got more."
MISTAKE = "predict_mistake"  # session state: place of the one that was clicked


class Asked(NamedTuple):
    """One image on its way to the network."""

    framed: np.ndarray  # (28, 28) uint8, as the network is to read it
    boxed: np.ndarray | None = None  # (20, 20) uint8, the stage before, where there was one
    sheet: np.ndarray | None = None  # the whole picture, small if it was a file, where it was framed here
    truth: int | None = None  # its label, where it is known


class Picture(NamedTuple):
    """A picture from a file or the camera, and what it asks; or why it asks nothing."""

    name: str  # of its file
    asked: Asked | None
    refused: str


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
    return remembered("predict_drawing", (pixels,), lambda: framed(pixels))


def framed(pixels: np.ndarray | None) -> Asked | None:
    """Return a picture framed as MNIST framed its digits; None without ink."""
    found = None if pixels is None else stages(pixels)
    return None if found is None else Asked(found.framed, found.boxed, pixels)


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
        "Photographs or scans of one digit each, PNG or JPEG",
        type=["png", "jpg", "jpeg"],
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 1_000_000,
        key=widget_key(UPLOAD),
        on_change=take_pictures,
        args=(UPLOAD,),
        help=f"**Pictures**: dark on light or light on dark, up to 10 MB and 20 megapixels each; at most "
        f"{MAX_PICTURES} at once, of {MAX_HELD_BYTES // 2**20} MB together. They are not stored.",
    )
    draw_camera()
    pictures: list[Picture] = st.session_state.get(PICTURES, [])
    if is_back:  # what was refused is long gone
        pictures = st.session_state[PICTURES] = [picture for picture in pictures if picture.asked]
    if not pictures:
        st.caption("Pen on paper works well: one digit, and nothing else in the picture.")
        return None
    place = 0
    if len(pictures) > 1:
        framed_images = [picture.asked and picture.asked.framed for picture in pictures]
        place = choose_picture([picture.name for picture in pictures], framed_images)
    asked = pictures[place].asked
    if asked is None:
        st.warning(pictures[place].refused)
    elif asked.sheet is not None:
        st.image(asked.sheet, "Your picture as it came", width=SIDE, alt="Your picture")
    return asked


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
        Picture("–", None, TOO_MUCH) if file is None else Picture(file.name, *framed_file(file.getvalue()))
        for file in files[:MAX_PICTURES]
    ]
    st.session_state[JUST_TAKEN] = widget == UPLOAD
    renew(TABLE)


def framed_file(data: bytes) -> tuple[Asked | None, str]:
    """Return what a file asks, with a small copy of it; or None and why it asks nothing."""
    try:
        picture = read_picture(data)
    except PictureError as error:
        return None, str(error)
    if asked := framed(picture):
        return asked._replace(sheet=np.asarray(averaged(Image.fromarray(picture), SIDE))), ""
    return None, "There is no ink in this picture: nothing in it differs from its border."
