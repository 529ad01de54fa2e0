"""What is worked out once for a set of digits and then shared by all sessions of the server."""

import numpy as np

from mnistlab.analysis import dataset_stats
from mnistlab.analysis.dataset_stats import Baseline, Projection, baselines, project
from mnistlab.data.datasets import Dataset, Split
from mnistlab.ui.memo import shared

SETS = 3  # MNIST, the generated digits, and the first thousand of those


def name_of(dataset: Dataset) -> tuple[str, int]:
    """Return what tells a set of digits from the others."""
    return dataset.name, len(dataset.train.images)


@shared(max_entries=SETS)
def _baselines(name, _dataset: Dataset) -> tuple[Baseline, ...]:
    return baselines(_dataset)


@shared(max_entries=SETS)
def _class_pictures(name, _train: Split) -> dataset_stats.ClassPictures:
    return dataset_stats.class_pictures(*_train)


@shared(max_entries=SETS)
def _pixel_counts(name, _train: Split) -> np.ndarray:
    return dataset_stats.pixel_counts(_train.images)


@shared(max_entries=SETS)
def _projection(name, _train: Split) -> Projection:
    return project(_train.images)


def cached_baselines(dataset: Dataset) -> tuple[Baseline, ...]:
    """Return the simple rules and what they reach."""
    return _baselines(name_of(dataset), dataset)


def cached_class_pictures(dataset: Dataset) -> dataset_stats.ClassPictures:
    """Return mean and spread of each training digit."""
    return _class_pictures(name_of(dataset), dataset.train)


def cached_pixel_counts(dataset: Dataset) -> np.ndarray:
    """Return how often each value stands in the training images, (256,)."""
    return _pixel_counts(name_of(dataset), dataset.train)


def cached_projection(dataset: Dataset) -> Projection:
    """Return the map of some training images."""
    return _projection(name_of(dataset), dataset.train)
