"""The data sets: MNIST in the right order, from wherever it may lie, and never from a damaged file."""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnistlab.data.datasets import DATASETS, Split, best_available, load_dataset, load_mnist
from mnistlab.data.mnist import originals
from mnistlab.data.mnist.originals import DataError, MnistNotFound
from mnistlab.data.synthetic import handwriting
from tests import mirrors
from tests.conftest import MNIST_FOLDER, REPOSITORY
from tests.mirrors import FIRST_TRAIN_LABELS, NAMES, needs_mnist

empty_machine = mirrors.empty_machine  # its fixture
pytestmark = pytest.mark.usefixtures("empty_machine")


@pytest.fixture
def given_folder(tmp_path):
    """A copy of the four files that a test may damage."""
    folder = tmp_path / "gegebene Dateien é"
    folder.mkdir()
    for name in NAMES:
        shutil.copyfile(MNIST_FOLDER / name, folder / name)
    return folder


@pytest.fixture
def few_digits(monkeypatch):
    """Eight drawn digits in place of all: here it only matters that they are the drawn ones."""
    images, labels = np.zeros((8, 28, 28), np.uint8), np.arange(8, dtype=np.uint8)
    monkeypatch.setattr(handwriting, "load", lambda: (images, labels, images[:2], labels[:2]), raising=False)
    return images


def put_into_tfds_folder(folder):
    """Lay the four files where tensorflow-datasets would have downloaded them to."""
    folder.mkdir(parents=True)
    for file in originals.registered_originals().values():
        shutil.copyfile(MNIST_FOLDER / file.name, folder / file.name_in_tfds)


def raw_values(name):
    """The file's values by the shortest way there is: after a header of 8 or 16 bytes."""
    shape, header = ((-1, 28, 28), 16) if "images" in name else ((-1,), 8)
    return np.frombuffer(
        gzip.decompress((MNIST_FOLDER / name).read_bytes()), np.uint8, offset=header
    ).reshape(shape)


def hashed_order(split, count):
    """tensorflow-datasets' order, written down again: by the md5 of the split's name and the index."""
    return sorted(range(count), key=lambda index: hashlib.md5(f"{split}{index}".encode()).hexdigest())


def own_copy():
    return originals.cache_folder() / "mnist.npy"


def rewrite(path, content):
    path.unlink()
    path.write_bytes(content)


