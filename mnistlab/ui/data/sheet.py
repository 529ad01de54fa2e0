"""Data: sixteen digits drawn at random, one of them open as a picture and as the numbers it consists of."""

import numpy as np
import streamlit as st

from mnistlab.analysis.decision import a_digit
from mnistlab.data.datasets import Split
from mnistlab.figures.html_figure import INK, Sketch, ink_levels
from mnistlab.figures.image_grid import named_tiles
from mnistlab.figures.ink import ink_palette
from mnistlab.figures.statistics import FULL_INK
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_digit, show_sketch
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.widgets import choose, entered, give, keep, kept, once, widget_key

SHOWN = 16
SPLITS = {"train": "Training", "test": "Test"}
ALL = "all"
KINDS: dict[str | int, str] = {ALL: "All", **{digit: str(digit) for digit in range(10)}}
FIRST_SEED, LARGEST_SEED = 123, 2**32 - 1
BLACK, WHITE = "#000", "#FFF"
WHITE_ABOVE = 149  # pixel value from which white is easier to read on its gray than black
GRAYS = ink_palette().tolist()
OPENED = "data_opened"  # session state: which sheet, and the image opened on it


@st.fragment
def draw_sheet(lab: Lab) -> None:
    """Draw the controls, the sheet, and the open digit beside it."""
    st.subheader("Sample images", anchor=False)
    split_name, kind, seed = draw_controls()
    split = getattr(lab.dataset, split_name)
    chosen = drawn(split, kind, seed)
    if not len(chosen):
        st.info(f"There is no {kind} among these digits. Choose another one.")
        return
    sheet = (lab.dataset.name, len(split.images), split_name, kind, seed)
    opened = opened_on(sheet, chosen)
    with st.container(key="data_pair"):
        left, right = st.columns([4, 7], gap="medium")
    with left:
        draw_grid(split, chosen, sheet, opened)
        draw_picture(split, opened, SPLITS[split_name])
    with right:
        label = split.labels[opened]
        st.markdown(f"**The same {label}, as the computer has it**")
        show_sketch(Sketch(pixel_table(split.images[opened], f"This {label}")), "data_table")
        st.caption("Hover over a number for its row, its column and its value.")


def draw_controls() -> tuple[str, str | int, int]:
    """Draw what decides which digits are on the sheet; return split, digit and seed."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="row_data_sheet"):
        split = choose("From", SPLITS, "train", "data_split", persist_state="session")
        kind = choose("Digit", KINDS, ALL, "data_kind", wrap=True, persist_state="session")
        seed = draw_seed("data_seed", "Seed of the sample", "Resample", "Sixteen others: the next seed.")
    return split, kind, seed


def draw_seed(name: str, label: str, button: str, about: str) -> int:
    """Draw a seed that can be typed and a button that goes on to the next one, and return the seed.

    Args:
        name: Of the widget, beginning with that of the page.
        label: What it is the seed of; that of the network is called just so.
        button: Label of the button.
        about: What the button does, on hover.
    """
    seed = st.number_input(
        label,
        0,
        LARGEST_SEED,
        kept(name, FIRST_SEED),
        step=1,
        key=widget_key(name),
        help=help_of("random seed"),
        width=130,
    )
    seed = min(max(0, int(seed)), LARGEST_SEED)  # only the browser keeps the bounds
    keep(name, seed)
    st.button(button, **once(f"{name}_next", next_seed, name), help=about)
    return seed


def next_seed(name: str) -> None:
    """Go to the next seed."""
    give(name, (entered(name, FIRST_SEED) + 1) % (LARGEST_SEED + 1))


def drawn(split: Split, kind: str | int, seed: int) -> np.ndarray:
    """Return the indices of the images on the sheet, at most 16, drawn at random without repetition."""
    among = np.arange(len(split.labels)) if kind == ALL else np.flatnonzero(split.labels == kind)
    return np.random.default_rng(seed).permutation(among)[:SHOWN]


def opened_on(sheet: tuple, chosen: np.ndarray) -> int:
    """Return the index of the open image: the one that was clicked on this very sheet, or its first."""
    before, index = st.session_state.get(OPENED, (None, 0))
    return index if before == sheet else int(chosen[0])


def draw_grid(split: Split, chosen: np.ndarray, sheet: tuple, opened: int) -> None:
    """Draw the sixteen digits; a click opens one."""
    labels, places = split.labels[chosen], chosen.tolist()
    show_sketch(
        named_tiles(
            ink_levels(split.images[chosen]),
            INK,
            [f"This is {a_digit(label)}" for label in labels],
            [f"{SPLITS[sheet[2]].lower()} image {index:,}: {split.labels[index]}" for index in places],
            4,
            picks=places,
            chosen=places.index(opened) if opened in places else None,
            alt=f"Sixteen handwritten digits: {', '.join(map(str, labels))}.",
            tile=88,
        ),
        "data_sheet",
        lambda index: st.session_state.update({OPENED: (sheet, index)}),
    )


def draw_picture(split: Split, index: int, split_name: str) -> None:
    """Draw the open digit and what can be counted on it."""
    image, label = split.images[index], split.labels[index]
    picture, facts = st.columns([3, 4], gap="medium", vertical_alignment="center")
    with picture, st.container(key="data_picture"):
        show_digit(image, f"{split_name} image {index}, {a_digit(label)}", 120)
    with facts:
        st.markdown(
            f"**{split_name} image {index:,}** is {a_digit(label)}.  \n"
            f"{int((image > 0).sum())} of its 784 pixels have ink, {int((image >= FULL_INK).sum())} of them "
            f"full ink (250 or more); on average a pixel is {image.mean():.1f}."
        )


def pixel_table(image: np.ndarray, name: str) -> str:
    """Return an image, uint8 (28, 28), as HTML; hovering over a number says its row, column and value.

    A table of the browser and not a figure: 784 numbers are there at once, can be read aloud and copied,
    and on a narrow screen they scroll instead of shrinking, beside the numbers of their rows.
    """
    height, width = image.shape
    head = "".join(f'<th scope="col">{column}</th>' for column in range(width))
    rows = "".join(f'<tr><th scope="row">{row}</th>{cells(row, image[row])}</tr>' for row in range(height))
    label = f"{name} as a table of {height} by {width} numbers"
    return (
        f'<div class="pixels" role="region" aria-label="{label}" tabindex="0">'
        f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def cells(row: int, values: np.ndarray) -> str:
    """Return the cells of one row."""
    return "".join(
        f'<td title="row {row}, column {column}: {value}" style="{look(value)}">{value}</td>'
        for column, value in enumerate(values.tolist())
    )


def look(value: int) -> str:
    """Return the colors of a cell: its gray, and a number that can be read on it."""
    red, green, blue = GRAYS[value]
    return f"background:#{red:02x}{green:02x}{blue:02x};color:{WHITE if value >= WHITE_ABOVE else BLACK}"
