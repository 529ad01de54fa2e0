"""The sidebar, on every page the same: menu, state of the network, digits in use, settings."""

import streamlit as st

from mnistlab.activations import ACTIVATIONS
from mnistlab.config import MAX_HIDDEN_LAYERS, MAX_WIDTH, PRESETS, TrainConfig, config_from
from mnistlab.ui.glossary import GLOSSARY
from mnistlab.ui.settings import current_settings, keep_settings, preset_settings, use_settings

PAGES = (
    ("streamlit_app.py", "Home", ""),
    ("pages/data.py", "Data", "Look at the digits, and at what is easy about them."),
    ("pages/architecture.py", "Architecture", "Shape a network and see what it says before it has learnt."),
    ("pages/backprop.py", "Backprop", "Follow one image forward, and its error back, number by number."),
    ("pages/train.py", "Train", "Watch cost and accuracy, epoch by epoch."),
    ("pages/predict.py", "Predict", "Draw a digit. Your own network reads it, and shows why."),
)
LEARNING_RATES = tuple(float(f"{digit}e{power}") for power in range(-5, 2) for digit in (1, 2, 5))
BATCH_SIZES = (1, 5, 10, 20, 32, 50, 64, 100, 128, 256, 512, 1024, 4096)
TRAIN_SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 60_000)
SCALING_NAMES = {"raw": "0 to 255", "unit": "divided by 255"}
INITIALIZATION_NAMES = {"notebook": "0.01", "scaled": "1 / √n"}
DATASET_NAMES = {"mnist": "MNIST", "generated": "Generated"}


def draw_menu() -> None:
    """Draw the links to the pages."""
    with st.container(gap=None, key="menu"):
        for path, label, _ in PAGES:
            st.page_link(path, label=label)


def draw_settings() -> TrainConfig:
    """Draw the widgets and return the settings that they show."""
    settings = current_settings()
    with st.expander("Network", expanded=True):
        draw_presets()
        hidden = draw_hidden(settings.hidden)
        activation = choice(
            "activation", "Activation of hidden layers", settings, {n: n for n in ACTIVATIONS}
        )
        initialization = choice("initialization", "Spread of first weights", settings, INITIALIZATION_NAMES)
        scaling = choice("scaling", "Pixels are fed as", settings, SCALING_NAMES)
        seed = number("seed", "Seed", settings, 0, 2**32 - 1)
    with st.expander("Training", expanded=True):
        num_epochs = number("num_epochs", "Epochs", settings, 1, 1000)
        learning_rate = from_scale("learning_rate", "Learning rate η", settings, LEARNING_RATES)
        train_size = from_scale("train_size", "Training images", settings, TRAIN_SIZES)
        batch_size = from_scale(
            "batch_size", "Mini-batch size", settings, [size for size in BATCH_SIZES if size <= train_size]
        )
        patience = number("patience", "Stop if no better for", settings, 0, 1000)
    chosen = config_from(
        {
            "dataset": settings.dataset,
            "hidden": hidden,
            "activation": activation,
            "initialization": initialization,
            "scaling": scaling,
            "seed": seed,
            "num_epochs": num_epochs,
            "learning_rate": learning_rate,
            "batch_size": min(batch_size, train_size),
            "train_size": train_size,
            "patience": patience,
        }
    )
    keep_settings(chosen)
    return chosen


def draw_presets() -> None:
    """Draw one button for each preset."""
    with st.container(horizontal=True, gap="small"):
        for name in PRESETS:
            st.button(
                name.capitalize(),
                key=f"preset_{name}",
                help=GLOSSARY[f"preset {name}"],
                on_click=lambda name=name: use_settings(preset_settings(name)),
                type="secondary",
            )


def draw_hidden(widths: tuple[int, ...]) -> tuple[int, ...]:
    """Draw the number of hidden layers and their widths, and return the widths."""
    first_value("set_num_hidden", len(widths))
    count = st.slider(
        "Hidden layers", 0, MAX_HIDDEN_LAYERS, key="set_num_hidden", help=GLOSSARY["hidden layer"]
    )
    chosen = []
    columns = st.columns(2, gap="small") if count > 1 else [st.container()]
    for index in range(count):
        key = f"set_width_{index}"
        first_value(key, widths[index] if index < len(widths) else (widths[-1] if widths else 100))
        with columns[index % len(columns)]:
            chosen.append(
                st.number_input(
                    f"Width of layer {index + 1}", 1, MAX_WIDTH, step=1, key=key, help=GLOSSARY["width"]
                )
            )
    return tuple(chosen)


def choice(name: str, label: str, settings: TrainConfig, names: dict[str, str]) -> str:
    """Draw a setting that is one of a few."""
    first_value(f"set_{name}", getattr(settings, name))
    return st.segmented_control(
        label,
        list(names),
        format_func=names.get,
        required=True,
        key=f"set_{name}",
        help=GLOSSARY[name],
        width="stretch",
    )


def number(name: str, label: str, settings: TrainConfig, low: int, high: int) -> int:
    """Draw a setting that is a whole number."""
    first_value(f"set_{name}", getattr(settings, name))
    return st.number_input(label, low, high, step=1, key=f"set_{name}", help=GLOSSARY[name])


def from_scale(name: str, label: str, settings: TrainConfig, steps) -> float:
    """Draw a setting on a scale of round values; one that came from a link keeps its own place on it."""
    key = f"set_{name}"
    first_value(key, getattr(settings, name))
    last = max(steps)
    if isinstance(last, int) and st.session_state[key] > last:
        st.session_state[key] = last  # a mini-batch cannot be larger than the training set
    values = sorted({*steps, st.session_state[key]})
    return st.select_slider(
        label, values, key=key, format_func=lambda value: f"{value:g}" if value < 1 else f"{value:,g}",
        help=GLOSSARY[name],
    )  # fmt: skip


def first_value(key: str, value: object) -> None:
    """Give a widget its value when it is not drawn yet; later it keeps its own."""
    if key not in st.session_state:
        st.session_state[key] = value
