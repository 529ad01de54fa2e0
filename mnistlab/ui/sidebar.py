"""The settings in the sidebar, on every page the same: a widget for each that the lesson does not hide."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from mnistlab.engine.config import BOUNDS, MAX_HIDDEN_LAYERS, MAX_WIDTH, PRESETS, TrainConfig
from mnistlab.setting_labels import CHOICE_NAMES, SETTING_NAMES, on_screen
from mnistlab.ui.formatting import plain
from mnistlab.ui.glossary import PRESETS as PRESET_HELP
from mnistlab.ui.glossary import help_of_setting
from mnistlab.ui.settings import (
    current_lesson,
    current_settings,
    keep_settings,
    preset_settings,
    setting_key,
    use_settings,
)
from mnistlab.ui.widgets import choose

Control = Callable[[TrainConfig, str], Any]  # draws the setting of a name and returns what it is set to

LEARNING_RATES = tuple(float(f"{digit}e{power}") for power in range(-5, 2) for digit in (1, 2, 5))
BATCH_SIZES = (1, 5, 10, 20, 32, 50, 64, 100, 128, 256, 512, 1024, 4096)
TRAIN_SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 60_000)
SCALES = {"learning_rate": LEARNING_RATES, "train_size": TRAIN_SIZES, "batch_size": BATCH_SIZES}
REFUSED = "settings_refused"  # session state: why a preset is not in force
PRESET_WIDTHS = (5, 7)  # of the first two, as long as their names


def draw_settings() -> TrainConfig:
    """Draw the widgets, without those that the lesson hides, and return the settings that they show."""
    settings = current_settings()
    above = st.container()
    chosen = {**draw_group("Network", NETWORK, settings), **draw_group("Training", TRAINING, settings)}
    size = chosen.get("train_size", settings.train_size)
    chosen["batch_size"] = min(chosen.get("batch_size", settings.batch_size), size)
    refused = st.session_state.pop(REFUSED, "")
    try:
        settings = replace(settings, **chosen)
    except ValueError as error:  # each is good by itself; what was good before stays in force
        refused = on_screen(error)
    if refused:
        above.error(plain(refused))
    keep_settings(settings)
    return settings


def draw_group(title: str, controls: dict[str, Control], settings: TrainConfig) -> dict[str, Any]:
    """Draw one group of settings and return what they are set to."""
    shown = {name: draw for name, draw in controls.items() if name not in current_lesson().hide}
    if not shown:
        return {}
    with st.expander(title, expanded=True):
        if title == "Network":
            draw_presets()
        return {name: draw(settings, name) for name, draw in shown.items()}


def draw_presets() -> None:
    """Draw one button for each preset."""
    places = *st.columns(PRESET_WIDTHS, gap="small"), st.container()
    for place, name in zip(places, PRESETS, strict=True):
        place.button(
            name.capitalize(),
            key=f"preset_{name}",
            help=PRESET_HELP[name],
            on_click=use_preset,
            args=(name,),
            width="stretch",
        )


def use_preset(name: str) -> None:
    """Make a preset the settings, or keep the sentence that says why it does not go with the lesson's."""
    try:
        use_settings(preset_settings(name))
    except ValueError as error:
        st.session_state[REFUSED] = on_screen(error)


def layers(settings: TrainConfig, name: str) -> tuple[int, ...]:
    """Draw the number of hidden layers and their widths, and return the widths."""
    widths = settings.hidden
    count = st.slider(
        SETTING_NAMES[name],
        0,
        MAX_HIDDEN_LAYERS,
        value=len(widths),
        key=setting_key("num_hidden"),
        help=help_of_setting(name),
    )
    chosen = []
    columns = st.columns(2, gap="small") if count > 1 else [st.container()]
    for index in range(count):
        with columns[index % len(columns)]:
            chosen.append(
                st.number_input(
                    f"Width of layer {index + 1}",
                    1,
                    MAX_WIDTH,
                    value=widths[index] if index < len(widths) else (widths[-1] if widths else 100),
                    step=1,
                    key=setting_key(f"width_{index}"),
                    help=help_of_setting("width"),
                )
            )
    return tuple(chosen)


def choice(settings: TrainConfig, name: str) -> str:
    """Draw a setting that is one of a few."""
    label, names, value = SETTING_NAMES[name], CHOICE_NAMES[name], getattr(settings, name)
    return choose(label, names, value, setting_key(name), help=help_of_setting(name), width="stretch")


def number(settings: TrainConfig, name: str) -> int:
    """Draw a setting that is a whole number."""
    return st.number_input(
        SETTING_NAMES[name],
        *BOUNDS[name],
        value=getattr(settings, name),
        step=1,
        key=setting_key(name),
        help=help_of_setting(name),
    )


def switch(settings: TrainConfig, name: str) -> bool:
    """Draw a setting that is on or off."""
    return st.toggle(
        SETTING_NAMES[name], getattr(settings, name), key=setting_key(name), help=help_of_setting(name)
    )


def from_scale(settings: TrainConfig, name: str) -> float:
    """Draw a setting on a scale of round values; one that came from a link keeps its own place on it.

    A mini-batch is at most as large as the training set that was just chosen.
    """
    key, largest = setting_key(name), math.inf
    if name == "batch_size":
        largest = st.session_state.get(setting_key("train_size"), settings.train_size)
        key += f"_to_{largest}"
    value = min(getattr(settings, name), largest)
    return st.select_slider(
        SETTING_NAMES[name],
        sorted({*(step for step in SCALES[name] if step <= largest), value}),
        value=value,
        key=key,
        format_func=lambda value: f"{value:g}" if value < 1 else f"{value:,g}",
        help=help_of_setting(name),
    )


NETWORK: dict[str, Control] = {
    "hidden": layers,
    "activation": choice,
    "initialization": choice,
    "scaling": choice,
    "seed": number,
}
TRAINING: dict[str, Control] = {
    "num_epochs": number,
    "learning_rate": from_scale,
    "train_size": from_scale,
    "batch_size": from_scale,
    "patience": number,
    "restore_best": switch,
}
