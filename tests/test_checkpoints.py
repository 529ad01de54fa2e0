"""A run as a file: what comes back is what went in; what a stranger sends is a run or one sentence."""

import json
import pickle
import random
import struct

import numpy as np
import pytest
from safetensors.numpy import load as read_by_its_own_library
from safetensors.numpy import save as write_by_its_own_library

from mnistlab import checkpoints
from mnistlab.checkpoints import NetworkFileError, dumps, loads
from mnistlab.config import TrainConfig
from mnistlab.network import initialize_network
from mnistlab.runs import OwnDigits, SettingChange, new_run, with_epoch
from mnistlab.weights import MAX_FILE_BYTES, MAX_HEADER_BYTES

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
    from mnistlab.evaluation import EpochMetrics, Score

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
    return replace(
        run, schedule=(SettingChange(2, "learning_rate", 1 / 3), digits, SettingChange(4, "patience", 5))
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
    change, digits, patience = back.schedule
    assert (change, patience) == (run.schedule[0], run.schedule[2])
    assert np.array_equal(digits.images, run.schedule[1].images)
    assert np.array_equal(digits.labels, run.schedule[1].labels)
    assert digits[3:] == run.schedule[1][3:]
    assert list(back.kept) == [4]
    with pytest.raises(ValueError, match="read-only"):
        back.params[0].weights[0, 0] = 0


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
    endless = replace(run, history=(run.history[0], *(run.history[1],) * 6000))
    with pytest.raises(NetworkFileError, match=r"must fit in 4,194,304 bytes\. Got"):
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


def header_of(data):
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def file_of(header, body, indent=None):
    text = header if isinstance(header, bytes) else json.dumps(header, indent=indent).encode()
    return struct.pack("<Q", len(text)) + text + body


def with_record(data, **changes):
    """Return the file with other values in the run's record."""
    header, body = header_of(data)
    record = json.loads(header["__metadata__"]["run"]) | changes
    header["__metadata__"]["run"] = json.dumps(record)
    return file_of(header, body)


def with_header(data, change):
    header, body = header_of(data)
    change(header)
    return file_of(header, body)


def tensors_of(data, **changes):
    header, _ = header_of(data)
    tensors = dict(read_by_its_own_library(data)) | changes
    return write_by_its_own_library(
        {name: t for name, t in tensors.items() if t is not None}, header["__metadata__"]
    )


FIRST, LAST = "layers.0.weights", "layers.1.biases"

ATTACKS = {
    "empty": lambda data: b"",
    "seven bytes": lambda data: data[:7],
    "half": lambda data: data[: len(data) // 2],
    "one byte short": lambda data: data[:-1],
    "one byte long": lambda data: data + b"x",
    "a megabyte long": lambda data: data + bytes(2**20),
    "html": lambda data: b"<html><body>Sign in to the network</body></html>",
    "pickle": lambda data: pickle.dumps({"weights": [1.0]}),
    "zip": lambda data: b"PK\x03\x04" + bytes(1000),
    "header of no length": lambda data: struct.pack("<Q", 0) + data[8:],
    "header of 2**63": lambda data: struct.pack("<Q", 2**63) + data[8:],
    "header of 5 MB": lambda data: file_of(b" " * (5 * 2**20), b""),
    "header no json": lambda data: file_of(b"{]" * 20, b""),
    "header a list": lambda data: file_of([1, 2], b""),
    "header deeply nested": lambda data: file_of(b"[" * 100_000, b""),
    "header not utf-8": lambda data: file_of(b'{"\xff\xfe": 1}', b""),
    "a name twice": lambda data: file_of(
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        bytes(4),
    ),
    "50,000 arrays": lambda data: file_of(
        {f"l{n}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for n in range(50_000)}, b""
    ),
    "no arrays": lambda data: file_of({"__metadata__": {"format": "mnistlab 1", "run": "{}"}}, b""),
    "no settings": lambda data: with_header(data, lambda header: header.pop("__metadata__")),
    "settings no text": lambda data: with_header(data, lambda header: header["__metadata__"].update(run=1)),
    "another format": lambda data: with_header(
        data, lambda header: header["__metadata__"].update(format="other")
    ),
    "settings no json": lambda data: with_header(data, lambda header: header["__metadata__"].update(run="{")),
    "settings a list": lambda data: with_header(data, lambda header: header["__metadata__"].update(run="[]")),
    "settings with NaN": lambda data: with_header(
        data, lambda header: header["__metadata__"].update(run='{"config": NaN}')
    ),
    "dtype F64": lambda data: tensors_of(data, **{LAST: np.zeros(10)}),
    "dtype I32": lambda data: tensors_of(data, **{LAST: np.zeros(10, np.int32)}),
    "dtype BF16": lambda data: with_header(data, lambda header: header[LAST].update(dtype="BF16")),
    "dtype a number": lambda data: with_header(data, lambda header: header[LAST].update(dtype=32)),
    "an array missing": lambda data: tensors_of(data, **{LAST: None}),
    "an array more": lambda data: tensors_of(data, more=np.zeros(3, np.float32)),
    "a layer under another name": lambda data: with_header(
        data, lambda header: header.update({"layers.7.weights": header.pop(FIRST)})
    ),
    "weights turned": lambda data: tensors_of(data, **{FIRST: np.zeros((784, 12), np.float32)}),
    "weights too wide": lambda data: tensors_of(data, **{FIRST: np.zeros((12, 785), np.float32)}),
    "weights flat": lambda data: tensors_of(data, **{FIRST: np.zeros(12 * 784, np.float32)}),
    "weights of three dimensions": lambda data: tensors_of(
        data, **{FIRST: np.zeros((12, 28, 28), np.float32)}
    ),
    "empty weights": lambda data: tensors_of(data, **{FIRST: np.zeros((0, 784), np.float32)}),
    "eleven outputs": lambda data: tensors_of(
        data, **{LAST: np.zeros(11, np.float32), "layers.1.weights": np.zeros((11, 12), np.float32)}
    ),
    "weights NaN": lambda data: tensors_of(data, **{FIRST: np.full((12, 784), np.nan, np.float32)}),
    "biases infinite": lambda data: tensors_of(data, **{LAST: np.full(10, np.inf, np.float32)}),
    "offsets overlap": lambda data: with_header(
        data, lambda header: header[FIRST].update(data_offsets=[0, 40])
    ),
    "offsets backwards": lambda data: with_header(
        data, lambda header: header[FIRST].update(data_offsets=[40, 0])
    ),
    "offsets negative": lambda data: with_header(
        data, lambda header: header[FIRST].update(data_offsets=[-4, 0])
    ),
    "offsets huge": lambda data: with_header(
        data, lambda header: header[FIRST].update(data_offsets=[0, 2**62])
    ),
    "offsets fractions": lambda data: with_header(
        data, lambda header: header[FIRST].update(data_offsets=[0.0, 4.0])
    ),
    "offsets true": lambda data: with_header(
        data, lambda header: header[FIRST].update(data_offsets=[False, True])
    ),
    "offsets missing": lambda data: with_header(data, lambda header: header[FIRST].pop("data_offsets")),
    "shape huge": lambda data: with_header(data, lambda header: header[FIRST].update(shape=[2**40, 2**40])),
    "shape negative": lambda data: with_header(data, lambda header: header[FIRST].update(shape=[-12, -784])),
    "shape of texts": lambda data: with_header(
        data, lambda header: header[FIRST].update(shape=["12", "784"])
    ),
    "an array that is none": lambda data: with_header(data, lambda header: header.update({FIRST: 5})),
    "learning rate infinite": lambda data: with_record(data, config={"learning_rate": 1e400}),
    "learning rate true": lambda data: with_record(data, config={"learning_rate": True}),
    "seed too large": lambda data: with_record(data, config={"seed": 2**40, "hidden": [12]}),
    "a setting unknown": lambda data: with_record(data, config={"__class__": "x"}),
    "widths of another network": lambda data: with_record(data, config={"hidden": [13]}),
    "widths of texts": lambda data: with_record(data, config={"hidden": ["12"]}),
    "widths deeply nested": lambda data: with_record(data, config={"hidden": [[[[12]]]]}),
    "history a record": lambda data: with_record(data, history={}),
    "history of numbers": lambda data: with_record(data, history=[1, 2]),
    "history without its beginning": lambda data: with_record(
        data, history=json.loads(header_of(data)[0]["__metadata__"]["run"])["history"][1:]
    ),
    "schedule unknown": lambda data: with_record(data, schedule=[{"epoch": 1, "name": "seed", "value": 1}]),
    "schedule out of bounds": lambda data: with_record(
        data, schedule=[{"epoch": 1, "name": "learning_rate", "value": -1.0}]
    ),
    "schedule of the far future": lambda data: with_record(
        data, schedule=[{"epoch": 99, "name": "learning_rate", "value": 1.0}]
    ),
    "own digits without pixels": lambda data: with_record(
        data, schedule=[{"epoch": 1, "images": "", "labels": [1], "num_steps": 1}]
    ),
    "own digits no base64": lambda data: with_record(
        data, schedule=[{"epoch": 1, "images": "é", "labels": [1], "num_steps": 1}]
    ),
    "own digits labelled 10": lambda data: with_record(
        data, schedule=[{"epoch": 1, "images": "AAAA", "labels": [10], "num_steps": 1}]
    ),
}


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_an_attack_is_refused_with_one_sentence(data, attack):
    with pytest.raises(NetworkFileError) as refusal:
        loads(ATTACKS[attack](data))
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300
    assert "Traceback" not in sentence


@pytest.mark.parametrize(
    "history",
    [
        {"cost": float("nan")},
        {"cost": "0.1"},
        {"cost": 10**400},
        {"confusion": [[1] * 10] * 9},
        {"confusion": [[1] * 9] * 10},
        {"confusion": [[-1] * 10] * 10},
        {"confusion": [[0.5] * 10] * 10},
        {"confusion": [[True] * 10] * 10},
        {"confusion": "x"},
    ],
)
def test_figures_that_are_none_are_refused(data, history):
    record = json.loads(header_of(data)[0]["__metadata__"]["run"])
    record["history"][1]["test"] |= history
    with pytest.raises(NetworkFileError):
        loads(with_record(data, history=record["history"]))


def test_a_name_from_a_file_is_bounded_and_a_strange_one_does_no_harm(data):
    assert loads(with_record(data, name="x" * 10**5)).name == "x" * 60
    assert loads(with_record(data, name=["../.."])).name == "['../..']"
    assert loads(with_record(data, name=None)).name == "None"


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
