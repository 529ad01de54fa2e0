"""The folder of a lab: whole on the disk whatever happens to the process or the files."""

import json
import random
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from mnistlab.jobs.autosave import INDEX, Autosave
from mnistlab.runs.run_store import EMPTY, RunStore
from tests.conftest import REPOSITORY
from tests.runs.test_checkpoints import same_figures, same_networks, trained_run


def damaged_lab(folder, order):
    """Damage one file of a saved lab in one way."""
    path = order.choice(sorted(folder.iterdir()))
    data = bytearray(path.read_bytes())
    kind = order.randrange(4)
    if kind == 0:
        path.unlink()
        return
    if kind == 1:
        data[order.randrange(len(data))] ^= 1 << order.randrange(8)
    elif kind == 2:
        del data[order.randrange(len(data)) :]
    else:
        data = bytearray(order.randbytes(order.randrange(50)))
    path.write_bytes(data)


def test_a_damaged_folder_gives_the_runs_that_are_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda handle: None)  # nothing dies here before it is on the disk
    order = random.Random(3)
    runs = [trained_run(epochs=epochs) for epochs in (1, 2)]
    for number in range(200):
        folder = tmp_path / str(number)
        Autosave(folder).save(RunStore(tuple(runs), runs[1].id))
        damaged_lab(folder, order)
        shelf = Autosave(folder).load() or EMPTY
        for run in shelf.runs:
            (original,) = (each for each in runs if each.id == run.id)
            assert same_networks(run.params, original.params)
            assert same_figures(run.history, original.history)
            assert set(run.kept) <= set(original.kept)
        assert not shelf.runs or shelf.current is not None
        Autosave(folder).save(shelf)
        assert len((Autosave(folder).load() or EMPTY).runs) == len(shelf.runs)


@pytest.mark.parametrize(
    "index",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\xff",
        b"[" * 10_000,
        b"x" * 2**21,
        b'{"runs": 1}',
        b'{"runs": [1], "current": ""}',
    ],
)
def test_an_index_that_is_none_is_no_lab(tmp_path, index):
    (tmp_path / INDEX).write_bytes(index)
    autosave = Autosave(tmp_path)
    assert not (autosave.load() or EMPTY).runs
    assert "the list of your runs" in autosave.set_aside
    autosave.save(EMPTY)
    (aside,) = tmp_path.glob("*.index")
    assert aside.read_bytes() == index


def test_an_index_that_points_outside_reads_nothing_there(tmp_path):
    folder = tmp_path / "lab"
    folder.mkdir()
    (tmp_path / "secret.run").write_bytes(b"{}")
    index = {"runs": ["../secret.run", 5, None], "current": "", "hidden": [], "numbered": 0, "undo": None}
    (folder / INDEX).write_text(json.dumps(index))
    assert (Autosave(folder).load() or EMPTY).runs == ()


@pytest.mark.parametrize("gone", ["*", "*.network", "*.run", INDEX], ids=["all", "networks", "runs", "index"])
def test_what_somebody_removed_is_written_anew(tmp_path, gone):
    run, other = trained_run(), trained_run()
    autosave = Autosave(tmp_path / "lab")
    autosave.save(RunStore((run, other), run.id))
    for path in autosave.folder.glob(gone):
        path.unlink()
    if gone == "*":
        autosave.folder.rmdir()
    autosave.save(RunStore((run, other), other.id))
    shelf = Autosave(autosave.folder).load()
    assert [each.id for each in shelf.runs] == [run.id, other.id]
    assert shelf.runs[0].kept.keys() == run.kept.keys()


SAVER = textwrap.dedent("""
    import sys
    from dataclasses import replace
    from pathlib import Path
    import numpy as np
    from mnistlab.jobs.autosave import Autosave
    from mnistlab.runs.run import with_epoch
    from mnistlab.runs.run_store import RunStore
    from tests.runs.test_checkpoints import figures, trained_run

    folder = Path(sys.argv[1])
    autosave = Autosave(folder)
    shelf = autosave.load()
    if shelf is None:
        run = trained_run(epochs=0)
        shelf = RunStore((run,), run.id)
    print(shelf.current.epoch, flush=True)
    while True:
        run = shelf.current
        epoch = run.epoch + 1
        step = np.float32(epoch)
        params = tuple(type(layer)(layer.weights + step, layer.biases + step) for layer in run.params)
        run = with_epoch(run, figures(run.config, epoch), params)
        run = replace(run, kept={e: p for e, p in run.kept.items() if e > epoch - 3})
        shelf = RunStore((run,), run.id)
        autosave.save(shelf)
        print(run.epoch, flush=True)
""")


def assert_whole_on_disk(folder, at_least):
    """Fail unless the folder holds one whole lab, no older than what was reported as saved."""
    shelf = Autosave(folder).load()
    run = shelf.current
    assert run.epoch >= at_least
    assert [metrics.epoch for metrics in run.history] == list(range(run.epoch + 1))
    assert run.epoch in run.kept
    assert float(run.params[0].biases[0]) == sum(range(run.epoch + 1))
    return run.epoch


def kill_savers(folder, kills):
    """Kill a process that saves all the time, again and again; return the epoch it got to."""
    order, reached = random.Random(9), 0
    for _ in range(kills):
        saver = subprocess.Popen(
            [sys.executable, "-c", SAVER, str(folder)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        )
        lines = order.randint(1, 6)
        saved = [int(saver.stdout.readline()) for _ in range(lines)]
        threading.Event().wait(order.random() * 0.02)
        saver.send_signal(signal.SIGKILL)
        rest = saver.communicate()[0].split()
        assert saved[0] >= reached
        reached = max([*saved, *map(int, rest)])
        if reached:
            reached = assert_whole_on_disk(folder, reached)
    return reached


def test_a_saver_killed_at_any_moment_leaves_one_whole_lab(tmp_path):
    assert kill_savers(tmp_path / "lab", 8) > 8


@pytest.mark.soak
def test_a_saver_killed_two_hundred_times_leaves_one_whole_lab(tmp_path):
    assert kill_savers(tmp_path / "lab", 200) > 200
