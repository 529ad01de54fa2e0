"""The training digits nearest to one; what finds them is made once, for all sessions of the server."""

import numpy as np
import streamlit as st

from mnistlab.datasets import Dataset
from mnistlab.explaining.neighbors import Shadows, nearest, shadows_of

SETS = 3  # MNIST, the generated digits, and the first thousand of those


@st.cache_resource(max_entries=SETS, show_spinner=False)
def _shadows(name: str, num_images: int, _images: np.ndarray) -> Shadows:
    return shadows_of(_images)


def nearest_training_digits(
    dataset: Dataset, image: np.ndarray, count: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """Return indices and distances of the training images that differ least from one, uint8 (28, 28)."""
    images = dataset.train.images
    return nearest(image, images, count, _shadows(dataset.name, len(images), images))