def flip_bit(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 1 << 4
    rewrite(path, bytes(content))


@needs_mnist
def test_mnist_comes_in_the_order_of_tensorflow_datasets():
    mnist = load_mnist(MNIST_FOLDER)
    assert mnist.train.labels[:10].tolist() == FIRST_TRAIN_LABELS
    for split, part, count in (("train", mnist.train, 60_000), ("t10k", mnist.test, 10_000)):
        order = hashed_order("train" if split == "train" else "test", count)
        assert np.array_equal(part.images, raw_values(f"{split}-images-idx3-ubyte.gz")[order])
        assert np.array_equal(part.labels, raw_values(f"{split}-labels-idx1-ubyte.gz")[order])
        assert part.images.dtype == part.labels.dtype == np.uint8


@needs_mnist
def test_the_registered_checksums_are_those_of_the_published_files():
    published = dict(line.split()[::-1] for line in (MNIST_FOLDER / "SHA256SUMS").read_text().splitlines())
    assert {file.name: file.sha256 for file in originals.registered_originals().values()} == published


@needs_mnist
def test_nobody_can_write_into_the_arrays():
    first, second = load_mnist(MNIST_FOLDER), load_mnist()
    for array in (*first.train, *first.test, *second.train, *second.test):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@needs_mnist
def test_the_four_places_are_tried_in_order(given_folder, empty_machine, monkeypatch):
    with pytest.raises(MnistNotFound, match="is not on this machine yet"):
        load_mnist()
    put_into_tfds_folder(empty_machine / "tfds" / "downloads" / "mnist")
    assert load_mnist().source == "Downloaded with tensorflow-datasets; its checksums were verified."
    shutil.rmtree(empty_machine / "tfds")
    assert load_mnist().source == "From the lab's own copy; its checksum was verified."
    monkeypatch.setenv("MNISTLAB_DATA_DIR", str(given_folder))
    assert load_mnist().source == "Read from the folder that was given; its checksums were verified."
    with pytest.raises(DataError, match="nowhere"):
        load_mnist(empty_machine / "nowhere")


@needs_mnist
def test_downloads_of_older_releases_of_tensorflow_datasets_are_found(empty_machine):
    put_into_tfds_folder(empty_machine / "tfds" / "downloads")
    assert load_mnist().train.labels[:10].tolist() == FIRST_TRAIN_LABELS


@needs_mnist
def test_the_default_folder_of_tensorflow_datasets_is_found(empty_machine, monkeypatch):
    from tensorflow_datasets.core.constants import get_default_data_dir

    monkeypatch.delenv("TFDS_DATA_DIR")
    monkeypatch.setenv("HOME", str(empty_machine / "home é"))
    assert str(originals.download_folders()[1]) == os.path.join(get_default_data_dir(), "downloads")
    put_into_tfds_folder(empty_machine / "home é" / "tensorflow_datasets" / "downloads" / "mnist")
    assert load_mnist().train.labels[:10].tolist() == FIRST_TRAIN_LABELS


@needs_mnist
def test_the_own_copy_is_mapped_so_that_processes_share_its_pages():
    load_mnist(MNIST_FOLDER)
    array = load_mnist().train.images
    while not isinstance(array, np.memmap):
        array = array.base
    assert Path(array.filename) == own_copy()


@needs_mnist
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.unlink(), "must be a file that can be read. Got: No such file or directory."),
        (lambda path: rewrite(path, path.read_bytes()[:-1]), "bytes, as MNIST's has. Got "),
        (lambda path: rewrite(path, b""), "bytes, as MNIST's has. Got 0."),
        (lambda path: flip_bit(path, 1000), "must have MNIST's SHA-256, "),
        (lambda path: (path.unlink(), path.mkdir()), "must "),
    ],
    ids=["missing", "cut short", "empty", "a bit flipped", "a folder"],
)
def test_a_wrong_file_in_the_given_folder_is_named(given_folder, name, damage, sentence):
    damage(given_folder / name)
    with pytest.raises(DataError) as caught:
        load_mnist(given_folder)
    assert str(given_folder / name) in str(caught.value)
    assert sentence in str(caught.value)
    assert not own_copy().exists()


@needs_mnist
def test_files_that_were_unpacked_are_the_same_images(given_folder, mnist):
    for name, spelling in zip(NAMES, ("{}-idx3-ubyte", "{}.idx1-ubyte", "{}.idx3-ubyte"), strict=False):
        unpacked = given_folder / spelling.format(name[: name.index("-idx")])
        unpacked.write_bytes(gzip.decompress((given_folder / name).read_bytes()))
        (given_folder / name).unlink()
    found = load_mnist(given_folder)  # three unpacked, under both spellings, and one as published
    for part, same in ((found.train, mnist.train), (found.test, mnist.test)):
        assert np.array_equal(part.images, same.images)
        assert np.array_equal(part.labels, same.labels)


@needs_mnist
@pytest.mark.parametrize("name", NAMES)
def test_an_unpacked_file_that_is_another_one_is_named(given_folder, name):
    unpacked = given_folder / name.removesuffix(".gz").replace("-idx", ".idx")
    content = gzip.decompress((given_folder / name).read_bytes())
    (given_folder / name).unlink()
    for other, sentence in (
        (content[:-1] + bytes([content[-1] ^ 1]), "must have MNIST's SHA-256, "),
        (content[:-1], f"must have {len(content):,} bytes, as MNIST's has. Got {len(content) - 1:,}."),
    ):
        unpacked.write_bytes(other)
        with pytest.raises(DataError) as caught:
            load_mnist(given_folder)
        assert str(caught.value).startswith(f"{unpacked} {sentence}")


@needs_mnist
@pytest.mark.parametrize("strange", ["a pipe", "without end", "ten gigabytes"])
def test_a_file_that_could_be_read_for_ever_is_not_read(given_folder, strange):
    place = given_folder / NAMES[0]
    place.unlink()
    if strange == "a pipe":
        os.mkfifo(place)
    elif strange == "without end":
        place.symlink_to("/dev/zero")
    else:
        os.truncate(os.open(place, os.O_CREAT | os.O_WRONLY), 10**10)
    with pytest.raises(DataError, match=f"{NAMES[0]} must have 9,912,422 bytes, as MNIST's has. Got "):
        load_mnist(given_folder)


