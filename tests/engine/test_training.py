"""Training against the reference: its printed figures, its order of images, its number of steps."""

from dataclasses import replace
from typing import NamedTuple

import jax
import numpy as np
import pytest

from mnistlab.data.datasets import Dataset, Split
from mnistlab.engine.backprop import batch_step
from mnistlab.engine.config import PRESETS, TrainConfig, config_from
from mnistlab.engine.training import batches, epoch_key, epoch_order, epoch_steps, initial_params, train


def some_data(size, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, size).astype(np.uint8)
    images = rng.integers(0, 60, (size, 28, 28)).astype(np.uint8)
    for digit in range(10):  # something to learn: each digit has two bright rows of its own
        images[labels == digit, 2 * digit : 2 * digit + 2] = 255
    return Dataset("", "", Split(images, labels), Split(images[: size // 2], labels[: size // 2]))


def test_the_notebook_begins_at_its_printed_cost_and_830_correct(mnist):
    first = next(train(PRESETS["notebook"], mnist)).metrics
    assert f"{first.test.cost:.6f}" == "2.478697"
    assert first.test.num_correct == 830


@pytest.mark.slow
def test_the_notebook_reads_9150_to_9300_after_ten_epochs(mnist):
    *_, last = train(PRESETS["notebook"], mnist)
    assert 9150 <= last.metrics.test.num_correct <= 9300
    assert last.metrics.epoch == 10


@pytest.mark.soak
def test_the_recommended_settings_read_97_and_a_half_percent(mnist):
    assert PRESETS["recommended"].num_epochs <= 20
    *_, last = train(PRESETS["recommended"], mnist)
    assert last.metrics.test.num_correct >= 9750


def test_one_epoch_visits_every_image_once_in_the_order_of_jax_random_permutation():
    config = TrainConfig(hidden=(3,), batch_size=7, train_size=50, scaling="unit", seed=9)
    data = some_data(50)
    seen = []

    class Watched(NamedTuple):
        images: object
        labels: object

    class Images:
        def __getitem__(self, batch):
            seen.append(np.asarray(batch))
            return data.train.images[batch]

    steps = list(
        epoch_steps(initial_params(config), epoch_key(9, 0), Watched(Images(), data.train.labels), config)
    )
    assert len(steps) == config.num_steps == 50 // 7
    with jax.threefry_partitionable(False):
        key, temporary = jax.random.split(jax.random.PRNGKey(9))
        expected = np.asarray(jax.random.permutation(temporary, 50))
        np.testing.assert_array_equal(epoch_key(9, 1), key)
    np.testing.assert_array_equal(np.concatenate(seen), expected[:49])


@pytest.mark.parametrize("size", [1, 7, 60, 128, 150, 300])
@pytest.mark.parametrize("first", [0, 2])
@pytest.mark.parametrize(("scaling", "highest"), [("raw", 1), ("unit", 255)])
def test_a_mini_batch_is_its_rows_of_the_order(size, first, scaling, highest):
    config = TrainConfig(batch_size=size, train_size=450, scaling=scaling)
    data, key = some_data(450).train, epoch_key(5, 1)
    order = epoch_order(key, 450)
    found = list(batches(key, data, config, first))
    assert len(found) == max(0, 450 // size - first)
    for number, (inputs, targets) in enumerate(found, start=first):
        rows = order[number * size : (number + 1) * size]
        expected = data.images[rows].reshape(size, 784).astype(np.float32) / np.float32(highest)
        np.testing.assert_array_equal(inputs, expected)
        np.testing.assert_array_equal(targets.argmax(axis=1), data.labels[rows])
        np.testing.assert_array_equal(np.sort(targets, axis=1), [[0.0] * 9 + [1.0]] * size)
        assert inputs.dtype == targets.dtype == np.float32


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("learning_rate", [0.001, 0.03, 7.0])
def test_an_epoch_is_the_readable_step_on_each_mini_batch(activation, learning_rate):
    config = TrainConfig(
        hidden=(6, 5), activation=activation, learning_rate=learning_rate, batch_size=9, train_size=80
    )
    data, key = some_data(80).train, epoch_key(5, 0)
    expected = initial_params(config)
    for step, batch in zip(epoch_steps(expected, key, data, config), batches(key, data, config), strict=True):
        expected = batch_step(expected, *batch, np.float32(learning_rate), activation)
        for ours, readable in zip(jax.tree.leaves(step.params), jax.tree.leaves(expected), strict=True):
            np.testing.assert_array_equal(ours, readable)


def test_jax_computes_with_a_mini_batch_where_it_is():
    config = TrainConfig(batch_size=10, train_size=50, scaling="unit")
    for inputs, _ in batches(epoch_key(5, 0), some_data(50).train, config):
        assert jax.device_put(inputs, jax.devices("cpu")[0]).unsafe_buffer_pointer() == inputs.ctypes.data


def test_the_order_of_an_epoch_is_worked_out_once_and_cannot_be_written_to():
    order = epoch_order(epoch_key(3, 2), 40)
    assert epoch_order(epoch_key(3, 2), 40) is order
    assert sorted(order) == list(range(40))
    assert len(epoch_order(epoch_key(3, 2), 30)) == 30
    assert not np.array_equal(epoch_order(epoch_key(3, 1), 40), order)
    with pytest.raises(ValueError, match="read-only"):
        order[0] = 1


def test_training_in_two_parts_is_training_in_one():
    config = TrainConfig(hidden=(5,), batch_size=10, train_size=100, scaling="unit", num_epochs=4)
    data = some_data(100)
    whole = list(train(config, data))[-1]
    half = list(train(replace(config, num_epochs=2), data))[-1]
    joined = list(train(replace(config, num_epochs=2), data, half.params, epoch=2))[-1]
    assert joined.metrics.epoch == whole.metrics.epoch == 4
    for a, b in zip(jax.tree.leaves(whole.params), jax.tree.leaves(joined.params), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_it_learns(activation):
    config = TrainConfig(
        hidden=(20,),
        activation=activation,
        initialization="scaled",
        scaling="unit",
        learning_rate=0.02,
        batch_size=16,
        train_size=400,
        num_epochs=15,
    )
    first, *_, last = train(config, some_data(400))
    assert last.metrics.train.cost < 0.3 * first.metrics.train.cost
    assert last.metrics.train.accuracy > 0.9


def test_metrics_say_what_they_measure():
    config = TrainConfig(hidden=(6, 5), batch_size=10, train_size=100, scaling="unit", num_epochs=1)
    data = some_data(200)
    _, last = train(config, data)
    metrics = last.metrics
    assert metrics.train.confusion.sum() == 100
    assert metrics.test.confusion.sum() == 100
    np.testing.assert_array_equal(
        metrics.test.confusion.sum(axis=1), np.bincount(data.test.labels, minlength=10)
    )
    assert len(metrics.gradient_norms) == len(metrics.saturation) == 3
    assert metrics.seconds > 0


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("hidden", (0,), "hidden layer width must be a whole number from 1 to 1,024. Got 0."),
        ("hidden", (100_000,), "hidden layer width must be a whole number from 1 to 1,024. Got 100000."),
        ("hidden", (5,) * 7, "hidden must be 0 to 6 layer widths. Got (5, 5, 5, 5, 5, 5, 5)."),
        ("batch_size", 60_001, "batch_size must be a whole number from 1 to 60,000 (train_size). Got 60001."),
        ("learning_rate", -1.0, "learning_rate must be > 0 and at most 1000. Got -1.0."),
        ("learning_rate", 0, "learning_rate must be > 0 and at most 1000. Got 0."),
        ("learning_rate", float("nan"), "learning_rate must be > 0 and at most 1000. Got nan."),
        ("learning_rate", float("inf"), "learning_rate must be > 0 and at most 1000. Got inf."),
        pytest.param(
            "learning_rate",
            10**400,  # a file may say so; no float is as large
            f"learning_rate must be > 0 and at most 1000. Got 1{'0' * 56}....",
            id="learning_rate-10**400",
        ),
        ("learning_rate", True, "learning_rate must be > 0 and at most 1000. Got True."),
        ("num_epochs", 0, "num_epochs must be a whole number from 1 to 1,000. Got 0."),
        ("train_size", 0, "train_size must be a whole number from 1 to 60,000. Got 0."),
        ("seed", 2**32, "seed must be a whole number from 0 to 4,294,967,295. Got 4294967296."),
        ("seed", 1.5, "seed must be a whole number from 0 to 4,294,967,295. Got 1.5."),
        ("activation", "cube", "activation must be one of sigmoid, tanh, relu, silu. Got cube."),
        ("scaling", None, "scaling must be one of raw, unit. Got None."),
    ],
)
def test_a_bad_setting_gets_one_sentence(setting, value, sentence):
    with pytest.raises(ValueError, match="must be") as error:
        config_from({setting: value})
    assert str(error.value) == sentence


def test_an_unknown_setting_is_named():
    with pytest.raises(ValueError, match="Got momentum"):
        config_from({"momentum": 0.9})


def test_more_training_images_than_there_are_is_refused():
    with pytest.raises(ValueError, match="train_size must be at most 50, the training images there are"):
        next(train(TrainConfig(train_size=51, batch_size=5), some_data(50)))
