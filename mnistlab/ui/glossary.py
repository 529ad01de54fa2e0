"""One sentence or two for each term, the same wherever it is asked for."""

import re

GLOSSARY = {
    "activation": "What a unit passes on, a = σ(z): its pre-activation z passed through σ. "
    "Hidden layers may use sigmoid, tanh or ReLU; the ten outputs always use the sigmoid.",
    "pre-activation": "The weighted sum z = W a + b that a unit forms before σ is applied.",
    "weight": "W_ij says how strongly unit i listens to unit j of the layer before.",
    "bias": "A number b_i that is added to a unit's weighted sum: how easily it fires by itself.",
    "width": "How many units a layer has.",
    "hidden layer": "A layer between the pixels and the ten outputs. Without one, every output "
    "weighs the pixels directly.",
    "cost": "How wrong the network is: the sum over the ten outputs of (y - a)², averaged over the images.",
    "gradient": "The slope of the cost in the direction of each weight and bias. Training walks against it.",
    "error": "Δ = ∂L/∂z, how the cost would change if the pre-activation of a unit rose a little. "
    "Backpropagation carries it from the outputs to the first layer.",
    "epoch": "One pass through the training images, each used once, in a random order.",
    "mini-batch": "The images that are looked at before each small change of the weights.",
    "learning rate": "How far each step goes along the gradient. Here the gradient is summed over the "
    "mini-batch, so a larger mini-batch makes larger steps.",
    "overfitting": "Learning the training images by heart: the training cost falls on while the test "
    "cost rises again.",
    "saddle point": "A place where the cost is level and yet no minimum: it rises one way and falls another.",
    "accuracy": "The share of images whose largest output is the right digit.",
    "errors": "1 minus the accuracy: the share of images whose largest output is a wrong digit.",
    "recall": "Of all images of one digit, the share that was read as that digit.",
    "saturated": "|z| is so large that σ hardly changes: σ'(z) is near 0 and little is learned there.",
    "initialization": "The standard deviation of the random first weights: 0.01 as in the notebook, "
    "or 1 / √(inputs of the layer).",
    "scaling": "Pixels are stored as 0 to 255. Fed like that, sums in the first layer become large and "
    "the sigmoid is saturated; divided by 255 they stay small.",
    "seed": "Where the random numbers begin. The same seed gives the same network, the same order of "
    "images and the same curve.",
    "vmap": "jax.vmap turns a function of one image into a function of a whole mini-batch: every value gets "
    "one axis more, and each operation is asked for once instead of once per image.",
    "random key": "Two numbers that decide what JAX draws. None is used twice: split makes new ones of it.",
    "num_epochs": "How many epochs a press of Train runs. May be changed while it trains.",
    "learning_rate": "How far a step goes along the gradient summed over the mini-batch. Changed while "
    "it trains, it counts from the next epoch on.",
    "batch_size": "How many images are looked at for one step.",
    "train_size": "How many of the training images are used.",
    "patience": "Stop when the test cost has not fallen for so many epochs. 0 trains to the end.",
    "preset notebook": "The settings of the notebook: 784-100-10, raw pixels, η = 0.001, seed 123.",
    "preset recommended": "Settings that read about 98 of 100 test images within a minute.",
}

# Settings, explained where they are set, and a word that in a sentence mostly means something else.
NOT_IN_SENTENCES = ("errors", "scaling", "initialization", "error", "seed", "patience")


def explained(text: str) -> str | None:
    """Return what the terms in a text mean, a paragraph each, for a hover; None where it has none."""
    words = (term for term in GLOSSARY if "_" not in term and not term.startswith("preset"))
    terms = [term for term in words if term not in NOT_IN_SENTENCES and mentions(text, term)]
    return "\n\n".join(f"**{term.capitalize()}**: {GLOSSARY[term]}" for term in terms) or None


def mentions(text: str, term: str) -> bool:
    """Return whether a text has a term, or several of what it names, but not as a part of a longer one."""
    plural = term[:-1] + "(?:y|ies)" if term.endswith("y") else term + "s?"
    return re.search(rf"(?<![\w-]){plural}(?!\w)", text, re.IGNORECASE) is not None
