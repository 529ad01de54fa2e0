"""Architecture: the weights of the first layer as images, as they began and as they are."""

import numpy as np
import streamlit as st

from mnistlab.figures.image_grid import weight_picture, weight_sheet
from mnistlab.figures.theme import number
from mnistlab.ui.architecture.case import State, Viewed
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
    unit = st.session_state.get(UNIT, 0)
    unit = unit if unit < len(viewed.start.params[0].weights) else 0  # another network may have fewer
    names = ("before", "after")
    columns = st.columns(2, gap="large")
    for name, state, column in zip(names, viewed.states, columns, strict=False):
        title = "Before training" if name == "before" else state.when.capitalize()
        sheet = weight_sheet(state.params[0].weights, title, unit)
        with column:
            show_sketch(
                sheet, f"architecture_sheet_{name}", lambda unit: st.session_state.update({UNIT: unit})
            )
    if not viewed.is_trained:
        with columns[1]:
            draw_unit("before", viewed.start, unit, "as it begins")
            st.caption(
                "Random numbers, nothing else. Train, and you will see here what each unit has learned."
            )
            st.page_link(path_of("train"), label="Train this network")
        return
    st.caption("What the network does without a unit: Backprop, *Ablation*.")
    for name, state, column in zip(names, viewed.states, st.columns(2, gap="large"), strict=True):
        with column:
            draw_unit(name, state, unit, "as it began" if name == "before" else state.when)


def draw_unit(name: str, state: State, unit: int, when: str) -> None:
    """Draw one unit large."""
    layer = state.params[0]
    weights = np.asarray(layer.weights[unit])
    show_sketch(weight_picture(weights, f"Unit {unit} {when}", 270), f"architecture_unit_{name}")
    st.caption(
        f"Weights from {number(float(weights.min()))} to {number(float(weights.max()))}; its bias "
        f"$b_{{{unit}}} = {float(layer.biases[unit]):+.4f}$.",
        help=help_of("bias"),
    )
