"""Backprop: the image, the network and the weight that are followed, and the choice of that weight."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st

from mnistlab.analysis.equations import symbol
from mnistlab.analysis.formatting import numeral
from mnistlab.analysis.single_image import Followed, Place, telling_source
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Params
from mnistlab.ui.widgets import choose, entered, show_in, widget_key

T = TypeVar("T")

CHOSEN = "backprop_weight"  # session state: layer, unit and source that somebody chose, each None where not
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
    layer, unit, source = st.session_state.get(CHOSEN, (None, None, None))
    layer = layer if exists(layer, followed.depth + 1) else 1
    deltas, inputs = followed.deltas[layer - 1], followed.activations[layer - 1]
    return Place(
        layer,
        unit if exists(unit, len(deltas)) else int(np.abs(deltas).argmax()),
        source if exists(source, len(inputs)) else telling_source(followed, layer),
    )


def exists(number: int | None, end: int) -> bool:
    """Return whether a number was chosen, and lies below the end in this network."""
    return number is not None and 0 <= number < end


def look_at(layer: int, unit: int | None = None, source: int | None = None) -> None:
    """Look at another weight; what is left out is chosen by the page."""
    st.session_state[CHOSEN] = layer, unit, source


def draw_picker(case: Case) -> None:
    """Draw layer, unit and source of the weight; clicks on the figures set them too."""
    followed, place = case.followed, case.place
    for key, value in zip(PICKERS, place, strict=True):
        show_in(key, value)
    chosen = f"{symbol('W', *place)} = {numeral(followed.weight(place))}"
    st.markdown(f"**The chosen weight:** ${chosen}.$ Choose it here, or click in a figure.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="row_backprop_weight"):
        if followed.depth > 1:
            layers = {layer: str(layer) for layer in range(1, followed.depth + 1)}
            key = widget_key(PICK_LAYER)
            choose("Layer $l$", layers, place.layer, key, on_change=lambda: look_at(entered(PICK_LAYER)))
        inputs = "pixel" if place.layer == 1 else "unit"
        for label, picker, value, values in (
            ("to unit $i$", PICK_UNIT, place.unit, followed.deltas[place.layer - 1]),
            (f"from {inputs} $j$", PICK_SOURCE, place.source, followed.activations[place.layer - 1]),
        ):
            st.number_input(
                label,
                0,
                len(values) - 1,
                value,
                step=1,
                key=widget_key(picker),
                on_change=lambda: look_at(*map(entered, PICKERS)),
                width=140,
            )
        st.button(
            "Largest gradient",
            key="backprop_steepest",
            on_click=lambda: look_at(place.layer),
            help="The weight of this layer with the largest gradient for this image.",
        )


def computed(key: str, made_with: Hashable, label: str, doing: str, compute: Callable[[], T]) -> T | None:
    """Draw a button that has something computed, and return that; None where there is nothing, or another.

    Args:
        key: Of the button.
        made_with: What the result depends on: once it is another, the result is not returned any more.
        label: Of the button.
        doing: What is said meanwhile.
        compute: Returns the result.
    """
    if st.button(label, key=key, type="primary"):
        with st.spinner(doing):
            st.session_state[f"{key}_result"] = made_with, compute()
    known, result = st.session_state.get(f"{key}_result", (None, None))
    return result if known == made_with else None


def answer_given(name: str, asked: Hashable) -> str | None:
    """Return what was guessed, "" when nobody wants to guess, None before an answer.

    Args:
        name: Of the question; that of the switch "Guess first" is the same with "_first" behind it.
        asked: What the question is about: an answer counts for nothing else.
    """
    if not st.session_state.get(f"{name}_first", True):
        return ""
    known, answer = st.session_state.get(name, (None, None))
    return answer if known == asked else None


def draw_answers(name: str, asked: Hashable, answers: Mapping[str, str]) -> None:
    """Draw the answers to a question as buttons, and one for who does not want to guess."""
    with st.container(horizontal=True, gap="small"):
        for answer, label in {**answers, "": "Just show me"}.items():
            st.button(
                label,
                key=f"{name}_{answer or 'none'}",
                type="secondary" if answer else "tertiary",
                on_click=lambda answer=answer: st.session_state.update({name: (asked, answer)}),
            )


def praise(answer: str, right: str, otherwise: str = "Not so.") -> str:
    """Return what is said of a guess, in front of the explanation; nothing where there was none."""
    return f"**{'You guessed right.' if answer == right else otherwise}** " if answer else ""
