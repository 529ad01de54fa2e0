"""Damage to a network, against what numpy says the damaged network has to answer."""

from dataclasses import replace

import numpy as np
import pytest

from mnistlab.analysis.ablation import (
    Damage,
    damaged,
    layers_in_common,
    pixel_order,
    shuffled,
    silences_a_layer,
)
from mnistlab.data.datasets import Split
from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.engine.evaluation import Score, activations_of, evaluate, score
from mnistlab.engine.network import initialize_network
from mnistlab.engine.training import train
from mnistlab.jobs.measurement import Measurement
from mnistlab.jobs.tasks import ablation
from mnistlab.ui.backprop.ablation import lesson
from mnistlab.ui.backprop.damage import hardest_hit
from tests.oracles import NUMPY, some_network
from tests.small_worker import pool_in_this_process, small_dataset

DIMENSIONS = (784, 8, 6, 10)
CONFIG = TrainConfig(hidden=(8, 6), scaling="unit", activation="tanh")
SECONDS = 60


@pytest.fixture(scope="module")
def network():
    return some_network(DIMENSIONS, seed=5)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(2).integers(0, 256, (20, 28, 28)).astype(np.uint8)


def answers(params, pixels, masks=None):
    """The ten outputs, by numpy in double precision; hidden activations are multiplied by their masks."""
    a = pixels
    for number, (weights, biases) in enumerate(params):
        z = a @ np.asarray(weights, float).T + np.asarray(biases, float)
        last = number == len(params) - 1
        a = NUMPY["sigmoid" if last else "tanh"](z)
        a = a if last or masks is None else a * masks[number]
    return a


def rows(images):
    return images.reshape(len(images), -1) / 255


def test_without_damage_and_without_noise_nothing_changes(network, images):
    before = activations_of(network, images, CONFIG)
    for damage in (Damage(), Damage(seed=7)):
        assert not damage.is_any
        assert np.array_equal(activations_of(damaged(network, damage), images, CONFIG), before)


@pytest.mark.parametrize(
    "damage",
    [Damage(zero_biases=True), Damage(noise=0.5), Damage(silenced=((1, 3),)), Damage(shuffled=True)],
)
def test_a_copy_is_damaged_and_never_the_network_itself(network, images, damage):
    before = [np.array(array) for layer in network for array in layer]
    outputs = activations_of(network, images, CONFIG)
    assert damage.is_any
    assert not np.allclose(activations_of(damaged(network, damage), images, CONFIG), outputs, atol=1e-4)
    after = [np.array(array) for layer in network for array in layer]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_silenced_units_answer_as_if_their_activation_were_zero(network, images):
    silenced = ((1, 2), (1, 7), (2, 0))
    masks = [np.ones(8), np.ones(6)]
    for layer, unit in silenced:
        masks[layer - 1][unit] = 0
    ours = activations_of(damaged(network, Damage(silenced=silenced)), images, CONFIG)
    np.testing.assert_allclose(ours, answers(network, rows(images), masks), atol=1e-5)


def test_behind_a_layer_that_is_silent_all_images_look_the_same(network, images):
    damage = Damage(silenced=tuple((1, unit) for unit in range(8)))
    outputs = activations_of(damaged(network, damage), images, CONFIG)
    assert np.ptp(outputs, axis=0).max() < 1e-6
    assert silences_a_layer(network, damage)
    assert not silences_a_layer(network, Damage(silenced=damage.silenced[1:]))


def test_the_damaged_network_reads_an_image_as_the_whole_one_reads_it_shuffled(network, images):
    mixed = np.stack([shuffled(image) for image in images])
    assert sorted(pixel_order(784).tolist()) == list(range(784))
    assert not np.array_equal(mixed, images)
    assert np.array_equal(np.sort(rows(mixed)), np.sort(rows(images)))
    ours = activations_of(damaged(network, Damage(shuffled=True)), images, CONFIG)
    np.testing.assert_allclose(ours, answers(network, rows(mixed)), atol=1e-5)


def test_without_biases_it_answers_as_numpy_does_with_zeros(network, images):
    bare = [(weights, np.zeros(len(biases))) for weights, biases in network]
    ours = activations_of(damaged(network, Damage(zero_biases=True)), images, CONFIG)
    np.testing.assert_allclose(ours, answers(bare, rows(images)), atol=1e-5)


