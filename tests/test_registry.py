"""The labs of a process: found by token, put to rest without viewers, whole on the disk whatever happens."""

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

from mnistlab.config import TrainConfig
from mnistlab.running import lab_folders
from mnistlab.running import registry as registries
from mnistlab.running.autosave import INDEX, Autosave
from mnistlab.running.registry import (
    FREE_SECONDS,
    MAX_LABS,
    PAUSE_SECONDS,
    SAVE_SECONDS,
    STOP_SECONDS,
    LabsFull,
    Registry,
    folder_name,
    new_token,
)
from mnistlab.running.trainer import Trainer
from mnistlab.runs import SettingChange
from tests.fake_engine import HandPool
from tests.test_checkpoints import same_figures, same_networks, trained_run

EPOCH_TURNS = 2
UNSAVED = "Your runs could not be saved: {}. Until they are, take away on Train what you need."


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class QuietPool(HandPool):
    def close(self):
        self.jobs.clear()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def labs(tmp_path, clock):
    return Registry(tmp_path / "state", QuietPool(), clock, real_initial)


def real_initial(config):
    """Untrained networks of the right shape, without JAX."""
    from mnistlab.network import Layer

    order = np.random.default_rng(config.seed)
    widths = config.dimensions
    return tuple(
        Layer(order.random((n_out, n_in)).astype(np.float32), np.zeros(n_out, np.float32))
        for n_in, n_out in pairwise(widths)
    )


def started(labs, token, **kw):
    trainer = labs.trainer_for(token)
    run = trained_run()
    trainer.add(run)
    return trainer


def again(labs, clock):
    """Return the registry of a process that is started after this one was killed."""
    return Registry(labs.folder, QuietPool(), clock, real_initial)


def same_run(one, other):
    assert (one.id, one.name, one.config, one.epoch) == (other.id, other.name, other.config, other.epoch)
    assert one.schedule == other.schedule
    assert sorted(one.kept) == sorted(other.kept)
    assert all(same_networks(one.kept[epoch], other.kept[epoch]) for epoch in one.kept)
    return same_networks(one.params, other.params) and same_figures(one.history, other.history)


def test_tokens_have_128_random_bits_and_lead_to_no_path():
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) == 32 and int(token, 16) >= 0 for token in tokens)
    token = tokens.pop()
    assert token not in folder_name(token)
    assert len(folder_name(token)) == 32


@pytest.mark.parametrize(
    "token", ["", "x" * 32, "../" * 11, "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", None, 7]
)
def test_what_is_no_token_is_refused(labs, token):
    for command in (labs.trainer_for, lambda token: labs.claim(token, "tab")):
        with pytest.raises(ValueError, match="token must be 32 hexadecimal digits"):
            command(token)
    assert not labs.folder.exists()


def test_a_token_always_gives_the_same_trainer_and_another_token_another(labs):
    token = new_token()
    trainer = labs.trainer_for(token)
    assert labs.trainer_for(token) is trainer
    assert labs.trainer_for(new_token()) is not trainer


def test_many_threads_that_bring_one_token_get_one_trainer(labs):
    token = new_token()
    gate = threading.Barrier(8)

    def ask(_):
        gate.wait()
        return labs.trainer_for(token)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(8)))) == 1


def test_a_lab_is_whole_after_the_process_was_killed(labs, clock):
    token = new_token()
    trainer = started(labs, token)
    first = trainer.snapshot().run
    trainer.rename(first.id, "renamed")
    trainer.set_learning_rate(0.25)
    trainer.hide(first.id)
    trainer.add(trained_run(epochs=2))
    trainer.reset()
    labs.sweep()
    back = again(labs, clock).trainer_for(token).snapshot()
    before = trainer.snapshot()
    assert [run.id for run in back.runs] == [run.id for run in before.runs]
    assert same_run(back.runs[0], before.runs[0])
    assert back.runs[0].schedule == (SettingChange(5, "learning_rate", 0.25),)
    assert (back.run.id, back.hidden) == (before.run.id, before.hidden)
    assert back.can_undo_reset
    restored = again(labs, clock).trainer_for(token)
    restored.undo_reset()
    trainer.undo_reset()
    assert same_run(restored.snapshot().run, trainer.snapshot().run)


