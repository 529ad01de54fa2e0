"""Folders of labs that nobody comes back to: which go, and which stay whatever the clock says."""

import os

import pytest

from mnistlab.jobs import storage as lab_folders
from mnistlab.jobs.labs import Labs, folder_name, new_token
from tests.registry_bench import QuietPool, again, started

pytest_plugins = ("tests.registry_bench",)


def left_on_day(labs, number):
    """A lab that was left on this day, counted from 1970."""
    token = new_token()
    folder = labs.folder / folder_name(token)
    folder.mkdir(parents=True)
    os.utime(folder, (86_400 * number + 1,) * 2)
    return token


def kept(labs):
    return {path.name for path in labs.folder.iterdir()}


def test_labs_go_after_thirty_later_days_and_those_in_use_stay(labs):
    used, old = left_on_day(labs, 99), left_on_day(labs, 100)
    labs.open(used)
    recent = {folder_name(left_on_day(labs, day)) for day in range(101, 131) for _ in range(2)}
    labs.sweep_folders()
    assert kept(labs) == {folder_name(used)} | recent
    assert folder_name(old) not in recent


@pytest.mark.parametrize("wrong", [0, 10**6], ids=["back", "ahead"])
def test_a_clock_that_was_set_wrong_removes_no_lab(labs, monkeypatch, wrong):
    everybody = {folder_name(left_on_day(labs, day)) for day in [*range(100, 110), wrong, wrong]}
    monkeypatch.setattr("time.time", lambda: 86_400.0 * wrong)
    labs.sweep_folders()
    assert kept(labs) == everybody


def test_what_killed_processes_left_is_swept_at_the_start(labs, clock):
    token = new_token()
    started(labs, token)
    labs.sweep()
    folder = labs.folder / folder_name(token)
    for name, age in (("old.run.tmp", 10**6), ("young.run.tmp", 0)):
        (folder / name).write_bytes(b"x")
        stamp = (folder / name).stat().st_mtime - age
        os.utime(folder / name, (stamp, stamp))
    again(labs, clock).sweep_folders()
    assert [path.name for path in folder.glob("*.tmp")] == ["young.run.tmp"]


def test_too_many_folders_are_thinned_from_the_oldest(labs, monkeypatch):
    tokens = [new_token() for _ in range(4)]
    for age, token in enumerate(tokens):
        started(labs, token)
        labs.sweep()
        folder = labs.folder / folder_name(token)
        stamp = folder.stat().st_mtime - 100 * age
        os.utime(folder, (stamp, stamp))
    size = sum(path.stat().st_size for path in folder.iterdir())
    empty = Labs(labs.folder, QuietPool())
    monkeypatch.setattr(lab_folders, "MAX_BYTES", 3 * size + 100)
    empty.sweep_folders()
    assert {path.name for path in labs.folder.iterdir()} == {folder_name(token) for token in tokens[:3]}
    monkeypatch.setattr(lab_folders, "MAX_FOLDERS", 1)
    empty.sweep_folders()
    assert {path.name for path in labs.folder.iterdir()} == {folder_name(tokens[0])}
