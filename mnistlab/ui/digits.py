"""The digits in use, shared by all sessions: how they arrive while people work, and which are near to one."""

import threading

import numpy as np

from mnistlab.analysis.neighbors import Projections, nearest, projections_of
from mnistlab.data.datasets import Dataset, Split, combined, load_dataset, load_mnist
from mnistlab.data.mnist.downloads import DownloadStatus, mnist_download
from mnistlab.data.mnist.originals import DataError
from mnistlab.data.synthetic import handwriting
from mnistlab.engine.evaluation import activations_of
from mnistlab.runs.run import Run
from mnistlab.ui.memo import remembered, shared

SETS = 4  # MNIST, the generated digits, the first thousand of those, and the mixture


class Drawing:
    """The generated digits while they are made, once for the whole server."""

    def __init__(self):
        self.fraction = 0.0
        self.dataset: Dataset | None = None
        self.error = ""
        threading.Thread(target=self._draw, name="generated-digits", daemon=True).start()

    def _draw(self) -> None:
        try:
            handwriting.load(progress=self._report)
            self.dataset = load_dataset("generated")
        except Exception as error:
            self.error = f"The digits could not be generated: {error}"
            raise

    def _report(self, fraction: float) -> None:
        self.fraction = fraction


@shared()
def generated_digits() -> Drawing:
    """Return the one drawing of the generated digits."""
    return Drawing()


@shared()
def first_digits() -> Dataset:
    """Return the first generated digits, for the seconds until all are there."""
    images, labels = handwriting.preview()
    some = Split(images, labels)
    return Dataset(
        "generated digits", f"The first {len(labels):,}; the others are being generated.", some, some
    )


def key_of(dataset: Dataset) -> tuple[str, int]:
    """Return what tells a set of digits from the others."""
    return dataset.name, len(dataset.train.images)


@shared()
def mnist() -> Dataset:
    """Return MNIST; raises DataError, which is not cached, where it is not at hand."""
    return load_mnist()


@shared()
def combined_digits() -> Dataset:
    """Return the mixture of MNIST and the generated digits, which must both be there."""
    return combined(mnist(), load_dataset("generated"))


def mnist_is_here() -> bool:
    """Return whether MNIST can be used at once."""
    try:
        mnist()
    except DataError:
        return False
    return True


def dataset_in_use(name: str) -> tuple[Dataset, bool]:
    """Return the digits to work with, and whether they are all there yet."""
    drawn = generated_digits().dataset  # begun in any case: the mixture is a click away
    has_mnist = name != "generated" and mnist_is_here()
    if has_mnist and name == "mnist":
        return mnist(), True
    if drawn is None:
        return first_digits(), False
    return (combined_digits() if has_mnist else drawn), True


def arrival() -> DownloadStatus | None:
    """Return how far the download of MNIST is, None where it is at hand; the first call begins it."""
    if mnist_is_here():
        return None
    download = mnist_download()
    download.start()
    return download.status()


def outputs_for(name: str, run: Run, images: np.ndarray) -> np.ndarray:
    """Return the outputs of a network for some images, (n, 10); the session keeps the last under a name."""
    return remembered(
        f"outputs_for_{name}", (run.params, images), lambda: activations_of(run.params, images, run.config)
    )


@shared(SETS, key_of)
def projections(dataset: Dataset) -> Projections:
    """Return the training images as the search for the nearest wants them."""
    return projections_of(dataset.train.images)


def nearest_training_digits(
    dataset: Dataset, image: np.ndarray, count: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """Return indices and distances of the training images that differ least from one, uint8 (28, 28)."""
    return nearest(image, dataset.train.images, count, projections(dataset))
