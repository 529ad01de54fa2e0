"""One sentence or two for each term, the same wherever it is asked for."""

import re

from mnistlab.analysis.decision import FIRES, MARGIN
from mnistlab.engine.activations import ACTIVATIONS

NAMES = [activation.name for activation in ACTIVATIONS.values()]

GLOSSARY = {
    "dataset": "The images and their labels: MNIST, digits that the lab generates itself, or both, two of "
    "MNIST to one that is generated anew as training goes on. Training uses one part of it, the test images "
    "are only for measuring; with both they are MNIST's.",
    "unit": "Forms a weighted sum z of its inputs and passes on a = σ(z).",
    "activation": "What a unit passes on, a = σ(z): its pre-activation z passed through σ. "
    f"Hidden layers may use {', '.join(NAMES[:-1])} or {NAMES[-1]}; the ten outputs always use the sigmoid.",
    "activation function": "The function σ that turns a pre-activation z into the activation a = σ(z). The "
    "hidden layers use the one from the sidebar, the ten outputs always the sigmoid.",
    "pre-activation": "The weighted sum z = W a + b that a unit forms before σ is applied.",
    "output": "The activation of one of the ten units of the last layer, one for each digit. "
    "The largest is the prediction; they are no probabilities and need not sum to one.",
    "weight": "W_ij says how strongly unit i listens to unit j of the layer before.",
    "bias": "A number b_i that is added to a unit's weighted sum: how easily it fires by itself.",
    "width": "How many units a layer has.",
    "hidden layer": "A layer between the pixels and the ten outputs. Without one, every output "
    "weighs the pixels directly.",
    "cost": "How wrong the network is: the sum over the ten outputs of (y - a)², averaged over the images.",
    "gradient": "The slope of the cost in the direction of each weight and bias. Training walks against it.",
    "gradient check": "The gradient of backpropagation compared with one that was found in another way: "
    "by automatic differentiation, or as the difference of two costs. It finds slips; it is no proof.",
    "error": "Δ = ∂L/∂z, how the cost would change if the pre-activation of a unit rose a little. "
    "Backpropagation carries it from the outputs to the first layer.",
    "training set size": "How many of the training images are used, from the first one on.",
    "epoch": "One pass through the training images, each used once, in a random order.",
    "mini-batch": "The images that are looked at before each small change of the weights.",
    "SGD": "Stochastic gradient descent: each step moves all weights and biases against the gradient of one "
    "mini-batch.",
    "first-order prediction": "By how much the cost changes if it goes on as steeply as it begins: the slope "
    "times the length of the step.",
    "learning rate": "How far each step goes along the gradient. Here the gradient is summed over the "
    "mini-batch, so a larger mini-batch makes larger steps.",
    "early stopping": "Training ends by itself when the test cost has not fallen for so many epochs, "
    "the patience.",
    "overfitting": "Learning the training images by heart: the training cost falls on while the test "
    "cost rises again.",
    "saddle point": "A place where the cost is level and yet no minimum: it rises one way and falls another.",
    "accuracy": "The share of images whose largest output is the right digit.",
    "test accuracy": "The accuracy on the test images, none of which the network is trained on.",
    "accuracy on generated digits": "The accuracy on 10,000 generated test images, in other hands than "
    "MNIST's: the test accuracy holds for digits like MNIST's, this figure for others.",
    "training accuracy": "The accuracy on images that the network is trained on, at most 10,000 of them.",
    "error rate": "The share of images whose largest output is a wrong digit: 1 minus the accuracy.",
    "recall": "Of all images of one digit, the share that was predicted to be that digit.",
    "confusion matrix": "How many images of each true label got each predicted label. "
    "Errors lie off the diagonal.",
    "baseline": "The test accuracy of a rule without any network: what a network has to exceed.",
    "principal component": "A direction in which the images differ as much as possible, perpendicular to "
    "those before it. PCA shows each image by how far it lies along the first two.",
    "saturated": "|z| is so large that σ hardly changes: σ'(z) is near 0 and little is learned there.",
    "weight initialization": "The standard deviation of the normal distribution that the weights are drawn "
    "from: 0.01 as in the notebook that this lab is made after, or 1/√n for a layer with n inputs (LeCun "
    "normal).",
    "input scaling": "Pixels are stored as 0 to 255. Fed like that, sums in the first layer become large and "
    "the sigmoid is saturated; multiplied by 1/255 they stay small.",
    "random seed": "Where the random numbers begin. The same seed gives the same network, the same order of "
    "images and the same curve.",
    "random key": "What JAX makes random numbers from: two numbers, at first made from the random seed, that "
    "are split anew whenever some are needed. The same key gives the same numbers.",
    "vmap": "Turns a function of one image into the same function of a mini-batch (a transformation of JAX).",
    "safetensors": "A file format that holds arrays of numbers and no code. Here: the weights and biases of "
    "a network, with its settings and history in the header.",
    "threshold": f"The largest output must be at least {FIRES:g}. Where none is, the network gives "
    "no answer.",
    "ambiguous": f"The largest output is at least {FIRES:g}, but less than {MARGIN:g} above the "
    "second-highest output: the network does not say which digit it is.",
    "ablation": "Taking away or damaging a part of a network to see what it was good for.",
    "attribution": "What each pixel contributes to the output of a class: with the exact weights where "
    "the unit sees the pixels, otherwise by the gradient.",
}

