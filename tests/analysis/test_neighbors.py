"""Neighbors found by their projections are those of comparing all images pixel by pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistlab.analysis.neighbors import NUM_AXES, nearest, projections_of


def by_comparing_all(image, images, count):
    """Return indices and distances without any shortcut."""
    squares = ((images.astype(int) - image) ** 2).sum(axis=(1, 2))
    first = np.argsort(squares, kind="stable")[:count]
    return first, np.sqrt(squares[first])


def require_the_same(found, expected):
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_allclose(found[1], expected[1])


@pytest.mark.parametrize("count", [1, 5, 40])
def test_the_nearest_digits_are_those_of_comparing_all(generated, count):
    images = generated.train.images[:6_000]
    known = projections_of(images)
    noise = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    for image in (*generated.test.images[:12], np.zeros((28, 28), np.uint8), noise):
        require_the_same(nearest(image, images, count, known), by_comparing_all(image, images, count))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 70), levels=st.sampled_from([1, 2, 256]))
def test_so_are_those_of_any_images_also_where_many_are_equally_near(seed, n, levels):
    rng = np.random.default_rng(seed)
    *images, image = rng.integers(0, levels, (n + 1, 28, 28)).astype(np.uint8) * (255 // max(1, levels - 1))
    images = np.array(images)
    images[rng.integers(0, n, n // 2)] = images[0]
    require_the_same(nearest(image, images), by_comparing_all(image, images, 5))


def test_no_two_projections_are_farther_apart_than_their_images(generated):
    images = generated.train.images[:500]
    known = projections_of(images)
    np.testing.assert_allclose(known.axes.T @ known.axes, np.eye(NUM_AXES), atol=1e-5)
    flat = images.reshape(500, -1).astype(float)
    apart = np.linalg.norm(flat[:, None] - flat, axis=2)
    projected_apart = np.linalg.norm(known.projected[:, None].astype(float) - known.projected, axis=2)
    assert (projected_apart <= apart + 0.1).all()
    assert (projected_apart > 0.75 * apart).mean() > 0.9  # and they tell the images apart


def test_an_image_of_the_set_is_its_own_nearest(generated):
    found, distances = nearest(generated.train.images[777], generated.train.images[:3_000])
    assert found[0] == 777
    assert distances[0] == 0


def test_asking_for_more_neighbors_than_there_are_images_gives_all_of_them(generated):
    found, distances = nearest(generated.test.images[0], generated.train.images[:3], count=5)
    assert sorted(found) == [0, 1, 2]
    assert (np.diff(distances) >= 0).all()
