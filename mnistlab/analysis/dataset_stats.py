"""A set of digits as a whole: counts and means of the classes, baselines, principal components."""

from typing import NamedTuple

import numpy as np

from mnistlab.engine.config import NUM_CLASSES

CHUNK = 4_096  # images looked at together; wider numbers than bytes never exist for all of them at once
SEED = 123  # of the rule that guesses
FULL_INK = 255.0


class ClassPictures(NamedTuple):
    """Two pictures for each digit; NaN for a digit without images."""

    means: np.ndarray  # (10, 28, 28), 0..255
    spreads: np.ndarray  # (10, 28, 28), standard deviation of each pixel


def digit_counts(labels: np.ndarray) -> np.ndarray:
    """Return how many images there are of each digit, (10,)."""
    return np.bincount(labels, minlength=NUM_CLASSES)


def class_pictures(images: np.ndarray, labels: np.ndarray) -> ClassPictures:
    """Return mean and standard deviation of each pixel over the images of each digit.

    Args:
        images: uint8, (n, 28, 28).
        labels: (n,).
    """
    counts = digit_counts(labels).reshape(-1, 1, 1)
    shape = (NUM_CLASSES, *images.shape[1:])
    sums, squares = np.zeros(shape, np.float64), np.zeros(shape, np.float64)
    for start in range(0, len(images), CHUNK):
        part, of = images[start : start + CHUNK].astype(np.float32), labels[start : start + CHUNK]
        for digit in range(NUM_CLASSES):
            own = part[of == digit]
            sums[digit] += own.sum(axis=0)
            squares[digit] += np.einsum("nij,nij->ij", own, own)
    with np.errstate(invalid="ignore"):
        means = sums / counts
        return ClassPictures(means, np.sqrt(np.maximum(squares / counts - means**2, 0)))


def pixel_counts(images: np.ndarray) -> np.ndarray:
    """Return how often each value 0..255 stands in the images, (256,)."""
    parts = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
    return sum((np.bincount(part.ravel(), minlength=256) for part in parts), np.zeros(256, int))


class Baseline(NamedTuple):
    """A rule and how well it does."""

    name: str
    rule: str  # one sentence
    accuracy: float  # share of the test images read right


def baselines(dataset) -> tuple[Baseline, ...]:
    """Return what four simple rules, made from the training images, reach on the test images.

    Source: Nielsen, Neural Networks and Deep Learning, ch. 1, for the average darkness.
    """
    train, test, random = dataset.train, dataset.test, np.random.default_rng(SEED)
    rules = (
        ("chance", "Guess one of the ten digits.", random.integers(0, NUM_CLASSES, len(test.labels))),
        (
            "majority class",
            "Always say the digit that there is most of in training.",
            np.full(len(test.labels), digit_counts(train.labels).argmax()),
        ),
        (
            "average darkness (Nielsen)",
            "Say the digit that has on average as much ink as the image.",
            by_darkness(train, test.images),
        ),
        (
            "nearest centroid",
            "Say the digit whose mean image is nearest to the image.",
            by_class_mean(train, test.images),
        ),
    )
    return tuple(
        Baseline(name, rule, float((answers == test.labels).mean())) for name, rule, answers in rules
    )


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


class Projection(NamedTuple):
    """A sample of images, seen from the side on which it is widest."""

    indices: np.ndarray  # (n,) of the images in their data set
    points: np.ndarray  # (n, 2)
    directions: np.ndarray  # (2, 28, 28), of length 1, perpendicular to each other
    shares: np.ndarray  # (2,) of the variance of all pixels that lies along each


def project(images: np.ndarray, sample: int = 800, seed: int = 123) -> Projection:
    """Return the first two principal components of a sample of images.

    The directions are the eigenvectors of the covariance matrix of the pixels with the largest eigenvalues.

    Args:
        images: uint8, (n, 28, 28).
        sample: How many of them, drawn at random.
        seed: Of the draw.

    Source: Pearson, On lines and planes of closest fit to systems of points in space, 1901.
    """
    size = min(sample, len(images))
    indices = np.sort(np.random.default_rng(seed).choice(len(images), size, replace=False))
    rows = images[indices].reshape(size, -1).astype(np.float32) / FULL_INK
    rows -= rows.mean(axis=0)
    variances, directions = np.linalg.eigh(rows.T @ rows)  # ascending, a direction in each column
    widest = directions[:, [-1, -2]]
    # A direction may be turned round: its largest pixel is made positive, so that the map never flips.
    widest *= np.sign(widest[np.abs(widest).argmax(axis=0), [0, 1]])
    return Projection(
        indices,
        rows @ widest,
        widest.T.reshape(2, *images.shape[1:]),
        variances[[-1, -2]] / (rows**2).sum(),
    )
