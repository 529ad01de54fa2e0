"""The settings of this session: kept in session state, read from the address and written back to it."""

import time
from dataclasses import replace
from typing import Any

import streamlit as st

from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.ui.query_params import (
    LESSON_NAMES,
    SETTING_NAMES,
    Lesson,
    lesson_from,
    query_of_lesson,
    settings_from,
)
from mnistlab.ui.widgets import renew, widget_key

KEY = "settings"
LESSON = "lesson"
WIDGETS = "set_"  # a widget's key begins with this and the name of its setting
COMPLAINTS = "complaints"  # about the address, to be said by the page that is being drawn
SAID = "complaints_said"  # the same, with the moment when the address was read
ADDRESS_ASKED = "address_asked"  # whether there were settings in the address
A_WHILE = 30.0  # seconds


def current_settings() -> TrainConfig:
    """Return the settings as the sidebar shows them; on the first run those of the address."""
    if KEY not in st.session_state:
        read_address()
    return st.session_state[KEY]


def current_lesson() -> Lesson:
    """Return how this lab was prepared; on the first run as the address says."""
    current_settings()
    return st.session_state[LESSON]


def read_address() -> None:
    """Take settings and lesson from the address, and keep a sentence for what was wrong in it."""
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    given, complaints = settings_from(query)
    lesson, more = lesson_from(query)
    prepared = vars(lesson.chosen.config) if lesson.chosen else {}
    try:
        settings = TrainConfig(**{**prepared, **default_dataset(), **given})
    except ValueError as error:  # each is good by itself, but not with the experiment's
        settings = TrainConfig(**{**prepared, **default_dataset()})
        complaints.append(str(error))
    here = default_dataset()
    if settings.dataset == "mnist" and here:
        settings = replace(settings, **here)
        complaints.append("dataset must be one that is on this machine, where MNIST is not. Got mnist.")
    st.session_state[KEY] = settings
    st.session_state[LESSON] = lesson
    st.session_state[COMPLAINTS] = complaints + more
    st.session_state[SAID] = time.monotonic(), complaints + more
    st.session_state[ADDRESS_ASKED] = bool(given or prepared)


def default_dataset() -> dict[str, Any]:
    """Return the data that a session begins with: MNIST where it is at hand."""
    from mnistlab.ui.digits import mnist_is_here

    return {} if mnist_is_here() else {"dataset": "generated"}


def use_settings(config: TrainConfig) -> None:
    """Make these the settings, and have the sidebar show them in fresh widgets."""
    st.session_state[KEY] = config
    renew(KEY)


def setting_key(name: str) -> str:
    """Return the key of a setting's widget."""
    return widget_key(f"{WIDGETS}{name}", KEY)


def keep_settings(config: TrainConfig) -> None:
    """Keep what the sidebar says, and write it, with the lesson, into the address."""
    st.session_state[KEY] = config
    repeat_complaints()
    wanted = query_of_lesson(current_lesson(), config)
    names = (*SETTING_NAMES, *LESSON_NAMES)
    ours = {name: st.query_params.get_all(name) for name in st.query_params if name in names}
    if ours != {name: [text] for name, text in wanted.items()}:
        others = {name: st.query_params.get_all(name) for name in st.query_params if name not in ours}
        st.query_params.from_dict({**others, **wanted})


def repeat_complaints() -> None:
    """Have a page that draws itself anew soon after it was opened say once more what was wrong with the link.

    It does so when a tab tells of the lab it had and when the untrained network has been measured.
    """
    read_at, complaints = st.session_state[SAID]
    if time.monotonic() - read_at < A_WHILE:
        st.session_state[COMPLAINTS] = complaints


def open_experiment(slug: str) -> None:
    """Open an experiment: its settings, on the dataset in use."""
    lesson = replace(current_lesson(), experiment=slug)
    st.session_state[LESSON] = lesson
    if lesson.chosen:
        use_settings(replace(lesson.chosen.config, dataset=current_settings().dataset))


def preset_settings(name: str) -> TrainConfig:
    """Return a preset on the data in use; what the lesson hides stays as the lesson has it."""
    settings, hidden = current_settings(), current_lesson().hide
    chosen = {**vars(PRESETS[name]), "dataset": settings.dataset}
    chosen |= {name: getattr(settings, name) for name in hidden}
    if "batch_size" not in hidden:
        chosen["batch_size"] = min(chosen["batch_size"], chosen["train_size"])
    return TrainConfig(**chosen)
