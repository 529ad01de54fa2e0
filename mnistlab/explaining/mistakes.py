"""Which images a network reads wrong, the surest of its wrong answers first."""

import numpy as np


def worst_mistakes(activations: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Return the images that were read wrong with the most certainty.

    An image is the worse the further the output that won lies above the output of the right digit.

    Args:
        activations: The ten outputs for each image, (n, 10).
        labels: The right digits, (n,).
        count: How many to return at most.

    Returns:
        Indices of the images, worst first, (at most count,); ties keep the order of the images.
    """
    lead = activations.max(axis=1) - activations[np.arange(len(labels)), labels]
    wrong = np.flatnonzero(activations.argmax(axis=1) != labels)
    return wrong[np.argsort(-lead[wrong], kind="stable")][: max(0, count)]
