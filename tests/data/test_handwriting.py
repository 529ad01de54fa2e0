"""The generated digits: the same for a seed, balanced, framed like drawings, and worth learning from."""

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from mnistlab.data.framing import frame
from mnistlab.data.synthetic import handwriting, pen
from mnistlab.data.synthetic.pen import CANVAS, Writing, inked
from mnistlab.data.synthetic.strokes import DOTS, TEMPLATES, basis
from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.engine.evaluation import evaluate
from mnistlab.engine.training import train

FORMS = [(digit, form) for digit in range(10) for form in range(len(TEMPLATES[digit]))]


@pytest.fixture(scope="module")
def thousand():
    return handwriting.preview()


def test_the_same_seed_gives_the_same_digits_and_another_gives_others(thousand):
    again, labels = handwriting.generate_chunk(handwriting.TRAIN_SEED, 0)
    np.testing.assert_array_equal(again, thousand[0])
    np.testing.assert_array_equal(labels, thousand[1])
    for seed, number in ((handwriting.TEST_SEED, 0), (handwriting.TRAIN_SEED, 1)):
        others, _ = handwriting.generate_chunk(seed, number)
        assert not (others[:, None] == again[None, :100]).all(axis=(2, 3)).any()


def test_the_first_digits_are_those_of_the_whole_set(thousand, generated):
    np.testing.assert_array_equal(generated.train.images[:1000], thousand[0])
    np.testing.assert_array_equal(generated.train.labels[:1000], thousand[1])


def test_strokes_or_habits_that_change_need_another_version():
    """Where this fails, raise VERSION: caches hold the digits of the old one."""
    strokes = {
        digit: [[s.tolist() for s in form.strokes] for form in TEMPLATES[digit]] for digit in TEMPLATES
    }
    shares = [[form.share for form in TEMPLATES[digit]] for digit in TEMPLATES]
    habits = {name.lower(): value for name, value in vars(pen).items() if isinstance(value, float)}
    del habits["spread"]  # of the ink, not of the hand
    rest = handwriting.COUNTS, handwriting.PENS, handwriting.PEN_LIMITS, habits
    content = json.dumps([strokes, shares, *rest]).encode()
    assert (handwriting.VERSION, hashlib.sha256(content).hexdigest()[:16]) == (2, "0cada2e71e2bbbbb")


def test_the_digits_are_about_as_frequent_as_in_mnist(thousand, mnist):
    ours = np.bincount(thousand[1], minlength=10) / len(thousand[1])
    theirs = np.bincount(mnist.train.labels, minlength=10) / len(mnist.train.labels)
    np.testing.assert_allclose(ours, theirs, atol=0.002)


def test_the_order_is_shuffled(thousand):
    labels = thousand[1].astype(int)
    assert 60 <= (labels[1:] == labels[:-1]).sum() <= 150  # a tenth of 999
    assert all(len(set(labels[i : i + 50])) >= 8 for i in range(0, 1000, 50))


def test_every_digit_is_framed_as_a_drawing_is(thousand):
    images, _ = thousand
    assert images.dtype == np.uint8
    centers = np.array([ndimage.center_of_mass(image) for image in images.astype(float)])
    at_the_edge = images[:, [0, -1]].any(axis=(1, 2)) | images[:, :, [0, -1]].any(axis=(1, 2))
    assert (np.abs(centers[~at_the_edge] - 14) <= 0.5).all()
    assert at_the_edge.mean() < 0.05  # as long tails are: there the shift stops
    sides = [np.ptp(np.argwhere(image), axis=0).max() + 1 for image in images]
    assert set(sides) == {20}
    assert (images.max(axis=(1, 2)) == 255).all()


def test_framing_a_generated_digit_again_changes_nothing(thousand):
    """But for a center of mass between two pixels, and faint edges taken for paper."""
    changes = [np.abs(frame(255 - image).astype(int) - image).max() for image in thousand[0][:200]]
    assert np.mean(np.array(changes) <= 8) >= 0.97


def test_ink_looks_as_it_does_in_mnist(thousand, mnist):
    """Stroke width, darkness and grayness lie near those of the real digits."""

    def widths(images):
        images = images.astype(float)
        edges = np.abs(np.diff(images, axis=1)).sum(axis=(1, 2)) + np.abs(np.diff(images, axis=2)).sum(
            axis=(1, 2)
        )
        return 2 * images.sum(axis=(1, 2)) / edges

    ours, theirs = thousand[0], mnist.train.images[:5000]
    for percent in (10, 50, 90):
        assert np.percentile(widths(ours), percent) == pytest.approx(
            np.percentile(widths(theirs), percent), rel=0.1
        )
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.1)
    grayness = [np.mean(images[images > 0] < 250) for images in (ours, theirs)]
    assert grayness[0] == pytest.approx(grayness[1], abs=0.1)