@needs_mnist
def test_files_with_each_others_names_are_noticed(given_folder):
    images, labels = given_folder / NAMES[0], given_folder / NAMES[2]
    images.rename(given_folder / "third")
    labels.rename(images)
    (given_folder / "third").rename(labels)
    with pytest.raises(DataError, match=NAMES[0]):
        load_mnist(given_folder)


@needs_mnist
def test_a_given_folder_that_is_wrong_is_an_error_even_when_a_copy_is_at_hand(given_folder):
    load_mnist(given_folder)
    flip_bit(given_folder / NAMES[1], 100)
    with pytest.raises(DataError, match=NAMES[1]):
        load_mnist(given_folder)


@needs_mnist
def test_a_damaged_own_copy_is_noticed_and_healed(empty_machine):
    put_into_tfds_folder(empty_machine / "tfds" / "downloads" / "mnist")
    load_mnist()
    whole = own_copy().read_bytes()
    for damaged in (whole[:1000], whole[:5_000_000] + b"\xaa" + whole[5_000_001:]):
        rewrite(own_copy(), damaged)
        assert load_mnist().source.startswith("Downloaded")
        assert own_copy().read_bytes() == whole
    shutil.rmtree(empty_machine / "tfds")
    flip_bit(own_copy(), 40_000_000)
    with pytest.raises(MnistNotFound):
        load_mnist()


@needs_mnist
def test_a_damaged_download_is_not_taken(empty_machine):
    folder = empty_machine / "tfds" / "downloads" / "mnist"
    put_into_tfds_folder(folder)
    flip_bit(folder / originals.registered_originals()["train_labels"].name_in_tfds, 99)
    with pytest.raises(MnistNotFound):
        load_mnist()


@needs_mnist
def test_a_cache_folder_that_cannot_be_written_only_means_no_copy(empty_machine, monkeypatch):
    (empty_machine / "file").write_text("in the way")
    monkeypatch.setenv("MNISTLAB_CACHE_DIR", str(empty_machine / "file" / "cache"))
    mnist = load_mnist(MNIST_FOLDER)
    assert mnist.train.labels[:10].tolist() == FIRST_TRAIN_LABELS
    assert not mnist.train.images.flags.writeable


@needs_mnist
def test_a_full_disk_only_means_no_copy(empty_machine):
    program = f"""
import resource
from mnistlab.data.datasets import load_mnist
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000_000, 20_000_000))
print(load_mnist({str(MNIST_FOLDER)!r}).train.labels[:10].tolist())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == str(FIRST_TRAIN_LABELS), done.stderr
    assert list((empty_machine / "cache").iterdir()) == []


@needs_mnist
def test_reading_mnist_needs_no_tensorflow_and_no_jax():
    program = f"""
import sys
from mnistlab.data.datasets import load_mnist
load_mnist({str(MNIST_FOLDER)!r})
print(sorted({{"tensorflow", "jax", "streamlit"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_where_nothing_was_ever_fetched_the_answer_takes_no_import():
    program = """
import sys
from mnistlab.data.datasets import load_mnist
from mnistlab.data.mnist.originals import MnistNotFound
try:
    load_mnist()
except MnistNotFound:
    print("tensorflow_datasets" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "False", done.stderr


def test_without_mnist_the_best_is_drawn_digits_and_the_reason(few_digits):
    dataset = best_available()
    assert dataset.name == "generated digits"
    assert "MNIST is not on this machine yet" in dataset.source
    assert dataset.train.images.shape == (8, 28, 28)


def test_with_a_wrong_folder_the_best_is_drawn_digits_and_the_reason(few_digits, empty_machine):
    assert str(empty_machine / NAMES[0]) in best_available(empty_machine).source


@needs_mnist
def test_the_best_is_mnist_where_it_is_at_hand():
    assert best_available(MNIST_FOLDER).name == "MNIST"


def test_drawn_digits_are_locked_without_locking_what_drew_them(few_digits):
    dataset = load_dataset("generated")
    assert dataset.name == "generated digits"
    assert isinstance(dataset.train, Split)
    assert not dataset.train.images.flags.writeable
    assert few_digits.flags.writeable


def test_an_unknown_data_set_is_refused_with_the_known_ones_named():
    assert DATASETS == ("mnist", "generated", "combined")
    with pytest.raises(
        DataError, match=r"dataset must be one of mnist, generated, combined\. Got 'fashion'\."
    ):
        load_dataset("fashion")
