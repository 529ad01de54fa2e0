"""What each setting, and each choice it offers, is called on the screen and on paper."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mnistlab.engine.activations import ACTIVATIONS

SETTING_NAMES = {
    "dataset": "Dataset",
    "hidden": "Hidden layers",
    "activation": "Activation function",
    "initialization": "Weight initialization",
    "scaling": "Input scaling",
    "seed": "Random seed",
    "num_epochs": "Epochs",
    "learning_rate": "Learning rate η",
    "train_size": "Training set size",
    "batch_size": "Mini-batch size",
    "patience": "Early stopping: patience (epochs)",
    "restore_best": "Early stopping: restore best weights",
    "order_seed": "Random seed of the image order",
}
CHOICE_NAMES: Mapping[str, dict[Any, str]] = {
    "dataset": {"mnist": "MNIST", "generated": "Generated", "combined": "MNIST + generated"},
    "activation": {key: activation.name for key, activation in ACTIVATIONS.items()},
    "initialization": {"notebook": "std 0.01", "scaled": "1/√n (LeCun)"},
    "scaling": {"raw": "none (0–255)", "unit": "1/255 (0–1)"},
    "restore_best": {False: "off", True: "on"},
}


def listed(settings: Iterable[str]) -> str:
    """Return the names of some settings as they stand in the middle of a sentence."""
    return ", ".join(in_sentence(name) for name in settings)


def in_sentence(setting: str) -> str:
    """Return the name of a setting as it stands in the middle of a sentence."""
    name = SETTING_NAMES[setting]
    return name[0].lower() + name[1:]


def on_screen(error: Exception) -> str:
    """Return the sentence of an error, which names settings as the code does, with their names on the screen.

    What it quotes, behind "Got", stays as it was given.
    """
    said, got, quoted = str(error).partition(" Got ")
    words = NAMED.sub(lambda found: in_sentence(found[0]), said)
    return words[:1].upper() + words[1:] + (" It was " if got and " must be " in said else got) + quoted


# Where a name is also a word of English, it is the setting's only in front of "must".
NAMED = re.compile("|".join(rf"\b{name}\b" + ("" if "_" in name else "(?= must)") for name in SETTING_NAMES))
