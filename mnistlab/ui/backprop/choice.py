"""The head of the Backprop page: which image is followed, and through which state of the network."""

import hashlib

import numpy as np
import streamlit as st

from mnistlab.analysis.formatting import numeral
from mnistlab.analysis.single_image import Followed, follow, telling_image
from mnistlab.data.datasets import Split
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.network import Params
from mnistlab.figures.image_grid import digit_picture
from mnistlab.ui.architecture.case import untrained
from mnistlab.ui.backprop.case import Case, chosen_place
from mnistlab.ui.bars import bars_markup
from mnistlab.ui.digits import key_of
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.memo import remembered
from mnistlab.ui.widgets import choose, entered, give, keep, kept, once, show_in, widget_key

SOURCE_NAMES = {"test": "Test image", "train": "Training image", "drawing": "Your drawing"}
ANY = "any"  # digit
DIGITS = (ANY, *range(10))
FROM, NUMBER, DIGIT = "backprop_from", "backprop_number", "backprop_digit"  # widgets
OPENED = "backprop_opened_at"  # session state: for which network and images, and with which number
LOOKED_AT = 1_000  # images among which the first is chosen
DRAWING = "last_drawing"  # left by the Predict page: (28, 28) uint8, framed


def draw_choice(lab: Lab) -> Case:
    """Draw the choice of an image and of a network, and return what there is to follow."""
    controls, digit, answers = st.columns([1.6, 0.7, 1.15], gap="medium")
    with controls:
        trained = draw_state(lab)
        params = lab.run.params if trained else untrained(lab.run.config)
        source = draw_source()
        if source == "drawing":
            image = np.asarray(st.session_state[DRAWING])
            name, which = "your drawing", hashlib.sha256(image.tobytes()).hexdigest()[:12]
            label = draw_meaning(params, image, lab, which)
        else:
            split = getattr(lab.dataset, source)
            open_at_an_error(split, params, lab, trained, source)
            number = draw_number(split, params, lab)
            image, label = split.images[number], int(split.labels[number])
            name, which = f"{SOURCE_NAMES[source].lower()} {number:,}", str(number)
    state = f"_{lab.run.epoch}_{len(lab.run.schedule)}" if trained else ""
    network = f"{lab.run.id}{state}_{lab.dataset.name}"
    case_id = f"{network}_{source}_{which}_{label}"
    followed = remembered(
        "backprop_followed", (params, case_id), lambda: follow(image, label, params, lab.run.config)
    )
    with digit:
        show_sketch(digit_picture(image, name, 240), "backprop_digit_shown")
    with answers, st.container(key="backprop_outputs"):
        st.html(bars_markup(followed.activations[-1], label))
    draw_summary(name, followed)
    return Case(
        name=name,
        image=image,
        config=lab.run.config,
        params=params,
        followed=followed,
        place=chosen_place(followed),
        network=network,
        id=case_id,
    )


def draw_state(lab: Lab) -> bool:
    """Draw the choice between the network before and after training; return True for after."""
    epoch = lab.run.epoch
    if not epoch:
        st.caption(
            f"The network {lab.run.title} is **untrained**: a good place to begin, for the errors are "
            "large. Come back when you have trained it."
        )
        return False
    return choose(
        "Network",
        {False: "Untrained", True: f"After epoch {epoch}"},
        True,
        "backprop_trained",
        persist_state="session",
        help="**Network**: as it was before training, or as it is after its latest epoch.",
    )


def draw_source() -> str:
    """Draw the choice of where the image comes from; a drawing is offered when there is one."""
    names = dict(SOURCE_NAMES)
    if st.session_state.get(DRAWING) is None:
        del names["drawing"]
    chosen = kept(FROM)
    source = choose("Image", names, chosen if chosen in names else "test", FROM, persist_state="session")
    keep(FROM, source)
    return source or "test"  # only the browser sees to it that one is chosen


def open_at_an_error(split: Split, params: Params, lab: Lab, trained: bool, source: str) -> None:
    """Choose the first image, one with an error worth following, as long as nobody has chosen another."""
    asked = lab.run.id, trained, source, key_of(lab.dataset)
    known, number = st.session_state.get(OPENED, (None, None))
    if known == asked or entered(NUMBER) not in (None, number):
        return
    images, labels = (array[:LOOKED_AT] for array in split)
    number = telling_image(activations_of(params, images, lab.run.config), labels)
    st.session_state[OPENED] = asked, number
    show_in(NUMBER, number)


