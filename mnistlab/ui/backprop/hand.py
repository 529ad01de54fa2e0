"""The cost as a function of one weight, which one may change: cost and outputs follow."""

import numpy as np
import streamlit as st

from mnistlab.analysis.equations import symbol
from mnistlab.analysis.formatting import numeral, plain, signed
from mnistlab.analysis.gradient_check import moved
from mnistlab.figures.cost_slice import plot_cost_of_weight, plot_moved_outputs
from mnistlab.ui.backprop.case import Case
from mnistlab.ui.chart import show
from mnistlab.ui.formatting import change_of_cost
from mnistlab.ui.glossary import help_of

SWING = 8.0  # the weight may be turned until z has moved by so much, from one end of a sigmoid to the other
STEPS = 200
POINTS = 161


@st.fragment
def draw_by_hand(case: Case) -> None:
    """Draw a slider for the weight, the cost along it and the ten outputs."""
    weight, name = case.followed.weight(case.place), symbol("W", *case.place)
    reach = reach_of(case)
    st.subheader("Cost as a function of one weight", anchor=False)
    st.markdown(
        f"The dotted line touches the cost at ${name}$ as it is, and its slope is $\\partial L / \\partial "
        f"W = {numeral(case.followed.slope_of(case.place))}$. Change the weight: near that point the "
        "cost follows the line, further away it bends off. That is all a gradient knows."
    )
    key = f"backprop_turn_{case.weight_id}"
    st.session_state.setdefault(key, 0)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        step = st.slider(
            f"Value of ${name}$",
            -STEPS,
            STEPS,
            key=key,
            persist_state="session",
            format=" ",
            help=help_of("weight", f"The ends of the slider are where z has moved by {SWING:g}."),
        )
        st.button("Back", key="backprop_turn_back", on_click=lambda: st.session_state.update({key: 0}))
    value = weight + reach * step / STEPS
    curve = curve_of(case, weight, reach)
    here = moved(case.followed, case.place, (weight, value))
    draw_numbers(case, weight, value, here.costs)
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        show(
            plot_cost_of_weight(
                curve.values,
                curve.costs,
                (weight, here.costs[0]),
                case.followed.slope_of(case.place),
                (value, here.costs[1]),
            ),
            "backprop_curve",
        )
    with right:
        show(plot_moved_outputs(here.outputs[0], here.outputs[1], case.followed.label), "backprop_moved")


def draw_numbers(case: Case, weight: float, value: float, costs: np.ndarray) -> None:
    """Draw the weight, the cost and its first-order prediction, each with its change."""
    predicted = case.followed.slope_of(case.place) * (value - weight)
    with st.container(horizontal=True, key="backprop_turned"):
        st.metric(
            "the weight", plain(value, 5), signed(value - weight, 3), delta_color="off", delta_arrow="off"
        )
        st.metric("cost $L$", plain(costs[1], 6), **change_of_cost(costs[1] - costs[0], 3))
        st.metric(
            "first-order prediction of $L$", plain(costs[0] + predicted, 6), signed(predicted, 3),
            delta_color="off", delta_arrow="off", help=help_of("first-order prediction"),
        )  # fmt: skip


def reach_of(case: Case) -> float:
    """Return how far the weight may be turned either way."""
    carried = abs(float(case.followed.activations[case.place.layer - 1][case.place.source]))
    return SWING / carried if carried > 1e-3 else 1.0


def curve_of(case: Case, weight: float, reach: float):
    """Return the cost for weights from one end to the other."""
    return moved(case.followed, case.place, np.linspace(weight - reach, weight + reach, POINTS))
