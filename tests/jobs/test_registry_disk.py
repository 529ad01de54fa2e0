"""What a registry keeps on the disk, and what comes back from there."""

import stat
import threading

import pytest

from mnistlab.engine.config import TrainConfig
from mnistlab.jobs.autosave import INDEX, Autosave
from mnistlab.jobs.labs import SAVE_SECONDS, SWEEP_SECONDS, Labs, folder_name, new_token
from mnistlab.runs.run import SettingChange
from tests.registry_bench import QuietPool, again, real_initial, same_run, started
from tests.runs.test_checkpoints import trained_run

pytest_plugins = ("tests.registry_bench",)
UNSAVED = "Your runs could not be saved: {}. Until they are, download on Train what you need."


def test_a_lab_is_whole_after_the_process_was_killed(labs, clock):
    token = new_token()
    trainer = started(labs, token)
    first = trainer.snapshot().run
    trainer.rename(first.id, "renamed")
    trainer.change("learning_rate", 0.25)
    trainer.add(trained_run(epochs=2))
    trainer.reset()
    labs.sweep()
    back = again(labs, clock).open(token).snapshot()
    before = trainer.snapshot()
    assert [run.id for run in back.runs] == [run.id for run in before.runs]
    assert same_run(back.runs[0], before.runs[0])
    assert back.runs[0].schedule == (SettingChange(5, "learning_rate", 0.25),)
    assert (back.run.id, [run.color for run in back.runs]) == (before.run.id, [0, 1, 2])
    assert back.can_undo_reset
    restored = again(labs, clock).open(token)
    restored.undo_reset()
    trainer.undo_reset()
    assert same_run(restored.snapshot().run, trainer.snapshot().run)


def test_a_lab_that_was_training_comes_back_paused_with_its_target(labs, clock):
    token = new_token()
    trainer = started(labs, token)
    trainer.more(6)
    labs.pool.turn()
    labs.sweep()
    snapshot = again(labs, clock).open(token).snapshot()
    assert (snapshot.state, snapshot.run.epoch, snapshot.target_epoch) == ("paused", 4, 10)


def test_nothing_is_written_when_nothing_is_new_and_not_more_often_than_is_useful(labs, clock):
    token = new_token()
    trainer = started(labs, token)
    labs.sweep()
    folder = labs.folder / folder_name(token)
    stamps = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    labs.sweep()
    clock.now += 10
    labs.open(token)
    labs.sweep()
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == stamps
    trainer.rename(trainer.snapshot().run.id, "one")
    clock.now += SAVE_SECONDS
    labs.sweep()
    first = (folder / INDEX).read_bytes()
    trainer.rename(trainer.snapshot().run.id, "two")
    clock.now += SAVE_SECONDS - 0.1
    labs.sweep()
    assert (folder / INDEX).read_bytes() == first
    clock.now += 0.2
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
    before = {path.name for path in folder.iterdir()}
    trainer.delete(trainer.snapshot().run.id)
    clock.now += 2
    labs.sweep()
    assert {path.name for path in folder.iterdir()} & before == {INDEX}
    assert len(again(labs, clock).open(token).snapshot().runs) == 1


def test_a_disk_that_cannot_be_written_is_said_on_screen_and_tried_again(labs, clock, monkeypatch):
    token = new_token()
    trainer = started(labs, token)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("mnistlab.jobs.autosave.write_whole", full)
        labs.sweep()
        assert trainer.snapshot().unsaved == UNSAVED.format("No space left on device")
        trainer.more(1)
        assert trainer.snapshot().active
        clock.now += 1000
        labs.sweep()
        clock.now += 1000
        labs.sweep()
        assert labs.open(token) is trainer
    clock.now += SWEEP_SECONDS
    labs.sweep()
    assert trainer.snapshot().unsaved == ""
    assert again(labs, clock).open(token).snapshot().run.epoch == 4


def test_a_state_folder_that_cannot_be_made_ends_in_a_sentence(tmp_path, clock):
    (tmp_path / "file").write_text("in the way")
    labs = Labs(tmp_path / "file" / "state", QuietPool(), clock, real_initial)
    trainer = started(labs, new_token())
    labs.sweep()
    assert trainer.snapshot().unsaved == UNSAVED.format("Not a directory")


def test_the_keeper_looks_again_when_a_save_is_due_not_when_it_happens_to(labs, clock):
    trainer = started(labs, new_token())
    assert labs._seconds_to_look() == 0
    labs.sweep()
    assert labs._seconds_to_look() == SWEEP_SECONDS
    clock.now += 0.1
    trainer.rename(trainer.snapshot().run.id, "other")
    labs.sweep()
    assert labs._seconds_to_look() == pytest.approx(SAVE_SECONDS - 0.1)
    trainer.unsaved = "The disk is full."
    assert labs._seconds_to_look() == pytest.approx(SWEEP_SECONDS - 0.1)


def test_closing_saves_everything(labs, clock):
    token = new_token()
    started(labs, token)
    labs.close()
    labs.close()
    assert again(labs, clock).open(token).snapshot().run.epoch == 4


def test_the_keeper_saves_by_itself_and_ends(tmp_path):
    labs = Labs(tmp_path / "state", QuietPool(), initial=real_initial).start_keeper()
    token = new_token()
    started(labs, token)
    folder = labs.folder / folder_name(token)
    saved = threading.Event()
    while not (folder / INDEX).exists():
        saved.wait(0.01)
    labs.close()
    assert not labs._keeper.is_alive()
    assert len(Autosave(folder).load().runs) == 1


def test_a_lab_whose_network_was_never_trained_leaves_nothing_on_the_disk(labs, clock):
    token = new_token()
    labs.open(token).new(TrainConfig(hidden=(4,)))
    clock.now += 2 * SAVE_SECONDS
    labs.sweep()
    assert not (labs.folder / folder_name(token)).exists()
    assert again(labs, clock).open(token).snapshot().run.config == TrainConfig()