def test_noise_is_as_strong_as_was_asked_for_in_each_layer_and_another_with_another_seed(network):
    broad = some_network((784, 100, 100), seed=1)
    for strength in (0.5, 2.0):
        for before, after in zip(broad, damaged(broad, Damage(noise=strength, seed=4)), strict=True):
            change = np.asarray(after.weights) - np.asarray(before.weights)
            assert change.std() == pytest.approx(strength * np.asarray(before.weights).std(), rel=0.05)
            assert abs(change.mean()) < 0.05 * change.std()
            assert np.array_equal(after.biases, before.biases)
    one, again, other = (damaged(network, Damage(noise=1.0, seed=seed))[0].weights for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.allclose(one, other, atol=1e-3)


def measured(dataset, network, damages, hand_back_after=SECONDS):
    """What a worker finds out about damaged copies, all at once or in slices."""
    pool = pool_in_this_process(dataset)
    pool._slice_seconds = hand_back_after
    try:
        measurement = Measurement(pool, CONFIG, network, damages)
        measurement.wait(SECONDS)
    finally:
        pool.close()
    assert measurement.is_done
    return measurement.scores


def test_a_worker_takes_the_score_of_the_copies_on_all_test_images(network):
    dataset = small_dataset()
    (images, labels), damages = dataset.test, (Damage(), Damage(shuffled=True))
    mixed = np.stack([shuffled(image) for image in images])
    for ours, seen in zip(measured(dataset, network, damages), (images, mixed), strict=True):
        truth = score(answers(network, rows(seen)), labels)
        assert ours.num_images == len(labels)
        assert ours.cost == pytest.approx(truth.cost, rel=1e-5)
        assert np.array_equal(ours.confusion, truth.confusion)


@pytest.mark.parametrize(("layer", "hand_back_after"), [(1, SECONDS), (2, SECONDS), (2, 0.0)])
def test_each_unit_is_silenced_by_itself_in_whatever_slices(network, layer, hand_back_after):
    dataset, width = small_dataset(), DIMENSIONS[layer]
    images, labels = dataset.test
    silenced = [Damage(silenced=((layer, unit),)) for unit in range(width)]
    whole, *without = measured(dataset, network, (Damage(), *silenced), hand_back_after)
    assert np.array_equal(whole.confusion, score(answers(network, rows(images)), labels).confusion)
    for unit, ours in enumerate(without):
        masks = [np.ones(8), np.ones(6)]
        masks[layer - 1][unit] = 0
        truth = score(answers(network, rows(images), masks), labels)
        assert np.array_equal(ours.confusion, truth.confusion)
    assert len({each.num_correct for each in without}) > 1, "some units matter more than others"


@pytest.mark.parametrize(
    ("damages", "common"),
    [
        ((Damage(silenced=((2, 0),)), Damage()), 2),
        ((Damage(silenced=((2, 0),)), Damage(silenced=((1, 3), (2, 1)))), 1),
        ((Damage(silenced=((2, 0),), noise=0.5),), 0),
        ((Damage(silenced=((2, 0),)), Damage(zero_biases=True)), 0),
    ],
)
def test_copies_have_the_layers_below_the_first_silenced_one_in_common(network, damages, common):
    assert layers_in_common(damages) == common
    for damage in damages:
        for ours, theirs in zip(damaged(network, damage)[:common], network, strict=False):
            assert np.array_equal(ours.weights, theirs.weights)
            assert np.array_equal(ours.biases, theirs.biases)


def test_very_many_copies_of_a_large_network_read_a_part_of_the_images():
    """A thousand units of six wide layers take no longer than a minute or two."""
    dataset = small_dataset()
    many = dataset._replace(test=Split(*(np.repeat(array, 20, axis=0) for array in dataset.test)))
    wide, narrow = (784, *[1024] * 6, 10), (784, 100, 10)
    for dimensions, expected in ((wide, 1000), (narrow, 6000)):
        network = initialize_network(dimensions)
        units = tuple(Damage(silenced=((1, unit),)) for unit in range(dimensions[1]))
        assert ablation(CONFIG, network, units).images(many) == expected


def test_the_digit_that_is_hit_hardest_is_the_one_whose_recall_fell_most():
    def with_recalls(**percents):
        right = [percents.get(f"of_{digit}", 90) for digit in range(10)]
        return Score(0.5, np.diag(right) + np.roll(np.diag(np.subtract(100, right)), 1, axis=1))

    before, after = with_recalls(of_3=50, of_7=99), with_recalls(of_3=45, of_7=61)
    assert hardest_hit(before, after) == "7: recall 99.0% → 61.0%"
    assert hardest_hit(before, before) == ""


@pytest.mark.slow
def test_what_the_page_teaches_is_so_on_mnist(mnist):
    """Zero biases, little noise, a single unit are shrugged off; much noise, shuffling, no layer are not."""
    config = replace(PRESETS["recommended"], num_epochs=2)
    *_, last = train(config, mnist)

    def lost(damage):
        return whole - evaluate(damaged(last.params, damage), mnist.test, config).accuracy

    whole = evaluate(last.params, mnist.test, config).accuracy
    shrugged = Damage(zero_biases=True), Damage(noise=0.25), Damage(silenced=((1, 0),))
    assert all("shrugs it off" in lesson(damage, False, lost(damage)) for damage in shrugged)
    assert lost(Damage(noise=3.0)) > 0.3
    assert lost(Damage(shuffled=True)) > 0.5
    assert lost(Damage(silenced=tuple((1, unit) for unit in range(config.hidden[0])))) > 0.5
