"""What can be had without a network: the share of test digits that the simplest rules read right."""

from typing import NamedTuple

import numpy as np

from mnistlab.config import NUM_CLASSES
from mnistlab.explaining.dataset_stats import class_pictures, digit_counts

SEED = 123  # of the rule that guesses


class Baseline(NamedTuple):
    """A rule and how well it does."""

    name: str
    rule: str  # one sentence
    accuracy: float  # share of the test images read right


def baselines(dataset) -> tuple[Baseline, ...]:
    """Return what four simple rules, made from the training images, reach on the test images.

    Source: Nielsen, Neural Networks and Deep Learning, ch. 1, for the mean darkness.
    """
    train, test = dataset.train, dataset.test
    rules = (
        ("chance", "Guess one of the ten digits.", guesses(len(test.labels))),
        (
            "the most frequent",
            "Always say the digit that there is most of in training.",
            np.full(len(test.labels), digit_counts(train.labels).argmax()),
        ),
        (
            "mean darkness",
            "Say the digit that has on average as much ink as the image.",
            by_darkness(train, test.images),
        ),
        (
            "nearest class mean",
            "Say the digit whose mean image is nearest to the image.",
            by_class_mean(train, test.images),
        ),
    )
    return tuple(
        Baseline(name, rule, float((answers == test.labels).mean())) for name, rule, answers in rules
    )


def guesses(count: int) -> np.ndarray:
    """Return so many digits drawn at random, (count,)."""
    return np.random.default_rng(SEED).integers(0, NUM_CLASSES, count)


def darkness(images: np.ndarray) -> np.ndarray:
    """Return the mean value of the pixels of each image, (n,)."""
    return images.reshape(len(images), -1).mean(axis=1, dtype=np.float64)


def by_darkness(train, images: np.ndarray) -> np.ndarray:
    """Return for each image the digit whose training images are on average most nearly as dark, (n,)."""
    of_training = darkness(train.images)
    of_digit = np.array([mean_or_far(of_training[train.labels == digit]) for digit in range(NUM_CLASSES)])
    return np.abs(darkness(images)[:, None] - of_digit).argmin(axis=1)


def mean_or_far(values: np.ndarray) -> float:
    """Return the mean, or infinity for a digit that there is none of, so that it is never the nearest."""
    return float(values.mean()) if len(values) else np.inf


def by_class_mean(train, images: np.ndarray) -> np.ndarray:
    """Return for each image the digit whose mean training image is nearest, (n,)."""
    means = class_pictures(train.images, train.labels).means.reshape(NUM_CLASSES, -1)
    norms = np.nan_to_num((means**2).sum(axis=1), nan=np.inf)
    pixels = images.reshape(len(images), -1).astype(np.float32)
    return (norms - 2 * pixels @ np.nan_to_num(means).T.astype(np.float32)).argmin(axis=1)
