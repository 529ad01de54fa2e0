"""What cannot be read of a saved lab: it is kept, the person is told, and it comes back."""

import json
import logging
import os
from dataclasses import replace

import numpy as np
import pytest

from mnistlab.engine.config import TrainConfig
from mnistlab.jobs import lab_files
from mnistlab.jobs.autosave import Autosave
from mnistlab.jobs.lab_files import INDEX, file_name
from mnistlab.jobs.labs import folder_name, new_token
from mnistlab.runs import serialization as records
from mnistlab.runs.checkpoints import dumps, header_texts, loads
from mnistlab.runs.run import OwnDigits, with_epoch
from mnistlab.runs.run_store import RunStore, Undo, with_run
from tests.attacks.cutting import with_record, with_texts
from tests.registry_bench import again, same_run, started
from tests.runs.test_checkpoints import figures, same_figures, trained_run

pytest_plugins = ("tests.registry_bench",)


@pytest.fixture
def run():
    """A run whose every epoch is another network."""
    run = replace(trained_run(epochs=0), name="first")
    for epoch in (1, 2):
        params = tuple(layer._replace(biases=layer.biases + epoch) for layer in run.params)
        run = with_epoch(run, figures(run.config, epoch), params)
    return run


@pytest.fixture
def other():
    return replace(trained_run(TrainConfig(hidden=(3,)), epochs=1), name="other")


@pytest.fixture
def folder(tmp_path, run, other):
    Autosave(tmp_path / "lab").save(RunStore((run, other), run.id))
    return tmp_path / "lab"


def record_of(folder, run):
    (path,) = (path for path in folder.glob("*.run") if json.loads(path.read_bytes())["id"] == run.id)
    return path


def rewritten(folder, run, **values):
    """Change a record as another release would have written it, in index and all."""
    path = record_of(folder, run)
    data = json.dumps(json.loads(path.read_bytes()) | values).encode()
    path.unlink()
    (folder / file_name(data, ".run")).write_bytes(data)
    index = (folder / INDEX).read_text().replace(path.name, file_name(data, ".run"))
    (folder / INDEX).write_text(index)


def grown(store):
    """Return a store with one run more, so that everything is saved anew."""
    return with_run(store, trained_run(TrainConfig(hidden=(4,)), epochs=1))


def comes_back(folder, mend):
    """Load, save something new twice, mend what was wrong, and return the lab before and after."""
    autosave = Autosave(folder)
    before = autosave.load()
    told = autosave.set_aside
    autosave.save(grown(before))
    second = Autosave(folder)
    second.save(grown(second.load()))
    assert second.set_aside == ""  # it was said
    mend()
    third = Autosave(folder)
    return before, told, third.load()


def test_a_damaged_record_and_its_networks_stay_and_come_back(folder, run, other):
    path = record_of(folder, run)
    data = path.read_bytes()
    path.write_bytes(data[:100])
    before, told, after = comes_back(folder, lambda: path.write_bytes(data))
    assert [each.id for each in before.runs] == [other.id]
    assert "it is kept, and comes back when it can be: 1 run." in told
    (back,) = (each for each in after.runs if each.id == run.id)
    assert same_run(back, run)


def test_as_many_runs_are_told_as_cannot_be_read(folder):
    for path in folder.glob("*.run"):
        path.write_bytes(b"{")
    autosave = Autosave(folder)
    assert not autosave.load().runs
    assert autosave.set_aside.endswith(": 2 runs.")


@pytest.mark.parametrize("epoch", [1, 2], ids=["of an earlier epoch", "of the run"])
def test_a_damaged_network_stays_and_comes_back(folder, run, epoch):
    record = json.loads(record_of(folder, run).read_bytes())
    path = folder / record["kept"][str(epoch)]
    data = path.read_bytes()
    path.write_bytes(data[:-1] + b"?")
    before, told, after = comes_back(folder, lambda: path.write_bytes(data))
    assert ("1 run" if epoch == 2 else "1 network of an earlier epoch") in told
    assert [set(each.kept) for each in before.runs if each.id == run.id] == ([{0, 2}] if epoch == 1 else [])
    (back,) = (each for each in after.runs if each.id == run.id)
    assert same_run(back, run)


def test_a_setting_that_this_release_does_not_know_is_set_aside_and_nothing_of_it_is_lost(folder, run, other):
    rewritten(folder, run, config=records.run_record(run)["config"] | {"momentum": 0.9})
    networks = {path: path.read_bytes() for path in folder.glob("*.network")}
    before, told, after = comes_back(folder, lambda: None)
    assert [each.id for each in before.runs] == [other.id]
    assert "1 run" in told
    assert run.id not in {each.id for each in after.runs}
    assert {path: path.read_bytes() for path in networks} == networks


