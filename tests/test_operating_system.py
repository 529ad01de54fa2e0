"""The lab on systems that lack what this one has: each such call is taken away in turn."""

import ctypes
import os
import signal
from pathlib import Path

import numpy as np
import psutil
import pytest

from mnistlab import operating_system
from mnistlab.atomic_file import load_arrays, save_arrays
from mnistlab.engine.compilation_cache import keep_compiled_operations
from mnistlab.jobs.pool import default_num_workers
from mnistlab.operating_system import (
    REPLACE_TRIES,
    free_bytes,
    is_foreign,
    keep_freed_memory,
    leave_terminal,
    lower_priority,
    release_free_heap,
    replace,
    return_freed_memory,
    sync_folder,
)


def raising(error):
    """A call that always raises."""

    def call(*args, **options):
        raise error

    return call


@pytest.fixture
def prioritized(monkeypatch):
    """What this process is asked to be, instead of its being so for all tests that follow."""
    asked = []
    monkeypatch.setattr(psutil.Process, "nice", lambda process, value=None: asked.append(value) or 0)
    return asked


@pytest.mark.parametrize("error", [TypeError("bad argument type"), OSError(2, "not found")])
def test_without_a_c_library_to_ask_memory_is_left_as_it_is(monkeypatch, error):
    monkeypatch.setattr(ctypes, "CDLL", raising(error))
    for call in (keep_freed_memory, return_freed_memory, release_free_heap):
        call()


def test_another_c_library_has_no_such_options(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    for call in (keep_freed_memory, return_freed_memory, release_free_heap):
        call()


def test_windows_has_a_class_of_priority_and_no_sessions(monkeypatch, prioritized):
    monkeypatch.setattr(operating_system, "WINDOWS", True)
    monkeypatch.setattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 16384, raising=False)
    for name in ("nice", "getsid", "setsid"):
        monkeypatch.delattr(os, name, raising=False)
    lower_priority()
    assert prioritized == [16384]


def test_a_priority_that_may_not_be_lowered_stays(monkeypatch):
    monkeypatch.setattr(psutil.Process, "nice", raising(psutil.AccessDenied()))
    lower_priority()


def test_without_proc_no_session_is_lowered(monkeypatch, prioritized, tmp_path):
    monkeypatch.setattr(operating_system, "GROUP", tmp_path / "proc" / "self" / "autogroup")
    monkeypatch.setattr(os, "getsid", lambda pid: os.getpid(), raising=False)
    lower_priority()
    assert prioritized[-1] == operating_system.NICENESS
    assert not (tmp_path / "proc").exists()


def test_without_proc_and_control_groups_the_machine_s_own_memory_counts(tmp_path):
    assert 0 < free_bytes(tmp_path) <= psutil.virtual_memory().total


def test_without_sessions_only_ctrl_c_is_left_to_others(monkeypatch):
    monkeypatch.delattr(os, "setsid", raising=False)
    before = signal.getsignal(signal.SIGINT)
    try:
        leave_terminal()
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_cores_are_counted_without_asking_for_affinity(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delenv("MNISTLAB_WORKERS", raising=False)
    assert default_num_workers() >= 1


@pytest.mark.parametrize("call", ["open", "fsync"])
def test_a_folder_that_cannot_be_put_on_the_disk_is_left_to_the_system(monkeypatch, tmp_path, call):
    monkeypatch.setattr(os, call, raising(PermissionError(13, "Permission denied")))
    sync_folder(tmp_path)


def test_without_owners_no_folder_is_a_stranger_s(monkeypatch, tmp_path):
    assert not is_foreign(tmp_path)
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1, raising=False)
    assert is_foreign(tmp_path)
    monkeypatch.delattr(os, "getuid")
    assert not is_foreign(tmp_path)
    monkeypatch.setenv("MNISTLAB_CACHE_DIR", str(tmp_path))
    keep_compiled_operations()


@pytest.fixture
def refused(monkeypatch):
    """Windows, where a file that is read cannot be replaced; how often it is refused is to be set."""
    left, replace_path = [0], Path.replace

    def refuse(path, target):
        if left[0]:
            left[0] -= 1
            raise PermissionError(13, "Access is denied")
        return replace_path(path, target)

    monkeypatch.setattr(operating_system, "WINDOWS", True)
    monkeypatch.setattr(operating_system, "REPLACE_SECONDS", 0.0)
    monkeypatch.setattr(Path, "replace", refuse)
    return left


def test_a_file_is_replaced_as_soon_as_nobody_reads_it(refused, tmp_path):
    path = tmp_path / "arrays.npy"
    for number in range(2):
        refused[0] = number * (REPLACE_TRIES - 1)
        save_arrays(path, {"a": np.full(3, number)})
        assert load_arrays(path)["a"].tolist() == [number] * 3
    assert [each.name for each in tmp_path.iterdir()] == ["arrays.npy"]


def test_a_file_that_stays_in_use_is_as_it_was(refused, tmp_path):
    path = tmp_path / "arrays.npy"
    save_arrays(path, {"a": np.zeros(3)})
    refused[0] = REPLACE_TRIES
    with pytest.raises(PermissionError):
        save_arrays(path, {"a": np.ones(3)})
    assert not load_arrays(path)["a"].any()
    assert [each.name for each in tmp_path.iterdir()] == ["arrays.npy"]


def test_where_readers_are_no_hindrance_a_refusal_is_told_at_once(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(operating_system, "WINDOWS", False)
    monkeypatch.setattr(
        Path, "replace", lambda path, target: asked.append(path) or raising(PermissionError(13))()
    )
    with pytest.raises(PermissionError):
        replace(tmp_path / "a", tmp_path / "b")
    assert len(asked) == 1
