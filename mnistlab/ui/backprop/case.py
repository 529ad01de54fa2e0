"""Backprop: the image, the network and the weight that are followed, and the choice of that weight."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnistlab.analysis.equations import symbol
from mnistlab.analysis.single_image import Followed, Place, telling_source
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Params, initialize_network
from mnistlab.runs.run import Run
from mnistlab.ui.memo import shared
from mnistlab.ui.widgets import entered, show_in, widget_key

LAYER, UNIT, SOURCE = "backprop_layer", "backprop_unit", "backprop_source"  # what somebody chose, or nothing
PICKERS = PICK_LAYER, PICK_UNIT, PICK_SOURCE = tuple(
    f"backprop_pick_{each}" for each in ("layer", "unit", "source")
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One image on its way through one network, and the weight that is looked at."""

    name: str  # of the image, as in "test image 0"
    image: np.ndarray  # (28, 28) uint8
    config: TrainConfig
    params: Params
    followed: Followed
    place: Place
    network: str  # the same for the same network in the same state
    id: str  # the same for the same image and network

    @property
    def weight_id(self) -> str:
        """The same for the same image, network and weight."""
        return f"{self.id}_{'_'.join(map(str, self.place))}"


def chosen_place(followed: Followed) -> Place:
    """Return the weight that was chosen; what was not, or does not exist here, is chosen to be telling."""
    layer = chosen_within(LAYER, 1, followed.depth + 1) or 1
    deltas = followed.deltas[layer - 1]
    unit = chosen_within(UNIT, 0, len(deltas))
    source = chosen_within(SOURCE, 0, len(followed.activations[layer - 1]))
    return Place(
        layer,
        int(np.abs(deltas).argmax()) if unit is None else unit,
        telling_source(followed, layer) if source is None else source,
    )


def chosen_within(key: str, low: int, end: int) -> int | None:
    """Return a choice that was made if it lies in low .. end - 1."""
    value = st.session_state.get(key)
    return value if value is not None and low <= value < end else None


def choose(layer: int | None = None, unit: int | None = None, source: int | None = None) -> None:
    """Look at another weight; what is left out is chosen by the page."""
    st.session_state[LAYER], st.session_state[UNIT], st.session_state[SOURCE] = layer, unit, source


@shared(max_entries=16)
def untrained(beginning: tuple[tuple[int, ...], int, str]) -> Params:
    """Return the network as it was before any training: of these dimensions, seed and initialization."""
    return initialize_network(*beginning)


def params_of(run: Run, trained: bool) -> Params:
    """Return the network in the state asked for."""
    config = run.config
    return run.params if trained else untrained((config.dimensions, config.seed, config.initialization))


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
                key=widget_key(PICK_LAYER),
                required=True,
                on_change=lambda: choose(layer=entered(PICK_LAYER)),
                width="content",
            )
        st.number_input(
            "to unit $i$",
            0,
            len(followed.deltas[place.layer - 1]) - 1,
            place.unit,
            step=1,
            key=widget_key(PICK_UNIT),
            on_change=take_picked,
            width=140,
        )
        st.number_input(
            "from pixel $j$" if place.layer == 1 else "from unit $j$",
            0,
            len(followed.activations[place.layer - 1]) - 1,
            place.source,
            step=1,
            key=widget_key(PICK_SOURCE),
            on_change=take_picked,
            width=140,
        )
        st.button(
            "Largest gradient",
            key="backprop_steepest",
            on_click=lambda: choose(layer=place.layer),
            help="The weight of this layer with the largest gradient for this image.",
        )


def take_picked() -> None:
    """Look at the weight that the number fields name."""
    choose(*(entered(key, 1) for key in PICKERS))
