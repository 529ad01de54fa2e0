"""The training digits nearest to one; what finds them is made once, for all sessions of the server."""

import numpy as np

from mnistlab.analysis.neighbors import Projections, nearest, projections_of
from mnistlab.data.datasets import Dataset
from mnistlab.ui.memo import shared

SETS = 3  # MNIST, the generated digits, and the first thousand of those


@shared(max_entries=SETS)
def _projections(_key: tuple[str, int], images: np.ndarray) -> Projections:
    return projections_of(images)


def nearest_training_digits(
    dataset: Dataset, image: np.ndarray, count: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """Return indices and distances of the training images that differ least from one, uint8 (28, 28)."""
    images = dataset.train.images
    return nearest(image, images, count, _projections((dataset.name, len(images)), images))