@pytest.mark.parametrize(("digit", "form"), FORMS)
def test_a_form_is_written_differently_each_time_and_the_same_for_a_seed(digit, form):
    images = handwriting.variations(digit, form, 6, seed=3)
    assert images.shape == (6, 28, 28)
    assert len({image.tobytes() for image in images}) == 6
    np.testing.assert_array_equal(images, handwriting.variations(digit, form, 6, seed=3))


def test_each_digit_has_several_forms_with_names_of_their_own():
    names = [form.name for digit in TEMPLATES for form in TEMPLATES[digit]]
    assert len(set(names)) == len(names)
    for digit, forms in TEMPLATES.items():
        assert len(forms) >= 6
        assert all(form.name.startswith(f"{digit} ") for form in forms)


@pytest.mark.parametrize(("digit", "form"), FORMS)
def test_the_pen_passes_through_the_control_points_stroke_by_stroke(digit, form):
    template = TEMPLATES[digit][form]
    path = handwriting.pen_path(digit, form)
    assert len(path) == len(template.strokes)
    assert sum(map(len, path)) == DOTS
    points = np.concatenate(path)
    assert points.min() >= 0
    assert points.max() <= 1
    scale = 1 / np.ptp((basis(template).curve @ basis(template).points), axis=0).max()
    for stroke, drawn in zip(template.strokes, path, strict=True):
        np.testing.assert_allclose(drawn[-1] - drawn[0], (stroke[-1] - stroke[0]) * scale, atol=1e-9)


@given(st.sampled_from(FORMS), st.integers(0, 1000))
def test_a_varied_pen_path_is_the_line_of_the_digit_written_with_that_seed(which, seed):
    """The ink of the variation lies along the path: it is dark under every dot."""
    points = np.concatenate(handwriting.pen_path(*which, seed=seed))
    image = handwriting.variations(*which, 1, seed=seed)[0].astype(float)
    rows, columns = np.nonzero(image)
    middle = np.array([columns.min() + columns.max() + 1, rows.min() + rows.max() + 1]) / 2
    at = middle + (points - 0.5) * 17.5  # the pen's width is the rest of the 20 pixels
    near = ndimage.maximum_filter(image, 3)[at[:, 1].astype(int), at[:, 0].astype(int)]
    assert np.mean(near > 60) > 0.95


def test_ink_is_the_area_within_the_pens_radius_of_a_straight_line():
    """Against the exact distance to a line from (-1, -1) to (1, 1), away from its ends."""
    t = np.linspace(-1, 1, DOTS)
    writing = Writing(np.stack([t, t], axis=-1)[None], np.ones((1, DOTS)))
    ink = inked(writing, np.array([3.0]), np.zeros(DOTS))[0]
    y, x = np.mgrid[:CANVAS, :CANVAS] + 0.5
    expected = np.clip(3.0 - np.abs(x - y) / np.sqrt(2) + 0.5, 0, 1)
    inside = np.abs(x + y - CANVAS) < 26
    np.testing.assert_allclose(ink[inside], expected[inside], atol=0.02)


def test_what_is_left_out_far_from_a_dot_changes_no_pixel_and_what_stays_is_no_subnormal_number(
    thousand, monkeypatch
):
    assert np.exp(-2 * pen.FARTHEST) > np.finfo(np.float32).tiny, "such products take ten times as long"
    monkeypatch.setattr(pen, "FARTHEST", np.float32(np.inf))
    np.testing.assert_array_equal(handwriting.preview()[0], thousand[0])


def test_a_stroke_is_not_joined_to_the_next():
    points = np.concatenate([np.linspace([0, 0], [0, 1], 64), np.linspace([1, 0], [1, 1], 64)])
    ink = inked(Writing(points[None], np.ones((1, DOTS))), np.array([2.0]), np.repeat([0, 1], 64))[0]
    assert not ink[:, CANVAS // 2 - 8 : CANVAS // 2 + 8].any()
    assert ink.sum(axis=1)[10:30].min() > 7
    assert ink.sum(axis=1).max() < 9  # two lines of four pixels, without blots at their ends


@pytest.mark.soak
def test_a_network_that_saw_only_generated_digits_reads_mnist(generated, mnist):
    """The benchmark trains for thirty epochs; a few must do well enough already."""
    config = TrainConfig(initialization="scaled", scaling="unit", learning_rate=0.01, num_epochs=6)
    *_, last = train(config, generated)
    assert evaluate(last.params, mnist.test, config).accuracy > 0.88


@pytest.mark.soak
def test_the_notebooks_network_learns_them_and_saturates_as_on_mnist(generated, mnist):
    *_, last = train(PRESETS["notebook"], generated)
    assert last.metrics.test.accuracy > 0.9
    real = next(iter(train(PRESETS["notebook"], mnist)))
    ours = next(iter(train(PRESETS["notebook"], generated)))
    np.testing.assert_allclose(ours.metrics.saturation, real.metrics.saturation, atol=0.1)
