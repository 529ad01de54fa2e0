"""vmap against the loop over the images, the operations against the step, and the keys against JAX's own."""

import jax
import numpy as np
import pytest

from mnistlab.analysis.random_keys import first_images, splits
from mnistlab.analysis.sgd_step import batch_of
from mnistlab.analysis.vectorization import compare, lifted_shapes, loop_gradient, step_operations
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import initialize_network
from mnistlab.engine.training import batches, epoch_key, step_function
from mnistlab.figures.key_tree import draw_key_tree

CONFIG = TrainConfig(hidden=(12,), dataset="generated", scaling="unit", initialization="scaled")


@pytest.fixture
def params():
    return initialize_network(CONFIG.dimensions, 7, "scaled")


@pytest.fixture
def batch(generated):
    return batch_of(generated.train.images[:5], generated.train.labels[:5], CONFIG.scaling)


def test_the_loop_gives_what_jax_derives_from_the_summed_cost(params, batch):
    def summed_cost(params):
        a = batch.pixels
        for weights, biases in params:
            a = jax.nn.sigmoid(a @ weights.T + biases)
        return ((batch.targets - a) ** 2).sum()

    for ours, theirs in zip(
        loop_gradient(params, *batch, "sigmoid"), jax.grad(summed_cost)(params), strict=True
    ):
        np.testing.assert_allclose(ours.weights, theirs.weights, atol=1e-5)
        np.testing.assert_allclose(ours.biases, theirs.biases, atol=1e-5)


def test_both_ways_agree_up_to_rounding_and_are_timed(params, batch):
    comparison = compare(params, *batch, "sigmoid")
    assert comparison.size == 5
    assert comparison.disagreement <= 1e-5
    assert comparison.loop_seconds > 0
    assert comparison.vmap_seconds > 0


def test_vmap_puts_the_batch_first(params):
    shapes = {value.name: (value.one, value.batch) for value in lifted_shapes(params, 5)}
    assert shapes["a^{(0)}"] == ((784,), (5, 784))
    assert shapes["z^{(1)}"] == ((12,), (5, 12))
    assert shapes[r"\Delta^{(2)}"] == ((10,), (5, 10))


def test_the_operations_are_those_of_the_step_and_end_in_its_result(params, batch):
    operations = step_operations(params, *batch, CONFIG)
    assert sum(each.name == "dot_general" for each in operations) == 5  # two forward, one back, two gradients
    assert sum(each.name == "logistic" for each in operations) == 2
    after = jax.tree.leaves(step_function(CONFIG.activation, CONFIG.learning_rate)(params, *batch))
    ends = {(each.result, round(each.smallest, 5), round(each.largest, 5)) for each in operations}
    for array in map(np.asarray, after):
        assert (array.shape, round(float(array.min()), 5), round(float(array.max()), 5)) in ends


def test_the_tree_holds_the_keys_that_network_and_order_are_made_with(generated):
    tree = splits(123, 3)
    assert tree[0].parent == (0, 123)
    with jax.threefry_partitionable(False):
        drawn = 0.01 * jax.random.normal(np.array(tree[1].carried, np.uint32), (10, 100))
        order = jax.random.permutation(np.array(tree[2].other, np.uint32), 60)
    np.testing.assert_array_equal(initialize_network((784, 100, 10), 123)[1].weights, drawn)
    np.testing.assert_array_equal(first_images(123, 3, 60, 60), order)


def test_the_first_images_are_those_of_the_first_mini_batch(generated):
    config = TrainConfig(dataset="generated", train_size=200, batch_size=8, seed=5)
    pixels, _ = next(batches(epoch_key(5, 1), generated.train, config))
    shown = generated.train.images[first_images(5, 2, 200, 8)]
    np.testing.assert_array_equal(np.asarray(pixels).reshape(-1, 28, 28), shown)


def test_the_tree_names_what_each_key_is_for():
    figure = draw_key_tree(splits(123, 2), 123, ["weights of layer 1", ""], ["order of epoch 1", "<b>"])
    assert "00000000 0000007b" in figure.markup
    assert figure.markup.count("order of epoch 1") == 1
    assert "<b>" not in figure.markup
    assert "weights of layer 1" in figure.alt
