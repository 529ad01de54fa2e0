"""What each setting, and each choice it offers, is called on the screen and on paper."""

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
    "order_seed": "Random seed of the image order",
}
CHOICE_NAMES = {
    "dataset": {"mnist": "MNIST", "generated": "Generated", "combined": "MNIST + generated"},
    "activation": {key: activation.name for key, activation in ACTIVATIONS.items()},
    "initialization": {"notebook": "std 0.01", "scaled": "1/√n (LeCun)"},
    "scaling": {"raw": "none (0–255)", "unit": "1/255 (0–1)"},
}


def listed(settings) -> str:
    """Return the names of some settings as they stand in the middle of a sentence."""
    return ", ".join(in_sentence(name) for name in settings)


def in_sentence(setting: str) -> str:
    """Return the name of a setting as it stands in the middle of a sentence."""
    name = SETTING_NAMES[setting]
    return name[0].lower() + name[1:]
