"""The four files in which MNIST was published: what they must be, where they may lie, how they are read."""

import functools
import gzip
import hashlib
import os
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs

FILE_NAMES = {
    "train_images": "train-images-idx3-ubyte.gz",
    "train_labels": "train-labels-idx1-ubyte.gz",
    "test_images": "t10k-images-idx3-ubyte.gz",
    "test_labels": "t10k-labels-idx1-ubyte.gz",
}
# Field -> size and SHA-256 of the file unpacked, as some programs leave it.
UNPACKED = {
    "train_images": (47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    "train_labels": (60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    "test_images": (7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    "test_labels": (10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
}
DATASET = "mnist"
OTHERWISE = "or set MNISTLAB_DATA_DIR to a folder with the four .gz files of MNIST."
IDX_MAGIC = b"\0\0"


class DataError(ValueError):
    """The data cannot be had; the text is a sentence that says why and what helps."""


class MnistNotFound(DataError):
    """MNIST is nowhere on this machine."""


def import_tensorflow_datasets() -> None:
    """Import all of tensorflow-datasets that the lab uses, while no other thread imports anything.

    While it is imported, its library etils replaces `builtins.__import__` again and again, for all threads:
    what they import meanwhile is no module, and the page or connection that they work for fails.
    """
    import tensorflow_datasets.core.download.downloader
    import tensorflow_datasets.core.hashing
    import tensorflow_datasets.image_classification.mnist  # noqa: F401


class Original(NamedTuple):
    """One of the four files, as tensorflow-datasets has it registered."""

    name: str
    url: str
    size: int
    sha256: str

    @property
    def name_in_tfds(self) -> str:
        """The name under which tensorflow-datasets keeps the file."""
        from tensorflow_datasets.core.download.resource import get_dl_fname

        return get_dl_fname(self.url, self.sha256)

    def registration(self):
        """Return tensorflow-datasets' own record of size and checksum."""
        from tensorflow_datasets.core.download.checksums import UrlInfo

        return UrlInfo(self.size, self.sha256, self.name)

    @property
    def fetch_url(self) -> str:
        """Where to fetch the file: the registered place, or a mirror, say in a school, by MNISTLAB_MIRROR."""
        mirror = os.environ.get("MNISTLAB_MIRROR")
        if not mirror:
            return self.url
        if not mirror.startswith(("http://", "https://")):
            raise DataError(f"MNISTLAB_MIRROR must begin with http:// or https://. Got {mirror!r}.")
        return f"{mirror.rstrip('/')}/{self.name}"


@functools.cache
def registered_originals() -> dict[str, Original]:
    """Return field -> the file, as registered with the MNIST builder of tensorflow-datasets."""
    from tensorflow_datasets.image_classification.mnist import MNIST

    by_name = {
        info.filename: Original(info.filename, url, int(info.size), info.checksum)
        for url, info in MNIST.url_infos.items()
    }
    return {field: by_name[name] for field, name in FILE_NAMES.items()}


def cache_folder() -> Path:
    """Return the folder for what can be made again: MNISTLAB_CACHE_DIR, or the user's cache."""
    return Path(os.environ.get("MNISTLAB_CACHE_DIR") or platformdirs.user_cache_dir("mnistlab")).expanduser()


def download_folders() -> tuple[Path, ...]:
    """Return the folders in which tensorflow-datasets, or the lab in its place, may have left the files."""
    tfds = Path(os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")).expanduser() / "downloads"
    return tfds / DATASET, tfds, cache_folder() / "downloads" / DATASET


def verified_bytes(path: Path, original: Original) -> bytes:
    """Return the file's content, which is byte for byte the registered one.

    Raises:
        DataError: It is missing, cannot be read, or is another file; the sentence names it.
    """
    try:
        size, data = path.stat().st_size, b""
        if size == original.size:
            with path.open("rb") as file:
                data = file.read(size + 1)
    except OSError as error:
        raise DataError(f"{path} must be a file that can be read. Got: {error.strerror or error}.") from error
    if len(data) != original.size:
        raise DataError(f"{path} must have {original.size:,} bytes, as MNIST's has. Got {size:,}.")
    digest = hashlib.sha256(data).hexdigest()
    if digest != original.sha256:
        raise DataError(f"{path} must have MNIST's SHA-256, {original.sha256[:12]}... Got {digest[:12]}...")
    return data


def given_bytes(folder: Path) -> dict[str, bytes]:
    """Return field -> verified content of the four files in a folder, each as published or unpacked.

    Raises:
        DataError: One of them is missing or not the registered one.
    """
    return {field: _given_bytes(folder, field, file) for field, file in registered_originals().items()}


def _given_bytes(folder: Path, field: str, published: Original) -> bytes:
    """Return the verified content of a file, which lies under one of the names that it goes by."""
    bare = published.name.removesuffix(".gz")
    names = (published.name, bare, bare.replace("-idx", ".idx"))
    name = next((name for name in names if os.path.exists(folder / name)), published.name)
    if name != published.name:
        size, sha256 = UNPACKED[field]
        published = published._replace(size=size, sha256=sha256)
    return verified_bytes(folder / name, published)


def downloaded_bytes(original: Original) -> bytes | None:
    """Return the verified content of the file from an earlier download, or None where none lies whole."""
    for folder in download_folders():
        try:
            return verified_bytes(folder / original.name_in_tfds, original)
        except DataError:
            continue
    return None


def all_downloaded_bytes() -> dict[str, bytes]:
    """Return field -> verified content of the four files that were downloaded earlier.

    Raises:
        MnistNotFound: One of them, at least, is nowhere whole.
    """
    # Pages ask often: where no folder is, nothing is imported; where a file is missing, little is read, for
    # they are fetched largest first.
    if any(folder.is_dir() for folder in download_folders()):
        contents = {}
        for field, file in sorted(registered_originals().items(), key=lambda item: item[1].size):
            if (data := downloaded_bytes(file)) is None:
                break
            contents[field] = data
        else:
            return {field: contents[field] for field in FILE_NAMES}
    raise MnistNotFound(
        "MNIST is not on this machine yet: fetch it (python -m mnistlab data), "
        "or set MNISTLAB_DATA_DIR to a folder with its four .gz files."
    )


def unpacked(files: dict[str, bytes]) -> dict[str, np.ndarray]:
    """Return field -> uint8 array, examples in the order of `tfds.load("mnist", shuffle_files=False)`.

    Args:
        files: Field -> verified content of the four files, gzipped or not.

    Source: tensorflow_datasets.core.shuffle sorts examples by the hash of their index, salted with the split.
    """
    arrays = {field: read_idx(data) for field, data in files.items()}
    orders = {split: _hashed_order(split, len(arrays[f"{split}_labels"])) for split in ("train", "test")}
    return {field: array[orders[field.split("_")[0]]] for field, array in arrays.items()}


def _hashed_order(split: str, count: int) -> list[int]:
    """Return the indices 0..count-1 as tensorflow-datasets orders the split's examples."""
    from tensorflow_datasets.core.hashing import Hasher

    return sorted(range(count), key=Hasher(split).hash_key)


def read_idx(file: bytes) -> np.ndarray:
    """Return the array that an IDX file of unsigned bytes holds, read-only, of the shape in its header.

    Args:
        file: Verified content of the whole file, gzipped or not.

    Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
    """
    data = file if file.startswith(IDX_MAGIC) else gzip.decompress(file)
    dimensions = data[3]
    shape = struct.unpack_from(f">{dimensions}I", data, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
