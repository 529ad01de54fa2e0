"""The labs of a process: found by token, and put to rest without viewers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mnistlab.engine.config import TrainConfig
from mnistlab.jobs import labs as registries
from mnistlab.jobs.labs import (
    FREE_SECONDS,
    PAUSE_SECONDS,
    STOP_SECONDS,
    Labs,
    LabsFull,
    folder_name,
    new_token,
)
from mnistlab.jobs.trainer import Trainer
from tests.registry_bench import QuietPool, real_initial, same_run, started
from tests.runs.test_checkpoints import trained_run

pytest_plugins = ("tests.registry_bench",)
ROOM = 40  # labs; there are hundreds, and it makes no difference


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setattr(registries, "MAX_LABS", ROOM)


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
    for command in (labs.open, lambda token: labs.claim(token, "tab")):
        with pytest.raises(ValueError, match="token must be 32 hexadecimal digits"):
            command(token)
    assert not labs.folder.exists()


def test_a_token_always_gives_the_same_trainer_and_another_token_another(labs):
    token = new_token()
    trainer = labs.open(token)
    assert labs.open(token) is trainer
    assert labs.open(new_token()) is not trainer


def test_many_threads_that_bring_one_token_get_one_trainer(labs):
    token = new_token()
    gate = threading.Barrier(8)

    def ask(_):
        gate.wait()
        return labs.open(token)

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(8)))) == 1


def test_a_lab_without_viewers_is_paused_then_stopped_then_freed_and_comes_back(labs, clock):
    token, seen = new_token(), new_token()
    trainer = started(labs, token)
    other = started(labs, seen)
    for each in (trainer, other):
        each.more(5)
    labs.pool.turn()
    clock.now += PAUSE_SECONDS - 1
    labs.open(seen)
    labs.sweep()
    assert trainer.snapshot().state == "running"
    clock.now += 1
    labs.sweep()
    assert trainer.snapshot().state == "pausing"
    clock.now += STOP_SECONDS - PAUSE_SECONDS
    labs.open(seen)
    labs.sweep()
    assert trainer.snapshot().state == "paused"
    assert other.snapshot().active
    clock.now += FREE_SECONDS - STOP_SECONDS
    labs.open(seen)
    labs.sweep()
    labs.sweep()
    assert labs.open(seen) is other
    back = labs.open(token)
    assert back is not trainer
    assert same_run(back.snapshot().run, trainer.snapshot().run)


def test_memory_of_labs_that_were_freed_goes_back_at_once_and_nothing_is_done_where_none_was(
    labs, clock, monkeypatch
):
    held = []
    monkeypatch.setattr(registries, "release_free_heap", lambda: held.append(len(labs._labs)))
    first, second = new_token(), new_token()
    for token in (first, second):
        labs.open(token)
    labs.sweep()
    assert held == []
    clock.now += FREE_SECONDS
    labs.open(second)
    labs.sweep()
    labs.sweep()
    assert held == [1]


def test_closed_tabs_stop_within_three_minutes():
    assert STOP_SECONDS + registries.SWEEP_SECONDS < 180


def test_a_viewer_who_comes_back_at_the_last_moment_keeps_the_trainer(labs, clock):
    token = new_token()
    trainer = started(labs, token)
    clock.now += FREE_SECONDS - 1
    assert labs.open(token) is trainer
    clock.now += 2
    labs.sweep()
    assert labs.open(token) is trainer


def test_there_is_room_for_so_many_labs_and_an_idle_one_makes_place(labs, clock, room):
    tokens = [new_token() for _ in range(ROOM)]
    for token in tokens:
        labs.open(token)
    with pytest.raises(LabsFull, match=f"at most {ROOM} labs"):
        labs.open(new_token())
    first = labs.open(tokens[0])
    clock.now += PAUSE_SECONDS
    labs.open(tokens[0])
    labs.open(new_token())
    assert labs.open(tokens[0]) is first


def test_opening_and_closing_pages_keeps_nobody_out_and_costs_nobody_a_lab_in_use(labs, clock, room):
    live = set()

    def visit(tab):
        live.add(tab)
        token = new_token()
        trainer = labs.open(token, None, live.__contains__)
        assert labs.claim(token, tab, live.__contains__)
        return token, trainer

    mine = [visit(f"mine {number}") for number in range(10)]
    mine[0][1].add(trained_run())
    for number in range(2 * ROOM):
        visit(f"ghost {number}")
        live.discard(f"ghost {number}")
    assert len(labs._labs) == ROOM
    newcomers = [visit(f"new {number}") for number in range(ROOM - len(mine))]
    for token, trainer in (*mine, *newcomers):
        assert labs.open(token, None, live.__contains__) is trainer
    with pytest.raises(LabsFull):
        visit("one too many")


def test_the_untrained_lab_of_a_closed_tab_makes_room_before_a_trained_one(labs, clock, room):
    trained, untrained = new_token(), new_token()
    for token in (trained, untrained):
        labs.open(token)
        labs.claim(token, token)
    trainer = started(labs, trained)
    clock.now += 1
    labs.open(untrained)
    while len(labs._labs) < ROOM:
        labs.open(new_token())
    labs.open(new_token(), None, lambda tab: False)
    assert labs.open(trained) is trainer
    assert untrained not in labs._labs


def test_a_lab_that_cannot_be_saved_makes_no_room(labs, clock, monkeypatch):
    token = new_token()
    trainer = started(labs, token)
    labs.claim(token, "gone")
    monkeypatch.setattr(registries, "MAX_LABS", 1)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mnistlab.jobs.autosave.write_whole", full)
    with pytest.raises(LabsFull):
        labs.open(new_token(), None, lambda tab: False)
    assert labs.open(token) is trainer


def test_a_lab_that_was_never_trained_goes_within_three_minutes_of_its_tab(labs, clock):
    untrained, training = new_token(), new_token()
    labs.open(untrained)
    started(labs, training)
    clock.now += PAUSE_SECONDS
    labs.sweep()
    labs.sweep()
    assert PAUSE_SECONDS + registries.SWEEP_SECONDS < 180
    assert list(labs._labs) == [training]


def test_a_second_live_tab_gets_a_lab_of_its_own_and_a_reload_gets_the_lab(labs, clock):
    token, live = new_token(), {"one"}
    labs.open(token)
    assert labs.claim(token, "one", live.__contains__)
    assert labs.claim(token, "one", live.__contains__)
    assert not labs.claim(token, "two", live.__contains__)
    live.clear()
    assert labs.claim(token, "two", live.__contains__)
    assert not labs.claim(token, "one", lambda tab: tab == "two")


def test_without_knowing_better_a_tab_is_live_that_touched_its_lab_a_moment_ago(labs, clock):
    token = new_token()
    labs.open(token)
    assert labs.claim(token, "one")
    assert not labs.claim(token, "two")
    clock.now += registries.LIVE_SECONDS + 1
    assert labs.claim(token, "two")


def test_a_trainer_from_a_registry_reports_what_is_new(labs):
    trainer = labs.open(new_token())
    assert isinstance(trainer, Trainer)
    labs._work.clear()
    trainer.add(trained_run())
    assert labs._work.is_set()


@pytest.fixture
def fresh_labs(tmp_path, monkeypatch):
    """Return a function that counts how many registries this process has started."""
    started = []

    class Counted(Labs):
        def __init__(self):
            started.append(self)
            super().__init__(tmp_path, QuietPool(), initial=real_initial)

    monkeypatch.setattr(registries, "Labs", Counted)
    monkeypatch.setattr(registries, "_labs", None)
    yield started
    registries.stop_labs()


def test_a_process_has_one_registry_whoever_asks_first(fresh_labs):
    gate = threading.Barrier(8)

    def ask(_):
        gate.wait()
        return registries.labs()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == set(fresh_labs)
    assert len(fresh_labs) == 1


def test_stopped_labs_are_saved_and_the_next_who_asks_finds_them(fresh_labs):
    registries.stop_labs()
    token = new_token()
    trainer = started(registries.labs(), token)
    registries.stop_labs()
    assert not fresh_labs[0]._keeper.is_alive()
    again = registries.labs().open(token)
    assert again is not trainer
    assert same_run(again.snapshot().run, trainer.snapshot().run)


def test_a_new_lab_begins_with_the_settings_of_who_opens_it(labs):
    token = new_token()
    assert labs.open(token, TrainConfig(seed=7)).snapshot().run.config.seed == 7
    assert labs.open(token, TrainConfig(seed=8)).snapshot().run.config.seed == 7
