"""Folders of labs that nobody comes back to: which go, and which stay whatever the clock says."""

import json
import logging
import os
import time

import pytest

from mnistlab.jobs import storage as lab_folders
from mnistlab.jobs.autosave import Autosave
from mnistlab.jobs.lab_files import INDEX, file_name
from mnistlab.jobs.labs import Labs, folder_name, new_token
from mnistlab.runs.run_store import RunStore
from tests.registry_bench import QuietPool, again, started
from tests.runs.test_checkpoints import trained_run

pytest_plugins = ("tests.registry_bench",)


def left_on_day(labs, number):
    """A lab that was left on this day, counted from 1970."""
    token = new_token()
    folder = labs.folder / folder_name(token)
    folder.mkdir(parents=True)
    (folder / INDEX).write_text('{"runs": [], "current": ""}')
    os.utime(folder, (86_400 * number + 1,) * 2)
    return token


def kept(labs):
    return {path.name for path in labs.folder.iterdir()}


def test_labs_go_after_thirty_later_days_and_those_in_use_stay(labs):
    used, old = left_on_day(labs, 99), left_on_day(labs, 100)
    labs.open(used)
    recent = {folder_name(left_on_day(labs, day)) for day in range(101, 130) for _ in range(2)}
    labs.sweep_folders()
    assert kept(labs) == {folder_name(used)} | recent
    assert folder_name(old) not in recent


def test_a_lab_that_is_looked_at_is_not_old(labs):
    looked_at = left_on_day(labs, 99)
    labs.open(looked_at)
    assert (labs.folder / folder_name(looked_at)).stat().st_mtime > time.time() - 60


@pytest.mark.parametrize("wrong", [0, 10**6], ids=["back", "ahead"])
def test_a_clock_that_was_set_wrong_removes_no_lab(labs, monkeypatch, wrong):
    everybody = {folder_name(left_on_day(labs, day)) for day in [*range(100, 110), wrong, wrong]}
    monkeypatch.setattr("time.time", lambda: 86_400.0 * wrong)
    labs.sweep_folders()
    assert kept(labs) == everybody


def strangers_things(folder):
    """Put into a folder what people and other programs keep, 200 days old; return what it is."""
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.rglob("*"))
    names = ["notes.tmp", "lab.json.tmp", "a.run", "b.network", "0" * 32 + ".run", "1" * 32 + ".tmp"]
    for name in [*names, "2" * 32 + ".network", "2" * 32 + ".index", "9" * 32]:
        (folder / name).write_bytes(b"years of work")
    for name in ("thesis", "3" * 32, "4" * 32, "5" * 32, "6" * 32 + ".run", "mnistlab-2"):
        (folder / name / "deeper").mkdir(parents=True)
        (folder / name / "deeper" / "chapter.tmp").write_bytes(b"x" * 1000)
    (folder / ("4" * 32) / INDEX).write_text('{"runs": 3, "made by": "another laboratory"}')
    (folder / ("5" * 32) / INDEX).write_text("[]")
    everything = sorted(set(folder.rglob("*")) - before, reverse=True)
    long_ago = time.time() - 200 * 86_400
    for path in everything:
        os.utime(path, (long_ago, long_ago))
    return {path: path.read_bytes() if path.is_file() else None for path in everything}


def changed(things):
    return [
        path
        for path, data in things.items()
        if not path.exists() or (data is not None and path.read_bytes() != data)
    ]


def test_what_others_keep_in_the_state_folder_is_never_touched(labs, clock, monkeypatch):
    things = strangers_things(labs.folder)
    monkeypatch.setattr(lab_folders, "MAX_FOLDERS", 0)
    monkeypatch.setattr(lab_folders, "MAX_BYTES", 0)
    token = new_token()
    trainer = started(labs, token)
    labs.sweep()
    things |= strangers_things(labs.folder / folder_name(token))
    trainer.delete(trainer.snapshot().run.id)
    clock.now += 2
    labs.sweep()
    labs.sweep_folders()
    other = again(labs, clock)
    other.open(token).add(trained_run())
    other.sweep()
    again(labs, clock).sweep_folders()
    assert changed(things) == []
    left = {path for path in (labs.folder / folder_name(token)).iterdir()}
    assert left <= things.keys()


