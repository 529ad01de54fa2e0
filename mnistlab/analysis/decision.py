"""From ten activations to one of three outcomes: a digit, ambiguous, or no output above the threshold.

And which of many images are misclassified with the largest margin.
"""

from typing import NamedTuple

import numpy as np

# Chosen by benchmarks/verdict_thresholds.py for drawings: digits that 20 people wrote with a pen on a tablet.
# On those of ten others an answer given is right in 97%, and nine in ten are answered.
FIRES = 0.8  # the largest output has to reach this
MARGIN = 0.6  # and to lie this far above the second

OWN_LEAST = 10  # digits of one's own that make a figure

NONE, TORN, DIGIT = "none", "torn", "digit"


class Verdict(NamedTuple):
    """What the ten outputs say."""

    kind: str  # "digit", "torn" or "none"
    digit: int  # of the largest output
    activation: float
    runner_up: int  # of the second largest
    runner_up_activation: float
    close: tuple[int, ...]  # digits whose outputs are less than the margin below the largest, that included


class Trust(NamedTuple):
    """How often a network gave a digit on some images, and how often that was right."""

    num_images: int
    num_digit: int  # images on which it gave a digit
    num_digit_right: int


def verdict(activations: np.ndarray) -> Verdict:
    """Return what ten activations, (10,), say; they do not sum to one."""
    activations = np.asarray(activations)
    second, first = np.argsort(activations, kind="stable")[-2:]
    kind = str(judged(activations[None])[0])
    largest, runner_up = float(activations[first]), float(activations[second])
    close = tuple(np.flatnonzero(activations[first] - activations < MARGIN).tolist())
    return Verdict(kind, int(first), largest, int(second), runner_up, close)


def judged(activations: np.ndarray, fires: float = FIRES, margin: float = MARGIN) -> np.ndarray:
    """Return the kind of verdict for each image, (n,) of text; outputs that are not numbers reach nothing.

    Args:
        activations: The ten outputs for each image, (n, 10).
        fires: The largest must reach this, or no output is above the threshold.
        margin: It must lie at least so far above the second, or the answer is ambiguous.
    """
    second, first = np.partition(activations, -2, axis=1)[:, -2:].T
    torn = np.where(first - second >= margin, DIGIT, TORN)
    return np.where(first >= fires, torn, NONE)


def trust(activations: np.ndarray, labels: np.ndarray) -> Trust:
    """Return how often a network gave a digit, and how often that was right.

    Args:
        activations: The ten outputs for each image, (n, 10).
        labels: The right digits, (n,).
    """
    digit = judged(activations) == DIGIT
    right = activations.argmax(axis=1) == labels
    return Trust(len(labels), int(digit.sum()), int((digit & right).sum()))


# In words.

NO_OUTPUT = "no output above the threshold"


def headline(found: Verdict) -> str:
    """Return the verdict in as few words as there are."""
    if found.kind == NONE:
        return f"{NO_OUTPUT.capitalize()}."
    if found.kind == TORN:
        return f"Ambiguous: {f'{len(found.close)} digits' if len(found.close) > 2 else either(found)}."
    return f"It is {a_digit(found.digit)}."


def either(found: Verdict) -> str:
    """Return the digits between which a verdict is ambiguous: 4 or 9; 1, 4 or 9."""
    *others, last = found.close
    return f"{', '.join(map(str, others))} or {last}"


def a_digit(digit: int) -> str:
    """Return a digit with its article: a 7, an 8."""
    return f"an {digit}" if digit == 8 else f"a {digit}"


def explanation(found: Verdict) -> str:
    """Return what the verdict rests on, one sentence."""
    if found.kind == NONE:
        return (
            f"The largest, output {found.digit}, is at {found.activation:.2f}, below the threshold of "
            f"{FIRES:g}: the network gives no answer."
        )
    if found.kind == TORN and len(found.close) > 2:
        return (
            f"The largest, output {found.digit}, is at {found.activation:.2f}, and {len(found.close) - 1} "
            f"others are less than {MARGIN:g} below it."
        )
    if found.kind == TORN:
        return (
            f"Output {found.digit} is at {found.activation:.2f} and output {found.runner_up} at "
            f"{found.runner_up_activation:.2f}, less than {MARGIN:g} apart."
        )
    return (
        f"Output {found.digit} is at {found.activation:.2f}. The second-highest output is {found.runner_up}, "
        f"at {found.runner_up_activation:.2f}."
    )


def trust_sentence(known: Trust, digits: str, own: Trust) -> str:
    """Return how far the verdict of this network can be trusted, and on which pictures that was measured.

    Args:
        known: How often it was right on all test images.
        digits: What those are, as in "MNIST".
        own: How often it was right on the digits that the person drew and labeled.
    """
    rule = (
        f"It answers where the largest output is at least {FIRES:g}, and {MARGIN:g} above the second-highest"
    )
    mine = own_sentence(own)
    if not known.num_digit:
        return f"{rule}. It did so on none of the {known.num_images:,} test images ({digits}). {mine}"
    share = known.num_digit_right / known.num_digit
    answered = known.num_digit / max(1, known.num_images)
    return (
        f"{rule}. Of the test images ({digits}) it answered {answered:.1%}, and was right in {share:.1%} of "
        f"those. {mine}"
    )


def own_sentence(own: Trust) -> str:
    """Return how often a network is right on somebody's own digits, or how that can be found out."""
    if own.num_images < OWN_LEAST:
        return (
            f"Drawings are another kind of picture: give {OWN_LEAST} of yours their true label, and their "
            "figures stand here."
        )
    if not own.num_digit:
        return f"Of your own {own.num_images:,} digits it answered none."
    return (
        f"Of your own {own.num_images:,} digits it answered {own.num_digit:,}, and was right in "
        f"{own.num_digit_right:,} of those."
    )


def worst_mistakes(activations: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Return the most confident errors.

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
