"""A person's own digits, with the labels that they gave them: kept, counted, exported, trained on."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import jax
import numpy as np
from PIL import Image

from mnistlab.data.datasets import Split
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Params
from mnistlab.engine.training import Step, epoch_key, epoch_steps

OWN_COPIES = 8  # of each digit in a mini-batch, at most
MAX_DIGITS = 1_000


class Collection(NamedTuple):
    """Framed digits and their labels, in the order in which they were kept."""

    images: np.ndarray  # (n, 28, 28) uint8
    labels: np.ndarray  # (n,) uint8

    @property
    def size(self) -> int:
        """How many digits there are."""
        return len(self.labels)


EMPTY = Collection(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))


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
    if image.shape != (28, 28) or image.dtype != np.uint8:
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
            archive.writestr(f"{number:04d}_is_{label}.png", png_bytes(image))
    return file.getvalue()


def png_bytes(image: np.ndarray) -> bytes:
    """Return a gray PNG of an image, uint8 (height, width)."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def mixed_key(seed: int, epoch: int, number: int) -> jax.Array:
    """Return the random key for steps on own digits, the `number`-th time after so many epochs."""
    with jax.threefry_partitionable(False):
        return jax.random.fold_in(epoch_key(seed, epoch), number + 1)


def with_own_digits(
    images: np.ndarray, labels: np.ndarray, data: Split, key: jax.Array, config: TrainConfig, num_steps: int
) -> tuple[Split, TrainConfig]:
    """Return a small training set, at most half of it own digits, and the settings for one epoch of it.

    Each own digit is in it at most eight times per mini-batch, so that a single one does not drown the rest.

    Args:
        images: Own digits, (n, 28, 28) uint8, and their labels, (n,).
        labels: Theirs.
        data: The training images and labels to mix them with.
        key: Decides which training images (`mixed_key`).
        config: Settings of the run; mini-batches keep their size, so the learning rate means the same.
        num_steps: Mini-batches to make.
    """
    size = num_steps * config.batch_size
    num_own = max(1, min(size // 2, OWN_COPIES * len(labels) * num_steps))
    with jax.threefry_partitionable(False):
        others = np.asarray(jax.random.randint(key, (size - num_own,), 0, config.train_size))
    own = np.arange(num_own) % len(labels)
    mixed = Split(
        np.concatenate([images[own], data.images[others]]),
        np.concatenate([labels[own], data.labels[others]]),
    )
    return mixed, replace(config, train_size=size)


def own_digit_steps(
    params: Params,
    images: np.ndarray,
    labels: np.ndarray,
    data: Split,
    config: TrainConfig,
    *,
    epoch: int,
    number: int,
    num_steps: int,
    first: int = 0,
) -> Iterator[Step]:
    """Train some steps on own digits mixed with training images.

    Args:
        params: The network to begin with.
        images: Own digits, (n, 28, 28) uint8.
        labels: Theirs, (n,).
        data: Training images and labels.
        config: Settings of the run as they hold now.
        epoch: Epochs that the network was trained for.
        number: How many times this was done after that epoch before.
        num_steps: Mini-batches.
        first: Mini-batches of these that `params` has behind it.

    Yields:
        The network after each of the mini-batches.
    """
    key = mixed_key(config.seed_of_order, epoch, number)
    mixed, mixed_config = with_own_digits(images, labels, data, key, config, num_steps)
    return epoch_steps(params, key, mixed, mixed_config, first)
