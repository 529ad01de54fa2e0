"""A run as a file: what comes back is what went in; a damaged file is a run or one sentence."""

import json
import random

import numpy as np
import pytest
from safetensors.numpy import load as read_by_its_own_library

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import initialize_network
from mnistlab.runs import checkpoints
from mnistlab.runs.checkpoints import NetworkFileError, dumps, loads
from mnistlab.runs.run import NO_COLOR, OwnDigits, RestoredWeights, SettingChange, new_run, with_epoch
from mnistlab.runs.safetensors_io import MAX_FILE_BYTES, MAX_HEADER_BYTES
from mnistlab.runs.serialization import run_from, run_record
from tests.attacks.cutting import file_of, header_of, with_header, with_record

CONFIG = TrainConfig(hidden=(12,), learning_rate=0.0123456789, seed=2**32 - 1, batch_size=7, scaling="unit")


def trained_run(config=CONFIG, epochs=4):
    params = tuple(type(layer)(*map(np.asarray, layer)) for layer in initialize_network(config.dimensions, 1))
    run = new_run(config, params, "A <b>name</b> & 'quotes' é 数")
    for epoch in range(epochs + 1):
        metrics = figures(config, epoch)
        run = with_epoch(run, metrics, params)
    return run


def figures(config, epoch):
    """Return figures whose every digit matters."""
    from mnistlab.engine.evaluation import EpochMetrics, Score

    order = np.random.default_rng(epoch)
    scores = [Score(float(order.random() / 3), order.integers(0, 900, (10, 10))) for _ in range(2)]
    layers = len(config.dimensions) - 1
    return EpochMetrics(
        epoch,
        *scores,
        tuple(map(float, order.random(layers) * 1e-7)),
        tuple(map(float, order.random(layers))),
        config.learning_rate,
        float(order.random() * 9),
    )


@pytest.fixture(scope="module")
def run():
    from dataclasses import replace

    run = trained_run()
    digits = OwnDigits(
        2, np.arange(2 * 784, dtype=np.uint8).reshape(2, 28, 28), np.array([3, 9]), 20, 0.1, 0.5, 0.6, 0, 1
    )
    schedule = SettingChange(2, "learning_rate", 1 / 3), digits, SettingChange(4, "patience", 5)
    return replace(
        run, color=7, schedule=(*schedule, RestoredWeights(4, 3), SettingChange(4, "restore_best", True))
    )


@pytest.fixture(scope="module")
def data(run):
    return dumps(run)


def same_figures(one, other):
    for mine, yours in zip(one, other, strict=True):
        assert mine._replace(train=None, test=None) == yours._replace(train=None, test=None)
        for score, counterpart in ((mine.train, yours.train), (mine.test, yours.test)):
            assert score.cost == counterpart.cost
            assert np.array_equal(score.confusion, counterpart.confusion)
    return True


def same_networks(one, other):
    return all(
        np.array_equal(a, b) and a.dtype == b.dtype
        for layer, counterpart in zip(one, other, strict=True)
        for a, b in zip(layer, counterpart, strict=True)
    )


def test_a_run_comes_back_to_the_last_bit_under_an_id_of_its_own(run, data):
    back = loads(data)
    assert (back.name, back.config, back.epoch) == (run.name, run.config, 4)
    assert back.id != run.id
    assert same_figures(back.history, run.history)
    assert same_networks(back.params, run.params)
    change, digits, *others = back.schedule
    assert (change, *others) == (run.schedule[0], *run.schedule[2:])
    assert (back.color, back.weights_epoch) == (7, 3)
    assert np.array_equal(digits.images, run.schedule[1].images)
    assert np.array_equal(digits.labels, run.schedule[1].labels)
    assert digits[3:] == run.schedule[1][3:]
    assert list(back.kept) == [3]
    with pytest.raises(ValueError, match="read-only"):
        back.params[0].weights[0, 0] = 0


def test_a_file_of_an_earlier_release_has_no_color_and_restores_nothing(run, data):
    record = json.loads(json.dumps(run_record(run)))
    del record["color"], record["config"]["restore_best"]
    back = run_from(record | {"version": 2}, run.params)
    assert (back.color, back.config) == (NO_COLOR, run.config)


@pytest.mark.parametrize(
    "change", [{"epoch": 2, "from_epoch": 3}, {"epoch": 9, "from_epoch": 3}, {"epoch": 2, "from_epoch": -1}]
)
def test_weights_are_restored_from_an_epoch_before_only(run, change):
    record = json.loads(json.dumps(run_record(run)))
    with pytest.raises(NetworkFileError, match="must be"):
        run_from(record | {"schedule": [change]}, run.params)


