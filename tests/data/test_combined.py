"""MNIST + generated: what the mixture holds, what is new in it in each epoch, and what that depends on."""

import csv
import io
import json
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import jax
import numpy as np
import pytest

from mnistlab.__main__ import drawing_ahead
from mnistlab.data import combined as mixing
from mnistlab.data.combined import BLOCK, CHUNK, Mixture, draw_all, kept_chunk, missing_chunks, new_chunks
from mnistlab.data.datasets import Dataset, Split, combined
from mnistlab.data.synthetic.handwriting import generate_chunk
from mnistlab.data.user_digits import EMPTY
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import activations_of
from mnistlab.engine.training import initial_params, train
from mnistlab.jobs.tasks import DrawTask, EpochTask
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.checkpoints import dumps, loads
from mnistlab.runs.export import history_csv, log_text
from mnistlab.runs.report import html_report
from mnistlab.runs.run import new_run, with_epoch
from mnistlab.runs.safetensors_io import NetworkFileError
from mnistlab.runs.serialization import run_from, run_record
from mnistlab.sweeps.sweep import SweepTask, members, network_of, stacked, sweep
from mnistlab.ui.formatting import progress_words
from tests.fake_engine import HandPool, initial, settings
from tests.runs.test_report import some_run
from tests.small_worker import pool_in_this_process

BLOCKS = 3
MNIST, GENERATED, NEW = 1, 2, 3
CONFIG = TrainConfig(
    dataset="combined",
    hidden=(6,),
    scaling="unit",
    train_size=BLOCKS * BLOCK,
    batch_size=500,
    num_epochs=6,
    seed=5,
)


def marked(kind, count):
    """Images that tell their kind and their number; the label is the last digit of the number."""
    images = np.zeros((count, 28, 28), np.uint8)
    numbers = np.arange(count)
    images[:, 0, 0], images[:, 0, 1], images[:, 0, 2] = kind, numbers // 256, numbers % 256
    images[:, 5:9, 5:9] = (25 * (numbers % 10)).astype(np.uint8)[:, None, None]
    return Split(images, (numbers % 10).astype(np.uint8))


def kinds(split):
    return split.images[:, 0, 0]


def numbers(split):
    return split.images[:, 0, 1].astype(int) * 256 + split.images[:, 0, 2]