def test_a_lab_that_was_training_comes_back_paused_with_its_target(labs, clock):
    token = new_token()
    trainer = started(labs, token)
    trainer.more(6)
    labs.pool.turn()
    labs.sweep()
    snapshot = again(labs, clock).trainer_for(token).snapshot()
    assert (snapshot.state, snapshot.run.epoch, snapshot.target_epoch) == ("paused", 4, 10)


def test_nothing_is_written_when_nothing_is_new_and_at_most_once_a_second(labs, clock):
    token = new_token()
    trainer = started(labs, token)
    labs.sweep()
    folder = labs.folder / folder_name(token)
    stamps = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    labs.sweep()
    clock.now += 10
    labs.touch(token)
    labs.sweep()
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == stamps
    trainer.rename(trainer.snapshot().run.id, "one")
    clock.now += 0.5
    labs.sweep()
    first = (folder / INDEX).read_bytes()
    trainer.rename(trainer.snapshot().run.id, "two")
    clock.now += 0.4
    labs.sweep()
    assert (folder / INDEX).read_bytes() == first
    clock.now += 0.7
    labs.sweep()
    assert (folder / INDEX).read_bytes() != first


def test_only_the_owner_may_read_and_names_are_our_own(labs):
    token = new_token()
    trainer = started(labs, token)
    trainer.rename(trainer.snapshot().run.id, "../../../../tmp/evil")
    labs.sweep()
    folder = labs.folder / folder_name(token)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.name == INDEX or (len(path.stem) == 32 and path.suffix in (".run", ".network"))
        assert token not in path.read_bytes().decode("latin-1")


def test_files_of_runs_that_were_deleted_go(labs, clock):
    token = new_token()
    trainer = started(labs, token)
    labs.sweep()
    folder = labs.folder / folder_name(token)
    (folder / "left.behind.tmp").write_bytes(b"x")
    trainer.delete(trainer.snapshot().run.id)
    clock.now += 2
    labs.sweep()
    assert [path.name for path in folder.iterdir()] == [INDEX]


def test_a_lab_without_viewers_is_paused_then_stopped_then_freed_and_comes_back(labs, clock):
    token, seen = new_token(), new_token()
    trainer = started(labs, token)
    other = started(labs, seen)
    for each in (trainer, other):
        each.more(5)
    labs.pool.turn()
    clock.now += PAUSE_SECONDS - 1
    labs.touch(seen)
    labs.sweep()
    assert trainer.snapshot().state == "running"
    clock.now += 1
    labs.sweep()
    assert trainer.snapshot().state == "pausing"
    clock.now += STOP_SECONDS - PAUSE_SECONDS
    labs.touch(seen)
    labs.sweep()
    assert trainer.snapshot().state == "paused"
    assert other.snapshot().active
    clock.now += FREE_SECONDS - STOP_SECONDS
    labs.touch(seen)
    labs.sweep()
    labs.sweep()
    assert labs.trainer_for(seen) is other
    back = labs.trainer_for(token)
    assert back is not trainer
    assert same_run(back.snapshot().run, trainer.snapshot().run)


def test_closed_tabs_stop_within_three_minutes():
    assert STOP_SECONDS + registries.SWEEP_SECONDS < 180


def test_a_viewer_who_comes_back_at_the_last_moment_keeps_the_trainer(labs, clock):
    token = new_token()
    trainer = started(labs, token)
    clock.now += FREE_SECONDS - 1
    assert labs.trainer_for(token) is trainer
    clock.now += 2
    labs.sweep()
    assert labs.trainer_for(token) is trainer


def test_there_is_room_for_so_many_labs_and_an_idle_one_makes_place(labs, clock):
    tokens = [new_token() for _ in range(MAX_LABS)]
    for token in tokens:
        labs.trainer_for(token)
    with pytest.raises(LabsFull, match=f"at most {MAX_LABS} labs"):
        labs.trainer_for(new_token())
    first = labs.trainer_for(tokens[0])
    clock.now += PAUSE_SECONDS
    labs.touch(tokens[0])
    labs.trainer_for(new_token())
    assert labs.trainer_for(tokens[0]) is first