def test_the_file_is_one_that_its_own_library_reads(run, data):
    tensors = read_by_its_own_library(data)
    assert sorted(tensors) == ["layers.0.biases", "layers.0.weights", "layers.1.biases", "layers.1.weights"]
    assert np.array_equal(tensors["layers.0.weights"], run.params[0].weights)


def test_an_untrained_run_and_one_without_a_hidden_layer_come_back():
    for config in (TrainConfig(hidden=()), TrainConfig(hidden=(5, 4, 3, 2, 1, 6))):
        back = loads(dumps(trained_run(config, epochs=0)))
        assert (back.config, back.epoch, len(back.history)) == (config, 0, 1)


def test_a_thousand_epochs_fit_into_the_header():
    run = trained_run(TrainConfig(hidden=(2,)), epochs=1000)
    back = loads(dumps(run))
    assert same_figures(back.history, run.history)


def test_a_history_that_does_not_fit_is_refused_with_its_size():
    from dataclasses import replace

    run = trained_run(TrainConfig(hidden=(2,)), epochs=1)
    endless = replace(run, history=(run.history[0], *(run.history[1],) * 8000))
    with pytest.raises(NetworkFileError, match=r"must fit in 7,077,888 bytes\. Got"):
        dumps(endless)


def test_save_and_load_by_path(run, tmp_path):
    path = tmp_path / "run.safetensors"
    checkpoints.save(run, path)
    assert same_networks(checkpoints.load(path).params, run.params)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.safetensors"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(NetworkFileError, match=r"at most .* bytes\. Got 2,147,483,648"):
        checkpoints.load(path)


def test_a_name_from_a_file_is_bounded_and_a_strange_one_does_no_harm(data):
    assert loads(with_record(data, name="x" * 10**5)).name == "x" * 60
    assert loads(with_record(data, name=["../.."])).name == "['../..']"
    assert loads(with_record(data, name=None)).name == "None"


def test_half_a_character_that_could_not_be_written_again_is_not_taken_in(data):
    changed = with_header(data, lambda header: header["__metadata__"].update(note="?"))
    length = int.from_bytes(changed[:8], "little")
    header = changed[8 : 8 + length].replace(b'"?"', b'"\\ud800"')
    with pytest.raises(NetworkFileError, match="must be plain JSON"):
        loads(len(header).to_bytes(8, "little") + header + changed[8 + length :])


def test_the_header_has_room_and_no_more(data):
    header, body = header_of(data)
    text = json.dumps(header).encode()
    assert loads(file_of(text + b" " * (MAX_HEADER_BYTES - len(text)), body)).epoch == 4
    with pytest.raises(NetworkFileError, match="header must have at most"):
        loads(file_of(text + b" " * (MAX_HEADER_BYTES - len(text) + 1), body))
    with pytest.raises(NetworkFileError, match="file must have at most"):
        loads(bytes(MAX_FILE_BYTES + 1))


def damaged(data, order):
    """Return the file with one thing wrong with it, most often in its header."""
    data = bytearray(data)
    kind = order.randrange(5)
    header_end = 8 + int.from_bytes(data[:8], "little")
    if kind == 0:
        for _ in range(order.randint(1, 8)):
            data[order.randrange(header_end)] = order.randrange(256)
    elif kind == 1:
        data[order.randrange(len(data))] ^= 1 << order.randrange(8)
    elif kind == 2:
        del data[order.randrange(len(data)) :]
    elif kind == 3:
        place = order.randrange(header_end)
        data[place:place] = order.randbytes(order.randint(1, 30))
    else:
        start, end = sorted(order.randrange(header_end) for _ in range(2))
        del data[start:end]
    return bytes(data)


def fuzz(data, count, seed):
    """Load damaged files; each is a run or a refusal. Return how many were refused."""
    order, refused = random.Random(seed), 0
    for _ in range(count):
        try:
            run = loads(damaged(data, order))
        except NetworkFileError:
            refused += 1
        else:
            assert all(np.isfinite(array).all() for layer in run.params for array in layer)
    return refused


def test_five_thousand_damaged_files_end_in_a_run_or_one_sentence():
    data = dumps(trained_run(TrainConfig(hidden=(1,), scaling="unit"), epochs=1))
    assert 2500 < fuzz(data, 5000, 1) < 5000


@pytest.mark.soak
def test_fifty_thousand_damaged_files_end_in_a_run_or_one_sentence():
    assert fuzz(dumps(trained_run(TrainConfig(hidden=(1,)), epochs=2)), 50_000, 2)
