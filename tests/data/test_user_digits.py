"""A person's own digits: kept once, relabeled, removed, counted, and written to files for others."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from mnistlab.data import user_digits as own_digits
from mnistlab.data.user_digits import (
    EMPTY,
    as_npz,
    as_png_zip,
    label_of,
    num_right,
    with_digit,
    without_digit,
)


def digit(seed):
    return np.random.default_rng(seed).integers(0, 256, (28, 28)).astype(np.uint8)


@pytest.fixture
def three():
    """Three digits: a 4, a 9 and a 4."""
    kept = EMPTY
    for seed, label in ((1, 4), (2, 9), (3, 4)):
        kept = with_digit(kept, digit(seed), label)
    return kept


def test_digits_are_kept_in_order_with_their_labels(three):
    assert three.size == 3
    assert three.labels.tolist() == [4, 9, 4]
    assert np.array_equal(three.images[1], digit(2))
    assert three.images.dtype == three.labels.dtype == np.uint8


def test_the_same_digit_again_only_gets_another_label(three):
    again = with_digit(three, digit(2), 7)
    assert again.size == 3
    assert again.labels.tolist() == [4, 7, 4]
    assert three.labels.tolist() == [4, 9, 4], "the collection of before has changed"


def test_a_removed_digit_is_gone_and_the_others_stay(three):
    fewer = without_digit(three, 1)
    assert fewer.labels.tolist() == [4, 4]
    assert np.array_equal(fewer.images[1], digit(3))
    assert without_digit(three, 99).size == 3


def test_the_label_of_a_digit_is_found(three):
    assert label_of(three, digit(2)) == 9
    assert label_of(three, digit(77)) is None
    assert label_of(EMPTY, digit(1)) is None


def test_right_answers_are_counted(three):
    assert num_right(three, np.eye(10)[[4, 4, 4]]) == 2
    assert num_right(EMPTY, np.zeros((0, 10))) == 0


@pytest.mark.parametrize("label", [10, -1, 3.0, True, "3", None])
def test_a_label_that_is_none_is_refused(label):
    with pytest.raises(ValueError, match="label must be a whole number from 0 to 9"):
        with_digit(EMPTY, digit(1), label)


@pytest.mark.parametrize("image", [np.zeros((27, 28), np.uint8), np.zeros((28, 28)), np.zeros(0, np.uint8)])
def test_an_image_that_is_none_is_refused(image):
    with pytest.raises(ValueError, match="must be 28x28 pixels"):
        with_digit(EMPTY, image, 1)


def test_a_full_collection_takes_no_more_but_can_be_relabeled(three, monkeypatch):
    monkeypatch.setattr(own_digits, "MAX_DIGITS", 3)
    with pytest.raises(ValueError, match="at most 3 digits"):
        with_digit(three, digit(4), 1)
    assert with_digit(three, digit(1), 0).labels.tolist() == [0, 9, 4]


def test_the_npz_holds_images_and_labels(three):
    with np.load(io.BytesIO(as_npz(three)), allow_pickle=False) as arrays:
        assert np.array_equal(arrays["images"], three.images)
        assert np.array_equal(arrays["labels"], three.labels)
        assert sorted(arrays.files) == ["images", "labels"]


def test_the_zip_holds_a_png_for_each_digit_named_by_its_label(three):
    with zipfile.ZipFile(io.BytesIO(as_png_zip(three))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["0001_is_4.png", "0002_is_9.png", "0003_is_4.png"]
        for name, image in zip(archive.namelist(), three.images, strict=True):
            with Image.open(io.BytesIO(archive.read(name))) as picture:
                assert picture.mode == "L"
                assert np.array_equal(np.asarray(picture), image)


def test_an_empty_collection_gives_empty_files():
    with np.load(io.BytesIO(as_npz(EMPTY))) as arrays:
        assert arrays["images"].shape == (0, 28, 28)
    with zipfile.ZipFile(io.BytesIO(as_png_zip(EMPTY))) as archive:
        assert archive.namelist() == []
