"""The settings of this session: kept in session state, read from the address and written back to it."""

from dataclasses import replace

import streamlit as st

from mnistlab.config import PRESETS, TrainConfig
from mnistlab.ui.address import query_of, settings_from

KEY = "settings"
WIDGETS = "set_"  # a widget's key is this and the name of its setting


def current_settings() -> TrainConfig:
    """Return the settings as the sidebar shows them; on the first run those of the address."""
    if KEY not in st.session_state:
        query = {name: st.query_params.get_all(name) for name in st.query_params}
        given, complaints = settings_from(query)
        st.session_state[KEY] = TrainConfig(**{**default_dataset(), **given})
        st.session_state["complaints"] = complaints
    return st.session_state[KEY]


def default_dataset() -> dict[str, str]:
    """Return the data that a session begins with: MNIST where it is at hand."""
    from mnistlab.ui.digits import mnist_is_here

    return {} if mnist_is_here() else {"dataset": "generated"}


def use_settings(config: TrainConfig) -> None:
    """Make these the settings, and have the sidebar show them; call it before the sidebar is drawn."""
    st.session_state[KEY] = config
    for name in [key for key in st.session_state if str(key).startswith(WIDGETS)]:
        del st.session_state[name]


def keep_settings(config: TrainConfig) -> None:
    """Keep what the sidebar says, and write it into the address."""
    st.session_state[KEY] = config
    wanted = query_of(config)
    others = {name: st.query_params.get_all(name) for name in st.query_params if name not in ALL_NAMES}
    if {name: st.query_params[name] for name in st.query_params if name in ALL_NAMES} != wanted:
        st.query_params.from_dict({**others, **wanted})


def preset_settings(name: str) -> TrainConfig:
    """Return a preset on the data in use."""
    return replace(PRESETS[name], dataset=current_settings().dataset)


ALL_NAMES = frozenset(TrainConfig.__dataclass_fields__)