def draw_number(split: Split, params: Params, lab: Lab) -> int:
    """Draw the choice of an image by its number or by its digit; return the number."""
    last = len(split.labels) - 1
    show_in(NUMBER, min(entered(NUMBER, 0), last))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        number = st.number_input(
            "Number",
            0,
            last,
            kept(NUMBER, 0),
            step=1,
            key=widget_key(NUMBER),
            persist_state="session",
            on_change=lambda: follow_label(split),
            width=140,
        )
        st.selectbox(
            "Digit",
            DIGITS,
            DIGITS.index(kept(DIGIT, ANY)),
            key=widget_key(DIGIT),
            persist_state="session",
            on_change=lambda: go_to_first(wanted(split), entered(NUMBER, 0)),
            help="**Digit**: only images of this digit are shown.",
            width=100,
        )
    with st.container(horizontal=True, gap="small"):
        st.button("Next", **once("backprop_next", go_to_next, split))
        st.button("Random", key="backprop_random", on_click=go_to_random, args=(split,))
        st.button(
            "Misclassified",
            key="backprop_misread",
            on_click=go_to_misread,
            args=(split, params, lab.run.config),
            help="The next image that this network takes for another digit.",
        )
    return number


def draw_meaning(params: Params, image: np.ndarray, lab: Lab, which: str) -> int:
    """Draw the question which digit the drawing is meant to be: without a target there is no error.

    Another drawing, told by `which`, is asked about anew.
    """
    answer = int(activations_of(params, image[None], lab.run.config)[0].argmax())
    digit = st.pills(
        "True label",
        range(10),
        default=answer,
        key=f"backprop_meant_{which}",
        required=True,
        wrap=True,
        persist_state="session",
        help="**True label**: the digit that you meant. Without a target there is no error to carry back.",
    )
    return answer if digit is None else digit


def wanted(split: Split) -> np.ndarray:
    """Return the numbers of the images of the chosen digit, or of all."""
    digit = entered(DIGIT, ANY)
    here = np.arange(len(split.labels)) if digit == ANY else np.flatnonzero(split.labels == digit)
    return here if len(here) else np.arange(len(split.labels))


def go_to_first(numbers: np.ndarray, low: int) -> None:
    """Go to the first of these images, in order, from a number on; after the last to the first of all."""
    ahead = numbers[numbers >= low]
    give(NUMBER, int(ahead[0] if len(ahead) else numbers[0]))


def go_to_next(split: Split) -> None:
    """Go to the next image of the chosen digit."""
    go_to_first(wanted(split), entered(NUMBER, 0) + 1)


def go_to_random(split: Split) -> None:
    """Go to any image of the chosen digit."""
    give(NUMBER, int(np.random.default_rng().choice(wanted(split))))


def go_to_misread(split: Split, params, config) -> None:
    """Go to the next image, among the first 10,000, that the network takes for another digit."""
    numbers = wanted(split)
    numbers = numbers[numbers < 10_000]
    answers = activations_of(params, split.images[numbers], config).argmax(axis=1)
    wrong = numbers[answers != split.labels[numbers]]
    if len(wrong):
        go_to_first(wrong, entered(NUMBER, 0) + 1)


def follow_label(split: Split) -> None:
    """Forget the digit when a number was typed that belongs to another."""
    if entered(DIGIT, ANY) != int(split.labels[entered(NUMBER, 0)]):
        give(DIGIT, ANY)


def draw_summary(name: str, followed: Followed) -> None:
    """Say in one line what the network makes of the image, and what that costs."""
    right = followed.answer == followed.label
    reads = f"and the network reads **{followed.answer}**" + (", which is right" if right else "")
    st.markdown(
        f"{name.capitalize()} is a **{followed.label}**, {reads}. The target is $y_{{{followed.label}}} = "
        f"1$ and 0 elsewhere, so the cost is $L = \\sum_r (y_r - a_r)^2 = {numeral(followed.cost)}.$",
        help=help_of("cost"),
    )
