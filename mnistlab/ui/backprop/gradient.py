"""The gradient of the weights, drawn: pictures in the first layer, a matrix in the last."""

import numpy as np
import streamlit as st

from mnistlab.analysis.equations import weight_gradient
from mnistlab.analysis.formatting import numeral
from mnistlab.figures.gradients import draw_gradient_matrix, draw_gradient_picture, draw_gradient_sheet
from mnistlab.figures.image_grid import digit_picture
from mnistlab.ui.backprop.case import Case, look_at
from mnistlab.ui.glossary import help_of
from mnistlab.ui.html_figure import show_sketch

PICTURES = 12  # units of the first layer in the sheet
MATRIX_COLUMNS = 100


def draw_gradient(case: Case) -> None:
    """Draw dL/dW of the first layer and of the last."""
    st.subheader("Gradient", anchor=False, help=help_of("gradient"))
    formula, words = st.columns([1, 1.6], gap="large", vertical_alignment="center")
    formula.latex(
        r"\frac{\partial L}{\partial W_{ij}^{(l)}} = \Delta_i^{(l)}\, a_j^{(l-1)} \quad\text{(BP4)}"
    )
    words.markdown(
        "A weight's slope is two numbers multiplied: the error at its end and the activation at its "
        "beginning. So in the first layer each unit's 784 slopes are **the image itself, times one "
        "number**. Where the paper is white, $a_j = 0$, and the weight learns nothing."
    )
    numbers = weight_gradient(case.followed, case.place)
    st.markdown(f"Of the chosen weight: $\\displaystyle {' '.join(numbers.lines).replace('&', '')}.$")
    draw_first_layer(case)
    if case.followed.depth > 1:
        draw_last_layer(case)


def draw_first_layer(case: Case) -> None:
    """Draw the image, its gradient for one unit, and those of the units with the largest errors."""
    followed, place = case.followed, case.place
    deltas, gradient = followed.deltas[0], followed.gradient(1)
    unit = place.unit if place.layer == 1 else int(np.abs(deltas).argmax())
    order = np.argsort(-np.abs(deltas), kind="stable")[:PICTURES]
    picture, product, sheet = st.columns([1, 1, 1.35], gap="medium")
    with picture:
        st.markdown("The image, $a^{(0)}$")
        show_sketch(digit_picture(case.image, case.name, 270), "backprop_image_again")
    with product:
        st.markdown(f"times $\\Delta_{{{unit}}}^{{(1)}} = {numeral(float(deltas[unit]), 3)}$")
        show_sketch(
            draw_gradient_picture(gradient[unit], place.source if place.layer == 1 else None),
            "backprop_picture",
            lambda pixel: look_at(1, unit, pixel),
        )
    with sheet:
        some = f"The {len(order)} units with the largest $|\\Delta|$"
        st.markdown((some if len(order) < len(deltas) else "All units") + ", on one scale")
        show_sketch(
            draw_gradient_sheet(gradient[order], order.tolist(), unit),
            "backprop_sheet",
            lambda unit: look_at(1, unit),
        )


def draw_last_layer(case: Case) -> None:
    """Draw the gradient of the last layer as a matrix."""
    followed, place = case.followed, case.place
    gradient = followed.gradient(followed.depth)
    columns = np.arange(gradient.shape[1])
    shown = "its row is the output, its column the unit it listens to"
    if len(columns) > MATRIX_COLUMNS:
        largest = np.argsort(-np.abs(gradient).max(axis=0), kind="stable")[:MATRIX_COLUMNS]
        columns = np.sort(largest)
        shown += f"; of {gradient.shape[1]:,} columns the {MATRIX_COLUMNS} with the largest slopes"
    st.markdown(
        f"The last layer, $\\partial L / \\partial W^{{({followed.depth})}}$: a cell is a weight, {shown}. "
        "A column is blank where the hidden unit was silent; the row of the right digit has the other "
        "sign."
    )
    chosen = (place.unit, place.source) if place.layer == followed.depth else None
    show_sketch(
        draw_gradient_matrix(gradient[:, columns], columns.tolist(), chosen),
        "backprop_matrix",
        lambda found: look_at(followed.depth, *found),
    )
