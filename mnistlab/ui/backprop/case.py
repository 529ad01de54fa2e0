"""What the Backprop page is about at the moment: one image, one state of the network, one weight."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnistlab.config import TrainConfig
from mnistlab.explaining.single_image import Followed, Place, telling_source
from mnistlab.network import Params, initialize_network
from mnistlab.runs.run import Run
from mnistlab.ui.memo import shared

LAYER, UNIT, SOURCE = "backprop_layer", "backprop_unit", "backprop_source"  # what somebody chose, or nothing


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
    layer = kept(LAYER, 1, followed.depth + 1) or 1
    deltas = followed.deltas[layer - 1]
    unit = kept(UNIT, 0, len(deltas))
    source = kept(SOURCE, 0, len(followed.activations[layer - 1]))
    return Place(
        layer,
        int(np.abs(deltas).argmax()) if unit is None else unit,
        telling_source(followed, layer) if source is None else source,
    )


def kept(key: str, low: int, end: int) -> int | None:
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
