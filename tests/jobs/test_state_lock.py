"""One server for one state folder: a second one takes a sibling, or does not start."""

import logging
from pathlib import Path

import pytest

from mnistlab.jobs.labs import Labs
from mnistlab.jobs.storage import StateFolderInUse, locked_folder
from tests.registry_bench import QuietPool, real_initial


def test_a_second_server_takes_a_sibling_says_so_and_finds_it_again(tmp_path, caplog):
    home = tmp_path / "state"
    servers = [locked_folder(home) for _ in range(3)]
    assert [folder.name for folder, _ in servers] == ["state", "state-2", "state-3"]
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert said == [
        f"The state folder {home} must belong to one server. Another one uses it, so this one keeps its labs "
        f"in {home}-{number}."
        for number in (2, 3)
    ]
    servers[1][1].release()
    again = locked_folder(home)
    assert again[0] == servers[1][0]
    for _, lock in (servers[0], servers[2], again):
        lock.release()
    folder, lock = locked_folder(home)
    lock.release()
    assert folder == home


def test_a_second_server_does_not_start_where_it_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setenv("MNISTLAB_STATE_LOCK", "refuse")
    _, lock = locked_folder(tmp_path)
    with pytest.raises(StateFolderInUse, match=r"must belong to one server\. Another one uses it\."):
        locked_folder(tmp_path)
    lock.release()
    locked_folder(tmp_path)[1].release()


def test_a_folder_that_cannot_be_made_is_taken_without_a_lock(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert locked_folder(tmp_path / "file" / "state") == (tmp_path / "file" / "state", None)


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to("elsewhere")])
def test_something_else_by_the_name_of_the_lock_is_left_alone_and_a_sibling_taken(tmp_path, make):
    home = tmp_path / "state"
    home.mkdir()
    make(home / ".mnistlab.lock")
    folder, lock = locked_folder(home)
    assert (folder.name, lock is None) == ("state-2", False)
    lock.release()
    assert [path.name for path in home.iterdir()] == [".mnistlab.lock"]


def test_labs_hold_their_folder_until_they_are_closed(tmp_path):
    def started():
        return Labs(tmp_path / "state", QuietPool(), initial=real_initial).start_keeper()

    first, second = started(), started()
    assert second.folder.name == "state-2"
    first.close()
    third = started()
    assert third.folder.name == "state"
    second.close()
    third.close()


def test_the_folder_that_one_stands_in_can_hold_the_state(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder, lock = locked_folder(Path())
    lock.release()
    assert folder == tmp_path
