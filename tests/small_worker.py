"""A worker process whose data are made up on the spot: blobs that differ from digit to digit."""

import os

import numpy as np

from mnistlab.datasets import Dataset, Split

TRAIN, TEST = 2000, 300


def small_dataset(name="mnist"):
    """Return made-up images with ten classes; one that cannot be had under the name that a variable gives."""
    if name == os.environ.get("MNISTLAB_TEST_MISSING"):
        raise ValueError("MNIST must be on this machine. Got nothing.")
    order = np.random.default_rng(1)
    centers = order.integers(0, 200, (10, 28, 28))
    labels = order.integers(0, 10, TRAIN + TEST).astype(np.uint8)
    noise = order.integers(0, 56, (TRAIN + TEST, 28, 28))
    images = (centers[labels] + noise).astype(np.uint8)
    return Dataset(
        name, "made up", Split(images[:TRAIN], labels[:TRAIN]), Split(images[TRAIN:], labels[TRAIN:])
    )
