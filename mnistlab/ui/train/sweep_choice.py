"""Which networks a sweep is to have: learning rates on a log scale, seeds, weight initializations."""

from bisect import bisect_left

import numpy as np
import streamlit as st

from mnistlab.engine.config import BOUNDS, TrainConfig
from mnistlab.engine.network import INITIALIZATIONS
from mnistlab.setting_labels import CHOICE_NAMES, SETTING_NAMES, in_sentence
from mnistlab.sweeps.sweep import members
from mnistlab.ui.formatting import count, duration
from mnistlab.ui.glossary import help_of, help_of_setting
from mnistlab.ui.session_token import current_trainer
from mnistlab.ui.sidebar import LEARNING_RATES

SCALE = list(LEARNING_RATES)
NAMES = CHOICE_NAMES["initialization"]
AROUND = 3  # steps of the scale to either side of the learning rate in the sidebar: a factor of ten
MANY = 8
EVENLY = "**Number of learning rates**: they are evenly spaced on a log scale."
TOGETHER = 0.6  # of the time that networks take one by one


def draw_choice(settings: TrainConfig, disabled: bool) -> tuple[TrainConfig, ...]:
    """Draw the controls and return the settings of the networks that they ask for; none of a bad choice."""
    scale, rates_number, seeds_number, weights = st.columns(
        [4, 3, 2, 3], gap="medium", vertical_alignment="bottom"
    )
    with scale:
        first, last = draw_range(settings, disabled)
    with rates_number:
        rates = spaced(first, last, draw_number("Number of learning rates", "rates", 5, disabled, EVENLY))
    with seeds_number:
        seeds = draw_seeds(settings, disabled)
    with weights:
        spreads = draw_spreads(settings, disabled)
    try:
        configs = members(settings, rates, seeds, spreads)
    except ValueError as error:
        st.warning(str(error))
        return ()
    st.caption(words_of(configs, rates, seeds))
    return configs


def draw_range(settings: TrainConfig, disabled: bool) -> tuple[float, float]:
    """Draw the range of learning rates; at first it has that of the sidebar in its middle."""
    middle = min(bisect_left(SCALE, settings.learning_rate), len(SCALE) - 1)
    low, high = SCALE[max(0, middle - AROUND)], SCALE[min(len(SCALE) - 1, middle + AROUND)]
    return st.select_slider(
        "Learning rates η, from and to",
        SCALE,
        value=(low, high),
        format_func=lambda rate: f"{rate:g}",
        key="train_sweep_rates",
        persist_state="session",
        disabled=disabled,
        help=help_of("learning rate"),
    )


def draw_seeds(settings: TrainConfig, disabled: bool) -> list[int]:
    """Draw how many seeds are tried, beginning with that of the sidebar."""
    words = "Each draws other weights, from the seed of the sidebar on. The order of the images is shared."
    number = draw_number("Number of seeds", "seeds", 3, disabled, help_of("random seed", words))
    return [(settings.seed + step) % (BOUNDS["seed"][1] + 1) for step in range(number)]


def draw_spreads(settings: TrainConfig, disabled: bool) -> list[str]:
    """Draw which weight initializations are tried; none means that of the sidebar."""
    chosen = st.pills(
        SETTING_NAMES["initialization"],
        list(INITIALIZATIONS),
        selection_mode="multi",
        format_func=NAMES.__getitem__,
        key="train_sweep_spreads",
        persist_state="session",
        disabled=disabled,
        help=help_of_setting("initialization", "None chosen: that of the sidebar."),
    )
    return [name for name in INITIALIZATIONS if name in chosen]


def draw_number(label: str, name: str, default: int, disabled: bool, words: str) -> int:
    """Draw how many of something are tried."""
    return st.number_input(
        label,
        1,
        MANY,
        value=default,
        step=1,
        key=f"train_sweep_{name}_number",
        persist_state="session",
        disabled=disabled,
        help=words,
    )


def spaced(first: float, last: float, number: int) -> list[float]:
    """Return learning rates evenly spaced on a log scale, to two digits and each once."""
    rates = np.geomspace(first, last, number) if first < last else [first]
    return list(dict.fromkeys(float(f"{rate:.2g}") for rate in rates))


def words_of(configs: tuple[TrainConfig, ...], rates: list[float], seeds: list[int]) -> str:
    """Return the choice in a sentence, with the time it will take."""
    config = configs[0]
    seconds = TOGETHER * len(configs) * current_trainer().expected_seconds(config)
    widths = "-".join(map(str, config.dimensions))
    spreads = dict.fromkeys(NAMES[each.initialization] for each in configs)
    return (
        f"η = {', '.join(f'{rate:g}' for rate in rates)}; {count(len(seeds), 'seed')}; "
        f"{in_sentence('initialization')} {', '.join(spreads)}. "
        f"That makes {count(len(configs), 'network')} of {widths}, {count(config.num_epochs, 'epoch')} each"
        + (f": about {duration(seconds)}." if seconds else ".")
    )
