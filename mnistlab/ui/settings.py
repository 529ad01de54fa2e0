"""The settings of this session: kept in session state, read from the address and written back to it."""

import time
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import streamlit as st

from mnistlab.data.datasets import COMBINED
from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.setting_labels import CHOICE_NAMES, on_screen
from mnistlab.ui import digits
from mnistlab.ui.query_params import (
    LESSON_NAMES,
    RUN,
    SETTING_NAMES,
    Lesson,
    lesson_from,
    linked_name,
    query_of_lesson,
    settings_from,
)
from mnistlab.ui.widgets import renew, widget_key

SETUP = "setup"
WIDGETS = "settings"  # they get new values together
A_WHILE = 30.0  # seconds


class LinkedRun(NamedTuple):
    """The run that the address was a link to."""

    name: str
    settings: TrainConfig


@dataclass(kw_only=True)
class Setup:
    """How this session is set up, at first as its address said."""

    settings: TrainConfig  # as the sidebar shows them
    lesson: Lesson
    were_given: bool  # whether there were settings in the address
    complaints: list[str]  # about the address
    linked: LinkedRun | None = None  # until it is trained here, or closed
    before: TrainConfig | None = None  # the settings that an open experiment took the place of
    read_at: float = field(default_factory=time.monotonic)  # the address
    complained: bool = False

    def complaints_to_be_said(self) -> list[str]:
        """Return what was wrong with the address, once, and again by a page that is drawn anew soon after.

        One is when a tab tells of the lab it had and when the untrained network has been measured.
        """
        if self.complained and time.monotonic() - self.read_at >= A_WHILE:
            return []
        self.complained = True
        return self.complaints


def current_setup() -> Setup:
    """Return how this session is set up; on the first run it is read from the address."""
    if SETUP not in st.session_state:
        st.session_state[SETUP] = read_address()
    return st.session_state[SETUP]


def current_settings() -> TrainConfig:
    """Return the settings as the sidebar shows them."""
    return current_setup().settings


def current_lesson() -> Lesson:
    """Return how this lab was prepared."""
    return current_setup().lesson


def read_address() -> Setup:
    """Return settings and lesson of the address, and a sentence for what was wrong in it."""
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    given, complaints = settings_from(query)
    lesson, more = lesson_from(query)
    prepared = vars(lesson.chosen.config) if lesson.chosen else {}
    without_mnist = not digits.mnist_is_here()
    about_mnist = lesson.chosen and lesson.chosen.needs_mnist
    here = {"dataset": "generated"} if without_mnist and not about_mnist else {}
    try:
        settings = TrainConfig(**{**prepared, **here, **given})
    except ValueError as error:  # each is good by itself, but not with the experiment's
        settings = TrainConfig(**{**prepared, **here})
        complaints.append(on_screen(error))
    if settings.dataset != "generated" and without_mnist:
        asked = CHOICE_NAMES["dataset"][settings.dataset]
        settings = replace(settings, dataset="generated")
        complaints.append(f"Dataset must be one that is on this machine, where MNIST is not. It was {asked}.")
    asked_for, name = bool(given or prepared), linked_name(query)
    linked = LinkedRun(name, settings) if name and not complaints else None
    return Setup(
        settings=settings, lesson=lesson, were_given=asked_for, complaints=complaints + more, linked=linked
    )


def use_settings(config: TrainConfig) -> None:
    """Make these the settings, and have the sidebar show them in fresh widgets."""
    current_setup().settings = config
    renew(WIDGETS)


def setting_key(name: str) -> str:
    """Return the key of a setting's widget."""
    return widget_key(f"set_{name}", WIDGETS)


def keep_settings(config: TrainConfig) -> None:
    """Keep what the sidebar says, and write it, with the lesson, into the address."""
    setup = current_setup()
    setup.settings = config
    wanted = query_of_lesson(setup.lesson, config)
    if setup.linked and setup.linked.settings == config:
        wanted[RUN] = setup.linked.name
    names = (*SETTING_NAMES, *LESSON_NAMES, RUN)
    ours = {name: st.query_params.get_all(name) for name in st.query_params if name in names}
    if ours != {name: [text] for name, text in wanted.items()}:
        others = {name: st.query_params.get_all(name) for name in st.query_params if name not in ours}
        st.query_params.from_dict({**others, **wanted})


def open_experiment(slug: str) -> None:
    """Open an experiment: its settings, on the dataset in use; "" closes it: those of before are back."""
    setup = current_setup()
    if not setup.lesson.chosen:
        setup.before = setup.settings
    setup.lesson = replace(setup.lesson, experiment=slug)
    if experiment := setup.lesson.chosen:
        use_settings(experiment.config_on(setup.settings.dataset))
    elif setup.before:
        use_settings(setup.before)


def preset_settings(name: str) -> TrainConfig:
    """Return a preset, on the data in use unless it is one for a mixture that can be had.

    What the lesson hides stays as the lesson has it.
    """
    settings, hidden = current_settings(), current_lesson().hide
    mixed = PRESETS[name].dataset == COMBINED and digits.mnist_is_here()
    chosen = {**vars(PRESETS[name]), "dataset": COMBINED if mixed else settings.dataset}
    chosen |= {name: getattr(settings, name) for name in hidden}
    if "batch_size" not in hidden:
        chosen["batch_size"] = min(chosen["batch_size"], chosen["train_size"])
    return TrainConfig(**chosen)