SETTINGS = {  # the terms that a setting is about, and what is to be said of the setting itself
    "dataset": (("dataset",), ""),
    "hidden": (("hidden layer",), ""),
    "width": (("width",), ""),
    "activation": (("activation function",), ""),
    "initialization": (("weight initialization",), ""),
    "scaling": (("input scaling",), ""),
    "seed": (("random seed", "random key"), ""),
    "num_epochs": (("epoch",), "A press of Train runs so many. May be changed while it trains."),
    "learning_rate": (("learning rate",), "Changed while it trains, it counts from the next epoch on."),
    "train_size": (("training set size",), ""),
    "batch_size": (("mini-batch",), "So many images make one step."),
    "patience": (("early stopping",), "0 trains to the end."),
    "restore_best": (
        ("early stopping",),
        "On, it then loads the weights of the epoch with the lowest test cost. A button does so at any time.",
    ),
}

PRESETS = {
    "notebook": "The settings of the notebook that this lab is made after: 784-100-10, raw pixels, "
    "η = 0.001, seed 123.",
    "recommended": "Settings with a test accuracy of about 98% after 12 epochs.",
    "drawing": "Settings for digits that you draw: a wider network, trained on MNIST and generated digits.",
}

# Words that in a sentence mostly mean something else, and names that are written small.
NOT_IN_SENTENCES = ("error", "threshold", "dataset")
SMALL = ("vmap", "safetensors")


def help_of(term: str, more: str = "") -> str:
    """Return what the "?" beside a term says.

    Args:
        term: Of the glossary.
        more: What is to be said of it in this place, in whole sentences.
    """
    return f"**{titled(term)}**: {GLOSSARY[term]} {more}".rstrip()


def help_of_setting(name: str, more: str = "") -> str:
    """Return what the "?" beside a setting says: the term that it is about, and what it does."""
    (term, *others), own = SETTINGS[name]
    return "\n\n".join([help_of(term, f"{own} {more}".strip()), *map(help_of, others)])


def titled(term: str) -> str:
    """Return a term as it stands at the beginning of a sentence."""
    return term if term in SMALL else term[0].upper() + term[1:]


def explained(text: str) -> str | None:
    """Return what the terms in a text mean, a paragraph each, for a hover; None where it has none."""
    found, rest = set(), text
    for term in sorted(GLOSSARY, key=len, reverse=True):  # a part of a longer term is not meant by itself
        if term not in NOT_IN_SENTENCES and mentions(rest, term):
            found.add(term)
            rest = pattern(term).sub(" ", rest)
    return "\n\n".join(help_of(term) for term in GLOSSARY if term in found) or None


def mentions(text: str, term: str) -> bool:
    """Return whether a text has a term, or several of what it names, but not as a part of a longer one."""
    return pattern(term).search(text) is not None


def pattern(term: str) -> re.Pattern[str]:
    """Return what finds a term, or several of what it names."""
    plural = term[:-1] + "(?:y|ies)" if term.endswith("y") else term + "s?"
    return re.compile(rf"(?<![\w-]){plural}(?!\w)", re.IGNORECASE)
