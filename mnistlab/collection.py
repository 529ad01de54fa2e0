"""A person's own digits, with the labels that they gave them: kept, counted and taken away as files."""

import io
import zipfile
from typing import NamedTuple

import numpy as np
from PIL import Image

SIDE = 28
MAX_DIGITS = 1_000


class Collection(NamedTuple):
    """Framed digits and their labels, in the order in which they were kept."""

    images: np.ndarray  # (n, 28, 28) uint8
    labels: np.ndarray  # (n,) uint8

    @property
    def size(self) -> int:
        """How many digits there are."""
        return len(self.labels)


EMPTY = Collection(np.zeros((0, SIDE, SIDE), np.uint8), np.zeros(0, np.uint8))


def with_digit(collection: Collection, image: np.ndarray, label: int) -> Collection:
    """Return the collection with one more digit; the same image again only gets its new label.

    Args:
        collection: What there is.
        image: The framed digit, uint8 (28, 28).
        label: What it was, 0 to 9.

    Raises:
        ValueError: The image or the label is none, or the collection is full.
    """
    image = np.asarray(image)
    if image.shape != (SIDE, SIDE) or image.dtype != np.uint8:
        raise ValueError(f"A digit must be 28x28 pixels of uint8. Got {image.shape} of {image.dtype}.")
    if isinstance(label, bool) or not isinstance(label, (int, np.integer)) or not 0 <= label <= 9:
        raise ValueError(f"label must be a whole number from 0 to 9. Got {label!r}.")
    same = (collection.images == image).all(axis=(1, 2))
    if same.any():
        return collection._replace(labels=np.where(same, label, collection.labels).astype(np.uint8))
    if collection.size >= MAX_DIGITS:
        raise ValueError(f"A collection must hold at most {MAX_DIGITS:,} digits. It is full.")
    return Collection(
        np.concatenate([collection.images, image[None]]),
        np.concatenate([collection.labels, np.array([label], np.uint8)]),
    )


def without_digit(collection: Collection, index: int) -> Collection:
    """Return the collection without one of its digits; an index that is none of them changes nothing."""
    kept = np.arange(collection.size) != index
    return Collection(collection.images[kept], collection.labels[kept])


def label_of(collection: Collection, image: np.ndarray) -> int | None:
    """Return the label under which an image is kept, or None."""
    same = np.flatnonzero((collection.images == image).all(axis=(1, 2)))
    return int(collection.labels[same[0]]) if same.size else None


def num_right(collection: Collection, activations: np.ndarray) -> int:
    """Return how many of the digits were read right, from the ten outputs for each, (n, 10)."""
    return int((activations.argmax(axis=1) == collection.labels).sum()) if collection.size else 0


def as_npz(collection: Collection) -> bytes:
    """Return an .npz file with the arrays `images` (n, 28, 28) and `labels` (n,), both uint8."""
    file = io.BytesIO()
    np.savez_compressed(file, images=collection.images, labels=collection.labels)
    return file.getvalue()


def as_png_zip(collection: Collection) -> bytes:
    """Return a .zip file with one gray PNG for each digit, ink 255 on 0, named as in 0001_is_7.png."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, (image, label) in enumerate(zip(*collection, strict=True), start=1):
            png = io.BytesIO()
            Image.fromarray(image).save(png, format="PNG")
            archive.writestr(f"{number:04d}_is_{label}.png", png.getvalue())
    return file.getvalue()
