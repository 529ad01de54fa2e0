"""Architecture: the weights of the first layer as images, as they began and as they are."""

import streamlit as st

from mnistlab.figures.image_grid import weight_picture, weight_sheet
from mnistlab.figures.theme import number
from mnistlab.ui.architecture.case import Viewed
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch
from mnistlab.ui.page import path_of

UNIT = "architecture_unit"  # session state: the unit that was clicked


@st.fragment
def draw_weights(viewed: Viewed) -> None:
    """Draw the sheets before and after training, and the unit that was clicked."""
    st.subheader("First-layer weights", anchor=False, help=help_of("weight"))
    st.markdown(
        "What does each unit look for? A row of $W^{(1)}$ has one weight for each pixel, so it is an image: "
        "blue where ink raises $z_i$, orange where it lowers it. Click a unit to see it large."
    )
    states = [("before", viewed.before)]
    if viewed.after is not None:
        states.append(("after", viewed.after))
    unit = chosen_unit(len(viewed.before[0].weights))
    columns = st.columns(2, gap="large")
    for (name, params), column in zip(states, columns, strict=False):
        with column:
            draw_sheet(name, title_of(name, viewed), params[0].weights)
    if viewed.after is None:
        with columns[1]:
            draw_unit("before", viewed.before[0], unit, "as it begins")
            st.caption(
                "Random numbers, nothing else. Train, and you will see here what each unit has learned."
            )
            st.page_link(path_of("train"), label="Train this network")
        return
    for (name, params), column in zip(states, st.columns(2, gap="large"), strict=True):
        with column:
            draw_unit(
                name, params[0], unit, "as it began" if name == "before" else f"after epoch {viewed.epoch}"
            )


def title_of(name: str, viewed: Viewed) -> str:
    """Return what stands above a sheet."""
    return "Before training" if name == "before" else f"After epoch {viewed.epoch}"


def draw_sheet(name: str, title: str, weights) -> None:
    """Draw the units of one state; a click chooses a unit in both."""
    unit = chosen_unit(len(weights))
    show_sketch(weight_sheet(weights, title, unit), f"architecture_sheet_{name}", choose_unit)


def choose_unit(unit: int) -> None:
    """Keep the unit that was clicked."""
    st.session_state[UNIT] = unit


def chosen_unit(count: int) -> int:
    """Return the unit to show: the one that was clicked, if this network has it."""
    unit = st.session_state.get(UNIT, 0)
    return unit if unit < count else 0


def draw_unit(name: str, layer, unit: int, when: str) -> None:
    """Draw one unit large."""
    weights = layer.weights[unit]
    show_sketch(weight_picture(weights, f"Unit {unit} {when}", 270), f"architecture_unit_{name}")
    st.caption(
        f"Weights from {number(float(weights.min()))} to {number(float(weights.max()))}; its bias "
        f"$b_{{{unit}}} = {float(layer.biases[unit]):+.4f}$.",
        help=help_of("bias"),
    )