@pytest.mark.parametrize("index", [b"", b'{"runs": [', None], ids=["empty", "cut", "gone"])
def test_a_lost_index_is_made_anew_from_the_records(folder, run, other, index):
    (folder / INDEX).unlink() if index is None else (folder / INDEX).write_bytes(index)
    autosave = Autosave(folder)
    back = autosave.load()
    assert {each.id for each in back.runs} == {run.id, other.id}
    assert ("the list of your runs" in autosave.set_aside) == (index is not None)
    autosave.save(grown(back))
    runs = Autosave(folder).load().runs
    assert len(runs) == 3
    assert all(same_run(one, each) for each in (run, other) for one in runs if one.id == each.id)


def test_the_longest_record_of_a_run_counts_where_the_index_is_lost(folder, run):
    longer = with_epoch(run, figures(run.config, 3), run.params)
    kept = {path: path.read_bytes() for path in folder.iterdir()}
    autosave = Autosave(folder)
    store = autosave.load()
    autosave.save(store._replace(runs=(longer,), current_id=longer.id))
    for path, data in kept.items():
        path.write_bytes(data)
    (folder / INDEX).write_bytes(b"")
    assert max(each.epoch for each in Autosave(folder).load().runs) == 3


def test_a_folder_that_cannot_be_read_for_a_moment_loses_nothing(labs, clock, monkeypatch, caplog):
    token = new_token()
    first = started(labs, token).snapshot().run
    labs.sweep()
    server = again(labs, clock)
    folder = labs.folder / folder_name(token)
    with monkeypatch.context() as patch:
        patch.setattr(type(folder), "iterdir", refused)
        with caplog.at_level(logging.WARNING):
            trainer = server.open(token)
            trainer.add(trained_run(epochs=1))
            server.sweep()
        assert "the folder of your runs" in trainer.snapshot().set_aside
        assert "could not be saved" in trainer.snapshot().unsaved
    clock.now += 10
    server.sweep()
    assert trainer.snapshot().unsaved == ""
    runs = again(labs, clock).open(token).snapshot().runs
    assert len(runs) == 2
    assert first.id in {run.id for run in runs}


def refused(*_):
    raise PermissionError(13, "Permission denied")


def test_records_that_cannot_be_read_for_a_moment_are_said_once_and_come_back(
    labs, clock, monkeypatch, caplog
):
    token = new_token()
    run = started(labs, token).snapshot().run
    labs.sweep()
    server = again(labs, clock)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(lab_files, "content_of", refused)
        trainer = server.open(token)
    assert "1 run" in trainer.snapshot().set_aside
    trainer.add(trained_run(epochs=1))
    server.sweep()
    clock.now += 10
    server.sweep()
    assert sum("it is kept" in each.getMessage() for each in caplog.records) == 1
    assert run.id in {each.id for each in again(labs, clock).open(token).snapshot().runs}


def test_what_a_later_release_added_is_written_back(folder, run):
    record = records.run_record(run)
    record["history"][1] |= {"top5": 0.75}
    record["history"][1]["test"] |= {"auc": [1, 2]}
    rewritten(folder, run, version=7, history=record["history"], tags=["mine"])
    (folder / INDEX).write_text(json.dumps(json.loads((folder / INDEX).read_text()) | {"order": "by name"}))
    autosave = Autosave(folder)
    store = autosave.load()
    assert autosave.set_aside == ""
    assert same_figures(store.current.history, run.history)
    autosave.save(store._replace(runs=(with_epoch(store.current, figures(run.config, 3), run.params),)))
    again = json.loads(record_of(folder, run).read_bytes())
    assert (again["version"], again["tags"]) == (7, ["mine"])
    assert (again["history"][1]["top5"], again["history"][1]["test"]["auc"]) == (0.75, [1, 2])
    assert len(again["history"]) == 4
    assert json.loads((folder / INDEX).read_text())["order"] == "by name"


def test_a_file_of_a_later_release_opens_and_keeps_what_it_added(run):
    data = with_texts(with_record(dumps(run), tags=["mine"], version=9), format="mnistlab 4", license="CC0")
    texts = header_texts(loads(data))
    assert (texts["format"], texts["license"]) == ("mnistlab 4", "CC0")
    assert json.loads(texts["run"])["tags"] == ["mine"]
    assert json.loads(texts["run"])["version"] == 9
    assert "texts" not in json.loads(texts["run"])


