"""Data: the digits that the lab draws itself, from the strokes of one form to forty ways of writing it."""

import streamlit as st

from mnistlab.figures.preprocessing import draw_strokes
from mnistlab.figures.sketch import INK, ink_levels
from mnistlab.figures.tiles import sheet
from mnistlab.handwriting import pen_path, variations
from mnistlab.ui.data.seed import draw_seed
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.sketch import show_sketch
from mnistlab.writing.splines import DOTS
from mnistlab.writing.strokes import TEMPLATES

WRITTEN = 40
COLUMNS = 10
FIRST = 4  # the digit that is shown first


def draw_drawn(lab: Lab) -> None:
    """Say what the generated digits are and how they are made; open where they are in use."""
    in_use = lab.dataset.name != "MNIST"
    st.subheader("One template, forty variations" if in_use else "If MNIST cannot be had", anchor=False)
    forms = sum(len(templates) for templates in TEMPLATES.values())
    st.markdown(
        ("These digits are" if in_use else "The lab also works without the internet, on digits that are")
        + f" drawn by the lab itself. They are not MNIST, and no image of it is in them: {forms} forms of "
        "the ten digits were set down by hand as strokes, as people of different countries write them. A "
        "pen then follows the strokes, straying, slanting, stretching and pressing as a hand does, and "
        "the ink is framed in 28 × 28 pixels exactly as your own drawing is on the Predict page."
    )
    draw_forms()


@st.fragment
def draw_forms() -> None:
    """Draw one form of a digit, stroke by stroke, and forty ways in which it is written."""
    digit, form, seed = draw_controls()
    template = TEMPLATES[digit][form]
    left, right = st.columns([3, 7], gap="large")
    with left:
        upto = st.slider(
            "How far the pen has come",
            1,
            DOTS,
            value=DOTS,
            key="data_form_upto",
            persist_state="session",
            help="The strokes in the order of writing; the numbers say where each begins.",
        )
        show_sketch(
            draw_strokes(pen_path(digit, form), upto, f"The template: {template.name}"), "data_strokes"
        )
        show_sketch(
            draw_strokes(pen_path(digit, form, seed), upto, "As the first variation is written"),
            "data_strokes_varied",
        )
    with right:
        show_sketch(
            sheet(
                ink_levels(variations(digit, form, WRITTEN, seed)),
                INK,
                COLUMNS,
                "variation {number}",
                {"number": range(1, WRITTEN + 1)},
                title=f"{template.name.capitalize()}, written {WRITTEN} times",
                alt=f"{template.name.capitalize()}, written {WRITTEN} times in different hands.",
                tile=60,
            ),
            "data_variations",
        )
        st.caption(
            f"The lab knows {len(TEMPLATES[digit])} forms of the {digit}; {share_of(digit, form):.0%} of its "
            f"{digit}s have this one. One digit in 25 is written with much less care than the others, as in "
            "life."
        )


def draw_controls() -> tuple[int, int, int]:
    """Draw the choice of digit, form and seed, and return them."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="row_data_form"):
        digit = st.segmented_control(
            "Digit",
            list(range(10)),
            default=FIRST,
            required=True,
            wrap=True,
            key="data_form_digit",
            persist_state="session",
        )
        names = [template.name for template in TEMPLATES[digit]]
        form = st.selectbox("Form", names, key=f"data_form_{digit}", persist_state="session", width=180)
        seed = draw_seed(
            "data_form_seed", "Seed of the writers", "Write again", "Forty others: the next seed."
        )
    return digit, names.index(form), seed


def share_of(digit: int, form: int) -> float:
    """Return which share of a digit's images has this form."""
    shares = [template.share for template in TEMPLATES[digit]]
    return shares[form] / sum(shares)
