"""What each setting, and each choice it offers, is called on the screen and on paper."""

from mnistlab.activations import ACTIVATIONS

SETTING_NAMES = {
    "dataset": "Digits",
    "hidden": "Hidden layers",
    "activation": "Activation of hidden layers",
    "initialization": "Spread of first weights",
    "scaling": "Pixel values",
    "seed": "Seed",
    "num_epochs": "Epochs",
    "learning_rate": "Learning rate η",
    "train_size": "Training images",
    "batch_size": "Mini-batch size",
    "patience": "Stop if no better for so many epochs",
    "order_seed": "Seed of the order",
}
CHOICE_NAMES = {
    "dataset": {"mnist": "MNIST", "generated": "Generated"},
    "activation": {key: activation.name for key, activation in ACTIVATIONS.items()},
    "initialization": {"notebook": "0.01", "scaled": "1 / √n"},
    "scaling": {"raw": "0 to 255", "unit": "divided by 255"},
}


def listed(settings) -> str:
    """Return the names of some settings as they stand in the middle of a sentence."""
    return ", ".join(in_sentence(name) for name in settings)


def in_sentence(setting: str) -> str:
    """Return the name of a setting as it stands in the middle of a sentence."""
    name = SETTING_NAMES[setting]
    return name[0].lower() + name[1:]
