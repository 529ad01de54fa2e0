"""Which weight is followed: it stands above all tabs, and what is clicked in any of them comes here."""

import streamlit as st

from mnistlab.explaining.worked import symbol
from mnistlab.ui.backprop.case import Case, choose
from mnistlab.ui.widgets import entered, show_in, widget_key

PICKERS = LAYER, UNIT, SOURCE = "backprop_pick_layer", "backprop_pick_unit", "backprop_pick_source"


def draw_picker(case: Case) -> None:
    """Draw layer, unit and source of the weight; clicks on the figures set them too."""
    followed, place = case.followed, case.place
    for key, value in zip(PICKERS, place, strict=True):
        show_in(key, value)
    chosen = symbol("W", *place)
    st.markdown(f"**The weight that all tabs are about:** ${chosen}.$ Choose it here, or click in a figure.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="row_backprop_weight"):
        if followed.depth > 1:
            st.segmented_control(
                "Layer $l$",
                range(1, followed.depth + 1),
                default=place.layer,
                key=widget_key(LAYER),
                required=True,
                on_change=lambda: choose(layer=entered(LAYER)),
                width="content",
            )
        st.number_input(
            "to unit $i$",
            0,
            len(followed.deltas[place.layer - 1]) - 1,
            place.unit,
            step=1,
            key=widget_key(UNIT),
            on_change=take_picked,
            width=140,
        )
        st.number_input(
            "from pixel $j$" if place.layer == 1 else "from unit $j$",
            0,
            len(followed.activations[place.layer - 1]) - 1,
            place.source,
            step=1,
            key=widget_key(SOURCE),
            on_change=take_picked,
            width=140,
        )
        st.button(
            "The steepest",
            key="backprop_steepest",
            on_click=lambda: choose(layer=place.layer),
            help="The weight of this layer with the largest gradient for this image.",
        )


def take_picked() -> None:
    """Look at the weight that the number fields name."""
    choose(*(entered(key, 1) for key in PICKERS))