def undone_store(run, what):
    """A run that was reset, or trained on own digits, which can be undone."""
    if what == "reset":
        after = replace(trained_run(TrainConfig(hidden=(3,)), epochs=1), name="after")
    else:
        params = tuple(layer._replace(biases=layer.biases + 80) for layer in run.params)
        digits = np.zeros((1, 28, 28), np.uint8), np.array([3], np.uint8)
        learned = OwnDigits(run.epoch, *digits, 1, 0.1, 0.9, 0.9, 0.5, 1.0)
        after = replace(run, params=params, schedule=(learned,))
    return after, RunStore((after,), after.id, undo=Undo(run, what, after.id, after.epoch))


def test_a_run_that_an_earlier_release_took_out_of_the_list_comes_back(tmp_path, run):
    after, store = undone_store(run, "reset")
    Autosave(tmp_path).save(store)
    back = Autosave(tmp_path).load()
    assert [(each.id, each.name, each.color) for each in back.runs] == [
        (run.id, "first", 0),
        (after.id, "after", 1),
    ]
    assert (back.current_id, back.undo, back.can_undo("reset")) == (after.id, None, True)


def test_what_can_be_undone_outlives_a_moment_in_which_its_successor_cannot_be_read(tmp_path, run):
    after, store = undone_store(run, "reset")
    Autosave(tmp_path).save(store)
    path = record_of(tmp_path, after)
    data = path.read_bytes()
    path.write_bytes(data[:50])
    _, _, back = comes_back(tmp_path, lambda: path.write_bytes(data))
    runs = {each.id: each for each in back.runs}
    assert same_run(runs[after.id], after)
    assert same_run(runs[run.id], run)


def test_a_network_that_learned_from_own_digits_never_gives_way_to_the_one_before(tmp_path, run):
    after, store = undone_store(run, "own digits")
    Autosave(tmp_path).save(store)
    path = tmp_path / json.loads((tmp_path / INDEX).read_bytes())["undo"][0]
    data = path.read_bytes()
    path.write_bytes(data[:50])
    _, _, back = comes_back(tmp_path, lambda: path.write_bytes(data))
    (there,) = (each for each in back.runs if each.id == run.id)
    np.testing.assert_array_equal(there.params[-1].biases, after.params[-1].biases)
    assert path.read_bytes() == data


def test_an_earlier_network_comes_back_to_the_run_not_only_to_what_can_be_undone(tmp_path, run):
    longer = with_epoch(
        run, figures(run.config, 3), tuple(x._replace(biases=x.biases + 9) for x in run.params)
    )
    longer = with_epoch(longer, figures(run.config, 4), run.params)
    store = RunStore((longer,), longer.id, undo=Undo(run, "own digits", longer.id, 2))
    Autosave(tmp_path).save(store)
    path = tmp_path / json.loads(record_of_epoch(tmp_path, 4).read_bytes())["kept"]["3"]
    data = path.read_bytes()
    path.write_bytes(data[:-1] + b"?")
    before, _, back = comes_back(tmp_path, lambda: path.write_bytes(data))
    assert 3 not in before.runs[0].kept
    (there,) = (each for each in back.runs if each.id == run.id)
    assert same_run(there, longer)


def record_of_epoch(folder, epoch):
    (path,) = (p for p in folder.glob("*.run") if str(epoch) in json.loads(p.read_bytes())["kept"])
    return path


def odd(folder, kind):
    """Put something into a folder that is called like a file of ours and is none."""
    path = folder / ("ab" * 16 + ".run")
    if kind == "dangling link":
        path.symlink_to(folder / "nowhere")
    elif kind == "looping link":
        path.symlink_to(path)
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(2**43)
    else:
        os.mkfifo(path)


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are made otherwise there")
@pytest.mark.parametrize("kind", ["dangling link", "looping link", "sparse", "pipe"])
@pytest.mark.parametrize("cut", [True, False])
def test_an_odd_file_with_a_name_of_ours_keeps_no_lab_closed(folder, run, other, kind, cut):
    odd(folder, kind)
    if cut:
        (folder / INDEX).write_bytes(b"{")
    assert {each.id for each in Autosave(folder).load().runs} == {run.id, other.id}
    assert (folder / ("ab" * 16 + ".run")).is_symlink() or (folder / ("ab" * 16 + ".run")).exists()


@pytest.mark.parametrize("name", ["runs", "aside"])
def test_an_index_with_lists_for_names_is_a_damaged_one(folder, run, other, name):
    index = json.loads((folder / INDEX).read_bytes())
    (folder / INDEX).write_text(json.dumps(index | {name: [[1]]}))
    autosave = Autosave(folder)
    assert {each.id for each in autosave.load().runs} == {run.id, other.id}
    assert "the list of your runs" in autosave.set_aside