@pytest.fixture
def made(monkeypatch, tmp_path):
    """A cache of its own and chunks that tell their seed and number; returns those made so far."""
    made = []

    def chunk(seed, number):
        made.append((seed, number))
        images, labels = marked(NEW, CHUNK)
        images[:, 0, 3], images[:, 0, 4], images[:, 0, 5] = seed, number // 256, number % 256
        return images, labels

    monkeypatch.setenv("MNISTLAB_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(mixing, "generate_chunk", chunk)
    kept_chunk.cache_clear()
    yield made
    kept_chunk.cache_clear()


@pytest.fixture
def mixture():
    return Mixture(marked(MNIST, BLOCKS * BLOCK), marked(GENERATED, 5 * CHUNK))


@pytest.fixture
def dataset():
    sets = marked(MNIST, BLOCKS * BLOCK), marked(GENERATED, BLOCKS * CHUNK)
    return combined(
        *(Dataset(name, "", train, marked(7, 300)) for name, train in zip("ab", sets, strict=True))
    )


def test_two_thirds_are_the_first_of_mnist_and_one_third_the_first_generated_each_once(mixture):
    first = mixture.first
    assert len(first.labels) == len(first.images) == BLOCKS * BLOCK
    for kind, count in ((MNIST, 2 * BLOCKS * CHUNK), (GENERATED, BLOCKS * CHUNK)):
        assert Counter(numbers(first)[kinds(first) == kind]) == Counter(range(count))
    assert np.array_equal(first.labels, numbers(first) % 10), "labels go with their images"


@pytest.mark.parametrize("size", [300, 1000, 3000, 4500])
def test_of_the_first_so_many_images_one_third_is_generated(mixture, size):
    share = (kinds(mixture.first)[:size] == GENERATED).mean()
    assert share == pytest.approx(1 / 3, abs=4 * (2 / 9 / size) ** 0.5)


def test_neighbors_are_mixed(mixture):
    changes = (np.diff(kinds(mixture.first).astype(int)) != 0).mean()
    assert changes == pytest.approx(4 / 9, abs=0.03)  # twice 1/3 times 2/3


def test_nobody_can_change_what_all_share(mixture, made):
    for split in (mixture.first, mixture.of_epoch(5, 1, BLOCKS * BLOCK)):
        assert not any(array.flags.writeable for array in split)


def test_in_four_epochs_every_generated_image_is_new_once(mixture, made):
    size, before = BLOCKS * BLOCK, mixture.of_epoch(5, 0, BLOCKS * BLOCK)
    assert np.array_equal(before.images, mixture.first.images)
    generated, renewed = kinds(mixture.first) == GENERATED, Counter()
    for epoch in range(1, 5):
        now = mixture.of_epoch(5, epoch, size)
        assert np.array_equal(kinds(now) == MNIST, ~generated), (
            "what is MNIST's and what is not stays where it is"
        )
        assert np.array_equal(now.labels, numbers(now) % 10)
        changed = np.flatnonzero(generated & (now.images != before.images).any(axis=(1, 2)))
        renewed.update(changed.tolist())
        assert len(changed) in (0, CHUNK)
        assert set(changed // BLOCK) == ({epoch % 4} if len(changed) else set())
        before = now
    assert renewed == Counter(np.flatnonzero(generated).tolist())
    assert not (kinds(before) == GENERATED).any()


@pytest.mark.parametrize("size", [BLOCKS * BLOCK, BLOCK])
def test_of_mnist_each_epoch_leaves_another_third_out(mixture, made, size):
    seen = Counter()
    for epoch in range(3):
        now = mixture.of_epoch(5, epoch, size)
        used = numbers(now)[:size][kinds(now)[:size] == MNIST]
        assert len(set(used)) == len(used) == 2 * size // 3
        seen.update(used.tolist())
    assert seen == Counter({number: 2 for number in range(size)})


def test_no_image_comes_twice_and_none_that_the_lab_keeps_for_other_ends(mixture, made):
    for epoch in range(40):
        mixture.of_epoch(10, epoch, BLOCKS * BLOCK)  # the seed of the generated test images
    assert len(set(made)) == len(made)
    assert min(number for _, number in made) >= 70  # test images have 0 to 9, training images 0 to 59


def test_an_epoch_follows_from_seed_and_number_alone_whatever_was_trained_before(mixture, made, tmp_path):
    expected = mixture.of_epoch(5, 7, BLOCKS * BLOCK)
    assert (mixture.of_epoch(6, 7, BLOCKS * BLOCK).images != expected.images).any()
    number = len(made)
    kept_chunk.cache_clear()
    again = Mixture(marked(MNIST, BLOCKS * BLOCK), marked(GENERATED, 5 * CHUNK))
    assert np.array_equal(again.of_epoch(5, 7, BLOCKS * BLOCK).images, expected.images)
    assert len(made) == number, "it was read from the files"
    files = sorted((tmp_path / "generated-anew").glob("*.npy"))
    files[0].unlink()
    files[1].chmod(0o600)
    files[1].write_bytes(files[1].read_bytes()[:-9])
    kept_chunk.cache_clear()
    other = Mixture(marked(MNIST, BLOCKS * BLOCK), marked(GENERATED, 5 * CHUNK))
    for seed in (5, 6):
        assert other.of_epoch(seed, 7, BLOCKS * BLOCK).images[:, 0, 3].max() == seed
    assert len(made) == number + 2, "what was missing or damaged was made again"


def test_only_what_is_trained_on_is_drawn(mixture, made):
    draw_all(5, 7, train_size=100)
    assert len(made) == 1
    assert missing_chunks(5, 7, 100) == []
    assert len(missing_chunks(5, 7, BLOCKS * BLOCK)) == BLOCKS - 1


def test_where_nothing_can_be_kept_images_are_made_each_time(mixture, made, monkeypatch):
    monkeypatch.setattr(mixing, "save_arrays", lambda *_: (_ for _ in ()).throw(OSError("read-only")))
    assert (kinds(mixture.of_epoch(5, 4, BLOCKS * BLOCK)) == NEW).sum() == BLOCKS * CHUNK


def test_files_are_removed_from_the_oldest_on_and_no_strangers(made, monkeypatch, tmp_path):
    monkeypatch.setattr(mixing, "MAX_KEPT", 3)
    kept_chunk(1, 100)
    stranger = tmp_path / "generated-anew" / "mine.npy"
    stranger.touch()
    for number in range(101, 106):
        kept_chunk(1, number)
    left = {path.name for path in stranger.parent.iterdir()}
    assert stranger.name in left
    assert len(left) == 4
    assert any(name.endswith("-105.npy") for name in left)


def same(params, others):
    return all(
        np.array_equal(*pair) for pair in zip(jax.tree.leaves(params), jax.tree.leaves(others), strict=True)
    )


def test_a_training_in_the_lab_stopped_and_resumed_is_that_of_the_command_line_to_the_last_bit(dataset, made):
    whole = list(train(CONFIG, dataset))
    fixed = list(train(CONFIG, dataset._replace(mixture=None)))
    assert same(whole[1].params, fixed[1].params)
    assert not same(whole[2].params, fixed[2].params), "new images make another network"
    *_, half = train(replace(CONFIG, num_epochs=3), dataset)
    *_, resumed = train(replace(CONFIG, num_epochs=3), dataset, half.params, 3)
    assert same(resumed.params, whole[-1].params)
    pool = pool_in_this_process(dataset)
    try:
        trainer = Trainer(pool, CONFIG)
        trainer.start()
        trainer.wait_for(lambda now: now.run.epoch >= 2, 60)
        trainer.stop()
        trainer.resume()
        run = trainer.wait_for(lambda now: now.state == "finished", 60).run
    finally:
        pool.close()
    assert same(run.params, whole[-1].params)
    assert [each.test.cost for each in run.history] == [each.metrics.test.cost for each in whole]
    assert run.history[-1].generated.num_images == len(dataset.generated_test.labels)


def test_each_network_of_a_sweep_sees_the_images_it_would_see_alone(dataset, made):
    configs = members(replace(CONFIG, num_epochs=2), [0.001, 0.002], [5])
    *_, last = sweep(configs, dataset)
    for place, config in enumerate(configs):
        *_, alone = train(config, dataset)
        for ours, theirs in zip(
            jax.tree.leaves(network_of(last.params, place)), jax.tree.leaves(alone.params), strict=True
        ):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)
        found = last.metrics[place].generated
        assert found == alone.metrics.generated
    kept_chunk.cache_clear()
    task = SweepTask(configs[0], stacked([network_of(last.params, place) for place in (0, 1)]), configs, 8)
    steps = task.steps(dataset)
    assert [next(steps).index for _ in range(len(missing_chunks(5, 7, CONFIG.train_size)))] == [0, 0, 0]


def test_at_the_command_line_a_child_makes_the_images_of_the_next_epoch(monkeypatch, tmp_path):
    monkeypatch.setenv("MNISTLAB_CACHE_DIR", str(tmp_path))
    kept_chunk.cache_clear()
    config = replace(CONFIG, train_size=BLOCK)
    done = [SimpleNamespace(metrics=SimpleNamespace(epoch=epoch)) for epoch in (3, 4)]
    missing = [len(missing_chunks(5, 4, BLOCK)) for _ in drawing_ahead(iter(done), config)]
    assert missing[0] == 1
    assert missing_chunks(5, 4, BLOCK) == []
    assert kept_chunk.cache_info().currsize == 0, "it was not made in this process"
    (number,) = new_chunks(4, BLOCK).values()
    assert np.array_equal(kept_chunk(5, number).images, generate_chunk(5, number)[0])
    kept_chunk.cache_clear()


def test_the_figures_beside_go_where_those_of_the_test_images_go(dataset, made):
    config = replace(CONFIG, num_epochs=1)
    run = new_run(config, initial_params(config), "")
    for epoch in train(config, dataset):
        run = with_epoch(run, epoch.metrics, epoch.params)
    outputs = activations_of(run.params, dataset.generated_test.images, config)
    right, total = int((outputs.argmax(axis=1) == dataset.generated_test.labels).sum()), 300
    assert run.history[-1].generated == (right, total)
    back = loads(dumps(run))
    assert [each.generated for each in back.history] == [each.generated for each in run.history]
    *_, last = csv.DictReader(io.StringIO(history_csv(run)))
    assert (last["generated_correct"], last["generated_images"]) == (str(right), str(total))
    assert log_text(run).splitlines()[-1] == f"Of generated digits: {right} / {total}"
    assert f"({right:,} of {total:,} images)" in html_report(run, EMPTY).split("<h2>")[0]


def test_files_without_figures_beside_are_read_as_before_and_strange_ones_refused(run_of_before):
    record = json.loads(json.dumps(run_record(run_of_before)))
    assert all("generated" not in epoch for epoch in record["history"])
    assert run_from(record, run_of_before.params).history[-1].generated is None
    for wrong in ([5], [5, 4], [1.5, 3], "many", None, [-1, 3], [1, 10**9]):
        record["history"][-1]["generated"] = wrong
        with pytest.raises(NetworkFileError):
            run_from(record, run_of_before.params)


@pytest.fixture
def run_of_before():
    return some_run()


# The trainer, with a pool that is turned by hand.


def tasks_of(pool):
    return [(type(job.task), job.task.epoch) for job in pool.jobs]


@pytest.fixture
def pool():
    return HandPool()


@pytest.fixture
def training(pool):
    """A trainer in its second epoch; the third one's images wait in the pool."""
    trainer = Trainer(pool, settings(num_epochs=4, dataset="combined"), initial=initial)
    pool.turn()
    trainer.start()
    assert tasks_of(pool) == [(EpochTask, 0), (DrawTask, 1)]
    pool.jobs.reverse()
    pool.turn()
    for _ in range(2):
        pool.turn()
    assert tasks_of(pool) == [(EpochTask, 1), (DrawTask, 2)]
    return trainer


def test_images_are_drawn_while_the_epoch_before_is_trained_and_then_nothing_waits(training, pool):
    pool.jobs.reverse()
    for _ in range(3):
        pool.turn()
    assert tasks_of(pool) == [(EpochTask, 2), (DrawTask, 3)]
    assert training.snapshot().doing == "training"
    pool.jobs.reverse()
    for _ in range(3):
        pool.turn()
    assert tasks_of(pool) == [(EpochTask, 3)], "after the last epoch nothing is needed"


def test_training_waits_for_images_that_are_late_and_says_so(training, pool):
    for _ in range(2):
        pool.turn()
    assert tasks_of(pool) == [(DrawTask, 2)]
    pool.jobs[0].begun = True
    now = training.snapshot()
    assert (now.doing, now.state, now.run.epoch) == ("drawing", "running", 2)
    assert progress_words(now) == "epoch 3 of 4, waiting for its generated images"
    pool.turn()
    assert tasks_of(pool) == [(EpochTask, 2), (DrawTask, 3)]


@pytest.mark.parametrize("order", [Trainer.pause, Trainer.stop])
def test_while_it_waits_it_can_be_stopped_and_resumed(training, pool, order):
    for _ in range(2):
        pool.turn()
    pool.jobs[0].begun = True
    order(training)
    while pool.jobs:
        pool.turn()
    assert (training.snapshot().state, training.snapshot().run.epoch) == ("paused", 2)
    training.resume()
    for _ in range(10):
        pool.turn()
    assert (training.snapshot().state, training.snapshot().run.epoch) == ("finished", 4)


def test_drawing_that_failed_ahead_is_tried_again_when_it_is_needed(training, pool):
    pool.jobs.reverse()
    pool.refuse("A worker process died.")
    assert training.snapshot().active
    for _ in range(2):
        pool.turn()
    assert tasks_of(pool) == [(DrawTask, 2)]
    pool.refuse("A worker process died.")
    now = training.snapshot()
    assert (now.state, now.message) == ("failed", "A worker process died.")
