"""What each setting, and each choice it offers, is called on the screen and on paper."""

SETTING_NAMES = {
    "dataset": "Digits",
    "hidden": "Hidden layers",
    "activation": "Activation of hidden layers",
    "initialization": "Spread of first weights",
    "scaling": "Pixels are fed as",
    "seed": "Seed",
    "num_epochs": "Epochs",
    "learning_rate": "Learning rate η",
    "train_size": "Training images",
    "batch_size": "Mini-batch size",
    "patience": "Stop if no better for so many epochs",
}
CHOICE_NAMES = {
    "dataset": {"mnist": "MNIST", "generated": "Generated"},
    "initialization": {"notebook": "0.01", "scaled": "1 / √n"},
    "scaling": {"raw": "0 to 255", "unit": "divided by 255"},
}
