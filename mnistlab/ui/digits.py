"""The digits in use: shared by all sessions, and how MNIST or the generated ones arrive while people work."""

import threading

from mnistlab.data.datasets import Dataset, Split, load_dataset, load_mnist
from mnistlab.data.mnist.downloads import DownloadStatus, mnist_download
from mnistlab.data.mnist.originals import DataError
from mnistlab.data.synthetic import handwriting
from mnistlab.ui.memo import shared

FIRST = 1_000  # generated digits that are there at once
SETS = 3  # MNIST, the generated digits, and the first thousand of those


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
    images, labels = handwriting.preview(FIRST)
    some = Split(images, labels)
    return Dataset("generated digits", f"The first {FIRST:,}; the others are being generated.", some, some)


def key_of(dataset: Dataset) -> tuple[str, int]:
    """Return what tells a set of digits from the others."""
    return dataset.name, len(dataset.train.images)


@shared()
def mnist() -> Dataset:
    """Return MNIST; raises DataError, which is not cached, where it is not at hand."""
    return load_mnist()


def mnist_is_here() -> bool:
    """Return whether MNIST can be used at once."""
    try:
        mnist()
    except DataError:
        return False
    return True


def dataset_in_use(name: str) -> tuple[Dataset, bool]:
    """Return the digits to work with, and whether they are all there yet."""
    if name == "mnist" and mnist_is_here():
        return mnist(), True
    drawing = generated_digits()
    return (drawing.dataset, True) if drawing.dataset else (first_digits(), False)


def why_not_mnist() -> str:
    """Return, in one sentence, why MNIST is not there."""
    try:
        mnist()
    except DataError as error:
        return str(error)
    return ""


def arrival() -> DownloadStatus | None:
    """Return how far the download of MNIST is; the first call begins it."""
    download = mnist_download()
    if not why_not_mnist():
        return None
    download.start()
    return download.status()
