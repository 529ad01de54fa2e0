"""What the Predict page works out once and keeps while nothing of it has changed."""

import numpy as np

from mnistlab.evaluation import activations_of
from mnistlab.explaining.single_image import Reading, passed_by
from mnistlab.explaining.verdict import Trust, trust
from mnistlab.runs.run import Run
from mnistlab.ui.lab_session import Lab, current_snapshot
from mnistlab.ui.memo import remembered


def read(run: Run, image: np.ndarray) -> Reading:
    """Return what an image leaves behind in the network of a run."""
    return remembered("predict_read", (run.params, image), lambda: passed_by(run.params, image, run.config))


def test_activations(lab: Lab) -> np.ndarray:
    """Return the outputs of the network as it is now for all test images, (n, 10)."""
    run, images = current_snapshot().run, lab.dataset.test.images
    return remembered(
        "predict_test_activations",
        (run.params, images),
        lambda: activations_of(run.params, images, run.config),
    )


def test_trust(lab: Lab) -> Trust:
    """Return how often the network as it is now is right on the test images, by the kind of its verdict."""
    activations = test_activations(lab)
    labels = lab.dataset.test.labels
    return remembered("predict_trust", (activations, labels), lambda: trust(activations, labels))
