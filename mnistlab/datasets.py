"""The digits of the lab: MNIST, verified, or generated ones in its shape."""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mnistlab.files.atomic_file import load_arrays, save_arrays
from mnistlab.mnist import originals
from mnistlab.mnist.originals import DataError, MnistNotFound

__all__ = [
    "DATASETS",
    "DataError",
    "Dataset",
    "MnistNotFound",
    "Split",
    "best_available",
    "load_dataset",
    "load_mnist",
]

DATASETS = ("mnist", "generated")


class Split(NamedTuple):
    """Images and their labels, read-only."""

    images: np.ndarray  # (n, 28, 28) uint8, 0 = paper
    labels: np.ndarray  # (n,) uint8


class Dataset(NamedTuple):
    """What a network is trained on, and what it is tested on."""

    name: str  # "MNIST" or "generated digits"
    source: str  # where it came from, a sentence for the screen
    train: Split
    test: Split


def load_dataset(name: str, data_dir: str | Path | None = None) -> Dataset:
    """Return one of `DATASETS`.

    Args:
        name: "mnist" or "generated".
        data_dir: Folder with MNIST's four .gz files, see `load_mnist`.

    Raises:
        DataError: There is no such data set, or MNIST cannot be had.
    """
    if name == "mnist":
        return load_mnist(data_dir)
    if name == "generated":
        return _generated("Drawn by the lab itself, from strokes made by hand.")
    raise DataError(f"dataset must be one of {', '.join(DATASETS)}. Got {name!r}.")


def best_available(data_dir: str | Path | None = None) -> Dataset:
    """Return MNIST where it is at hand, else generated digits whose `source` says why."""
    try:
        return load_mnist(data_dir)
    except MnistNotFound:
        return _generated("Drawn by the lab itself, because MNIST is not on this machine yet.")
    except DataError as error:
        return _generated(f"Drawn by the lab itself, because {error}")


def load_mnist(data_dir: str | Path | None = None) -> Dataset:
    """Return MNIST in the order of `tfds.load("mnist", shuffle_files=False)`, from this machine alone.

    Looked for in `data_dir` (or MNISTLAB_DATA_DIR), and nowhere else when that is given; in the lab's own
    copy; among the downloads of tensorflow-datasets. What is found is kept as the lab's own copy, whose pages
    all processes share. Takes a tenth of a second from the copy, one second without.

    Args:
        data_dir: Folder with the four published files, .gz or unpacked.

    Returns:
        train: 60,000 examples, test: 10,000.

    Raises:
        DataError: A file in the given folder is missing or is not MNIST's; the sentence names it.
        MnistNotFound: No folder was given and MNIST is nowhere.
    """
    folder = data_dir or os.environ.get("MNISTLAB_DATA_DIR")
    if folder:
        files = originals.given_bytes(Path(folder).expanduser())
        return _mnist(
            "Read from the folder that was given; its checksums were verified.", _own_copy() or _kept(files)
        )
    if arrays := _own_copy():
        return _mnist("From the lab's own copy; its checksum was verified.", arrays)
    files = originals.all_downloaded_bytes()
    return _mnist("Downloaded with tensorflow-datasets; its checksums were verified.", _kept(files))


def _mnist(source: str, arrays: dict[str, np.ndarray]) -> Dataset:
    """Return the data set of these arrays."""
    return _dataset("MNIST", source, *(arrays[field] for field in originals.FILE_NAMES))


def _generated(source: str) -> Dataset:
    """Return the digits that the lab draws."""
    from mnistlab import handwriting

    return _dataset("generated digits", source, *handwriting.load())


def _dataset(name: str, source: str, *arrays: np.ndarray) -> Dataset:
    """Return training images and labels, test images and labels as one record that nobody can change."""
    locked = [array.view() for array in arrays]
    for array in locked:
        array.flags.writeable = False
    return Dataset(name, source, Split(*locked[:2]), Split(*locked[2:]))


def _own_copy_path() -> Path:
    """Return the file in which the lab keeps MNIST unpacked."""
    return originals.cache_folder() / "mnist.npy"


def _own_copy() -> dict[str, np.ndarray] | None:
    """Return the arrays that the lab kept, or None where there are none or they are damaged."""
    arrays = load_arrays(_own_copy_path())
    return arrays if arrays and arrays.keys() == originals.FILE_NAMES.keys() else None


def _kept(files: dict[str, bytes]) -> dict[str, np.ndarray]:
    """Return the four files unpacked, and keep them; a folder that cannot be written only means no copy."""
    arrays = originals.unpacked(files)
    try:
        save_arrays(_own_copy_path(), arrays)
    except OSError:
        return arrays
    return _own_copy() or arrays