def test_a_lab_that_goes_leaves_nothing_behind(labs, monkeypatch):
    token = new_token()
    started(labs, token)
    labs.sweep()
    monkeypatch.setattr(lab_folders, "MAX_FOLDERS", 0)
    Labs(labs.folder, QuietPool()).sweep_folders()
    assert kept(labs) == set()


def test_a_lab_of_the_first_release_is_adopted_and_goes_whole(labs, monkeypatch):
    folder = labs.folder / folder_name(new_token())
    autosave = Autosave(folder)
    run = trained_run()
    autosave.save(RunStore((run,), run.id))
    index = json.loads((folder / INDEX).read_text())
    first = {name: index[name] for name in ("runs", "current", "numbered", "undo")} | {"hidden": [run.id]}
    (folder / INDEX).write_text(json.dumps(first))
    back = Autosave(folder)
    store = back.load()
    assert (store.runs[0].id, back.set_aside) == (run.id, "")
    back.save(store)
    monkeypatch.setattr(lab_folders, "MAX_FOLDERS", 0)
    labs.sweep_folders()
    assert kept(labs) == set()


def test_what_a_killed_process_left_goes_with_the_next_save(labs, clock, monkeypatch):
    token = new_token()
    trainer = started(labs, token)
    labs.sweep()
    folder = labs.folder / folder_name(token)
    whole = {path.name for path in folder.iterdir()}
    unfinished = json.loads((folder / INDEX).read_text())["unfinished"]
    (folder / unfinished).write_bytes(b"half")
    (folder / file_name(b"whole", ".network")).write_bytes(b"whole")
    trainer = again(labs, clock)
    trainer.open(token).rename(trainer.open(token).snapshot().run.id, "other")
    trainer.sweep()
    names = {path.name for path in folder.iterdir()}
    assert len(names) == len(whole)
    assert {name for name in whole if name.endswith(".network")} <= names


def left_in_a_row(labs, number):
    """Save some labs of one size, each left a day before the one ahead, and return the names and the size."""
    names = []
    for age in range(number):
        token = new_token()
        started(labs, token)
        labs.sweep()
        folder = labs.folder / folder_name(token)
        stamp = folder.stat().st_mtime - 86_400 * age
        os.utime(folder, (stamp, stamp))
        names.append(folder.name)
    return names, sum(path.stat().st_size for path in folder.iterdir())


def test_too_many_folders_are_thinned_from_the_oldest(labs, monkeypatch, caplog):
    names, size = left_in_a_row(labs, 4)
    empty = Labs(labs.folder, QuietPool())
    monkeypatch.setattr(lab_folders, "MAX_BYTES", 3 * size + 100)
    with caplog.at_level(logging.INFO):
        empty.sweep_folders()
    assert {path.name for path in labs.folder.iterdir()} == set(names[:3])
    assert "too large: 1." in caplog.text
    monkeypatch.setattr(lab_folders, "MAX_FOLDERS", 1)
    empty.sweep_folders()
    assert {path.name for path in labs.folder.iterdir()} == {names[0]}


def test_whoever_fills_the_disk_removes_his_own(labs, monkeypatch):
    names, size = left_in_a_row(labs, 3)
    large = labs.folder / names[0]
    data = b"x" * 10 * size
    (large / file_name(data, ".network")).write_bytes(data)
    monkeypatch.setattr(lab_folders, "MAX_BYTES", 10 * size)
    Labs(labs.folder, QuietPool()).sweep_folders()
    assert {path.name for path in labs.folder.iterdir()} == set(names[1:])


def test_labs_in_use_take_no_room_from_others(labs, monkeypatch):
    names, size = left_in_a_row(labs, 3)
    monkeypatch.setattr(lab_folders, "MAX_BYTES", size + 100)
    lab_folders.sweep_folders(labs.folder, in_use=set(names[:2]))
    assert {path.name for path in labs.folder.iterdir()} == set(names)
