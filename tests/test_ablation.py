"""Damage to a network, against what numpy says the damaged network has to answer."""

from dataclasses import replace

import numpy as np
import pytest

from mnistlab.analysis.ablation import Damage, damaged, pixel_order, shuffled, silenced_layers
from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.engine.evaluation import activations_of, evaluate, score
from mnistlab.engine.training import train
from mnistlab.jobs.measurement import Measurement
from mnistlab.ui.backprop.ablation import lesson
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
    assert silenced_layers(network, damage) == [1]
    assert silenced_layers(network, Damage(silenced=damage.silenced[1:])) == []


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


def test_a_worker_measures_the_copy_on_all_test_images(network):
    dataset = small_dataset()
    pool = pool_in_this_process(dataset)
    try:
        measurement = Measurement(pool, CONFIG, damaged(network, Damage(shuffled=True)))
        measurement.wait(SECONDS)
    finally:
        pool.close()
    mixed = np.stack([shuffled(image) for image in dataset.test.images])
    truth = score(answers(network, rows(mixed)), dataset.test.labels)
    assert measurement.is_done
    assert measurement.score.num_images == len(dataset.test.labels)
    assert measurement.score.cost == pytest.approx(truth.cost, rel=1e-5)
    assert np.array_equal(measurement.score.confusion, truth.confusion)


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
