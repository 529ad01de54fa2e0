"""Statistics, baselines and the map of digits, each against another way to the same numbers."""

import numpy as np
import pytest

from mnistlab.analysis.dataset_stats import (
    baselines,
    by_class_mean,
    by_darkness,
    class_pictures,
    digit_counts,
    pixel_counts,
    project,
)
from mnistlab.data.datasets import Dataset, Split

# Figures of real MNIST that are known from elsewhere.
MOST_FREQUENT = 0.1135  # of the test images are a 1
DARKNESS = 0.223  # Nielsen, ch. 1: "22.25 per cent", 2225 of 10,000 with 50,000 training images
CLASS_MEAN = 0.8203  # the nearest-centroid classifier


def noise(count, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    images[:, rng.random((28, 28)) < 0.6] = 0
    return images, rng.integers(0, 10, count).astype(np.uint8)


def test_class_pictures_are_the_mean_and_standard_deviation_of_numpy():
    images, labels = noise(5_000)
    pictures = class_pictures(images, labels)
    for digit in range(10):
        own = images[labels == digit].astype(np.float64)
        np.testing.assert_allclose(pictures.means[digit], own.mean(axis=0), rtol=1e-5, atol=1e-3)
        np.testing.assert_allclose(pictures.spreads[digit], own.std(axis=0), rtol=1e-4, atol=1e-2)


def test_a_digit_that_there_is_none_of_has_no_mean_and_is_never_the_answer():
    images, labels = noise(200)
    labels[labels == 3] = 4
    assert np.isnan(class_pictures(images, labels).means[3]).all()
    train = Split(images, labels)
    assert 3 not in by_class_mean(train, images)
    assert 3 not in by_darkness(train, images)


def test_every_pixel_and_every_label_is_counted_once():
    images, labels = noise(4_500)
    values, counts = np.unique(images, return_counts=True)
    expected = np.zeros(256, int)
    expected[values] = counts
    np.testing.assert_array_equal(pixel_counts(images), expected)
    assert digit_counts(labels).tolist() == [int((labels == digit).sum()) for digit in range(10)]


def test_the_map_has_the_two_widest_directions_of_the_whole_decomposition(generated):
    images = generated.train.images[:4_000]
    seen = project(images, sample=600)
    rows = images[seen.indices].reshape(600, -1) / 255.0
    rows -= rows.mean(axis=0)
    _, spreads, directions = np.linalg.svd(rows, full_matrices=False)
    np.testing.assert_allclose(seen.shares, spreads[:2] ** 2 / (spreads**2).sum(), rtol=1e-4)
    for found, expected in zip(seen.directions.reshape(2, -1), directions[:2], strict=True):
        assert abs(found @ expected) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_a_point_is_where_its_image_lies_along_the_directions(generated, seed):
    images = generated.train.images[:2_000]
    seen = project(images, sample=90, seed=seed)
    rows = images[seen.indices].reshape(90, -1) / 255.0
    rows -= rows.mean(axis=0)
    np.testing.assert_allclose(seen.points, rows @ seen.directions.reshape(2, -1).T, atol=1e-3)


def test_the_map_is_the_same_each_time_and_never_turned_round(generated):
    one, other = (project(generated.train.images, sample=300, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.points, other.points)
    for direction in one.directions:
        assert direction.ravel()[np.abs(direction).argmax()] > 0


def test_a_sample_larger_than_the_set_is_the_set():
    images, _ = noise(50)
    assert project(images, sample=800).indices.tolist() == list(range(50))


def test_a_set_that_is_sorted_by_darkness_is_read_without_a_slip():
    labels = np.repeat(np.arange(10), 30).astype(np.uint8)
    images = np.broadcast_to((labels * 25)[:, None, None], (300, 28, 28)).astype(np.uint8)
    sorted_set = Dataset("", "", Split(images, labels), Split(images[::7], labels[::7]))
    scores = {rule.name: rule.accuracy for rule in baselines(sorted_set)}
    assert scores["average darkness (Nielsen)"] == 1
    assert scores["nearest centroid"] == 1
    assert scores["majority class"] == pytest.approx((labels[::7] == 0).mean())


def test_on_real_mnist_the_baselines_are_the_published_ones(mnist):
    scores = {rule.name: rule.accuracy for rule in baselines(mnist)}
    assert scores["chance"] == pytest.approx(0.1, abs=0.01)
    assert scores["majority class"] == MOST_FREQUENT
    assert scores["average darkness (Nielsen)"] == pytest.approx(DARKNESS, abs=0.002)
    assert scores["nearest centroid"] == pytest.approx(CLASS_MEAN, abs=0.001)


def test_on_real_mnist_four_fifths_of_the_pixels_are_paper(mnist):
    counts = pixel_counts(mnist.train.images)
    assert counts[0] / counts.sum() == pytest.approx(0.8088, abs=1e-4)
    assert mnist.train.images.mean() / 255 == pytest.approx(0.1307, abs=1e-4)