def test_a_second_live_tab_gets_a_lab_of_its_own_and_a_reload_gets_the_lab(labs, clock):
    token, live = new_token(), {"one"}
    labs.trainer_for(token)
    assert labs.claim(token, "one", live.__contains__)
    assert labs.claim(token, "one", live.__contains__)
    assert not labs.claim(token, "two", live.__contains__)
    live.clear()
    assert labs.claim(token, "two", live.__contains__)
    assert not labs.claim(token, "one", lambda tab: tab == "two")


def test_without_knowing_better_a_tab_is_live_that_touched_its_lab_a_moment_ago(labs, clock):
    token = new_token()
    labs.trainer_for(token)
    assert labs.claim(token, "one")
    assert not labs.claim(token, "two")
    clock.now += registries.LIVE_SECONDS + 1
    assert labs.claim(token, "two")


def test_a_disk_that_cannot_be_written_is_said_on_screen_and_tried_again(labs, clock, monkeypatch):
    token = new_token()
    trainer = started(labs, token)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("mnistlab.running.autosave.write_whole", full)
        labs.sweep()
        assert trainer.snapshot().unsaved == UNSAVED.format("No space left on device")
        trainer.more(1)
        assert trainer.snapshot().active
        clock.now += 1000
        labs.sweep()
        clock.now += 1000
        labs.sweep()
        assert labs.trainer_for(token) is trainer
    clock.now += 2
    labs.sweep()
    assert trainer.snapshot().unsaved == ""
    assert again(labs, clock).trainer_for(token).snapshot().run.epoch == 4


def test_a_state_folder_that_cannot_be_made_ends_in_a_sentence(tmp_path, clock):
    (tmp_path / "file").write_text("in the way")
    labs = Registry(tmp_path / "file" / "state", QuietPool(), clock, real_initial)
    trainer = started(labs, new_token())
    labs.sweep()
    assert trainer.snapshot().unsaved == UNSAVED.format("Not a directory")


def test_closing_saves_everything(labs, clock):
    token = new_token()
    started(labs, token)
    labs.close()
    labs.close()
    assert again(labs, clock).trainer_for(token).snapshot().run.epoch == 4


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
    labs.trainer_for(used)
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
    empty = Registry(labs.folder, QuietPool())
    monkeypatch.setattr(lab_folders, "MAX_BYTES", 3 * size + 100)
    empty.sweep_folders()
    assert {path.name for path in labs.folder.iterdir()} == {folder_name(token) for token in tokens[:3]}
    monkeypatch.setattr(lab_folders, "MAX_FOLDERS", 1)
    empty.sweep_folders()
    assert {path.name for path in labs.folder.iterdir()} == {folder_name(tokens[0])}


def test_the_keeper_saves_by_itself_and_ends(tmp_path):
    labs = Registry(tmp_path / "state", QuietPool(), initial=real_initial).start_keeper()
    token = new_token()
    started(labs, token)
    folder = labs.folder / folder_name(token)
    saved = threading.Event()
    while not (folder / INDEX).exists():
        saved.wait(0.01)
    labs.close()
    assert not labs._keeper.is_alive()
    assert len(Autosave(folder).load().runs) == 1


def test_a_trainer_from_a_registry_reports_what_is_new(labs):
    trainer = labs.trainer_for(new_token())
    assert isinstance(trainer, Trainer)
    labs._work.clear()
    trainer.add(trained_run())
    assert labs._work.is_set()


def test_a_lab_whose_network_was_never_trained_leaves_nothing_on_the_disk(labs, clock):
    token = new_token()
    labs.trainer_for(token).new(TrainConfig(hidden=(4,)))
    clock.now += 2 * SAVE_SECONDS
    labs.sweep()
    assert not (labs.folder / folder_name(token)).exists()
    assert len(again(labs, clock).trainer_for(token).shelf.runs) == 0
