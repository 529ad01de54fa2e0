"""Many pages at once: all learn first which lab they have, few are drawn together, nobody waits for ever."""

import sys
import threading
from collections import deque
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from mnistlab.ui import turnstile

SECONDS = 20.0
PAGE, PART = SimpleNamespace(fragment_id_queue=[]), SimpleNamespace(fragment_id_queue=["part"])


class Line(deque):
    """A line of the turnstile that tells when somebody joins it; the turnstile's lock is held then."""

    def __init__(self):
        super().__init__()
        self.joined = threading.Semaphore(0)

    def append(self, turn) -> None:
        super().append(turn)
        self.joined.release()


class Runs:
    """What is going on in the pages that are run, and how to have them go on."""

    def __init__(self):
        self.entering = self.drawing = 0
        self.most_entering = self.most_drawing = 0
        self.entered_before_drawing: list[int] = []
        self.entrance: list[str] = []  # names of the threads in which pages were told their labs
        self.order: list[str] = []  # and drawn
        self.entered = 0
        self.lock = threading.Lock()
        self.go_on = threading.Event()
        self.drawn = threading.Semaphore(0)

    def page(self, runner, data) -> None:
        """Stand in for a run of Streamlit's: enter, then draw until told to end."""
        with self.lock:
            self.entering += 1
            self.entrance.append(threading.current_thread().name)
            self.most_entering = max(self.most_entering, self.entering)
        sum(range(20_000))  # long enough for another to come in between, if it could
        with self.lock:
            self.entering -= 1
            self.entered += 1
        turnstile.wait_for_place()
        with self.lock:
            self.drawing += 1
            self.most_drawing = max(self.most_drawing, self.drawing)
            self.entered_before_drawing.append(self.entered)
            self.order.append(threading.current_thread().name)
        self.drawn.release()
        assert self.go_on.wait(SECONDS)
        with self.lock:
            self.drawing -= 1


@pytest.fixture
def runs(monkeypatch):
    """Runs of pages under a fresh turnstile."""
    found = Runs()
    fresh = (
        ("_arriving", 0),
        ("_drawing", 0),
        ("_entering", False),
        ("_inside", Line()),
        ("_outside", Line()),
    )
    for name, value in fresh:
        monkeypatch.setattr(turnstile, name, value)
    monkeypatch.setattr(ScriptRunner, "_run_script", found.page)
    turnstile.notice_runs()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield found
    sys.setswitchinterval(before)


def started(count: int, data=PAGE) -> list[threading.Thread]:
    threads = [
        threading.Thread(target=ScriptRunner._run_script, args=(None, data), daemon=True)
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    return threads


def ended(threads) -> bool:
    for thread in threads:
        thread.join(SECONDS)
    return not any(thread.is_alive() for thread in threads)


def test_few_pages_are_drawn_at_once_and_all_come_to_their_turn(runs):
    threads = started(20)
    for _ in range(turnstile.AT_ONCE):
        assert runs.drawn.acquire(timeout=SECONDS)
    assert not runs.drawn.acquire(timeout=0.2), "one more than may be drawn"
    runs.go_on.set()
    assert ended(threads)
    assert runs.most_drawing <= turnstile.AT_ONCE
    assert runs.most_entering == 1
    assert (turnstile._arriving, turnstile._drawing, turnstile._entering) == (0, 0, False)


def test_all_know_their_labs_before_the_last_places_are_taken(runs):
    threads = started(20)
    for _ in range(turnstile.AT_ONCE):
        assert runs.drawn.acquire(timeout=SECONDS)
    later = started(10)
    for _ in range(30):
        assert turnstile._inside.joined.acquire(timeout=SECONDS)
    with turnstile._lock:
        assert (turnstile._arriving, runs.entered) == (0, 30)
    runs.go_on.set()
    assert ended(threads + later)
    assert runs.entered_before_drawing[turnstile.AT_ONCE :] == [30] * (30 - turnstile.AT_ONCE)


def test_who_waits_longest_is_drawn_next(runs, monkeypatch):
    monkeypatch.setattr(turnstile, "AT_ONCE", 1)
    threads = []
    for _ in range(12):
        threads += started(1)
        assert turnstile._inside.joined.acquire(timeout=SECONDS)
    runs.go_on.set()
    assert ended(threads)
    assert runs.order == [thread.name for thread in threads]


def test_who_waits_longest_enters_next(runs):
    with turnstile._lock:
        turnstile._entering, turnstile._arriving = True, 1  # somebody else, for now
    threads = []
    for _ in range(12):
        threads += started(1)
        assert turnstile._outside.joined.acquire(timeout=SECONDS)
    with turnstile._lock:
        turnstile.let_next_enter()
    for _ in threads:
        assert turnstile._inside.joined.acquire(timeout=SECONDS)
    assert runs.entrance == [thread.name for thread in threads]
    runs.go_on.set()
    assert ended(threads)
    assert (turnstile._arriving, turnstile._drawing, turnstile._entering) == (0, 0, False)


def test_parts_of_pages_wait_for_one_another_and_not_for_pages(runs):
    threads = started(turnstile.AT_ONCE)
    for _ in threads:
        assert runs.drawn.acquire(timeout=SECONDS)
    parts = started(turnstile.PARTS_AT_ONCE + 3, PART)
    for _ in range(turnstile.PARTS_AT_ONCE):
        assert runs.drawn.acquire(timeout=SECONDS)
    assert not runs.drawn.acquire(timeout=0.2), "one more than may be drawn"
    runs.go_on.set()
    assert ended(threads + parts)
    assert runs.most_drawing <= turnstile.AT_ONCE + turnstile.PARTS_AT_ONCE


def test_a_page_that_is_stuck_delays_the_others_and_no_more(runs, monkeypatch):
    monkeypatch.setattr(turnstile, "PATIENCE", 0.1)
    threads = started(turnstile.AT_ONCE + 3)
    for _ in threads:
        assert runs.drawn.acquire(timeout=SECONDS)
    runs.go_on.set()
    assert ended(threads)
    assert turnstile._drawing == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_fails_gives_its_place_back(monkeypatch, runs, when):
    def failing(runner, data):
        if when == "after":
            turnstile.wait_for_place()
        raise RuntimeError("broken")

    monkeypatch.setattr(ScriptRunner, "_run_script", failing)
    turnstile.notice_runs()
    with pytest.raises(RuntimeError):
        ScriptRunner._run_script(None, PAGE)
    assert (turnstile._arriving, turnstile._drawing, turnstile._entering) == (0, 0, False)


def test_a_run_that_began_before_the_turnstile_was_there_just_goes_on():
    turnstile.wait_for_place()
    assert turnstile._drawing == 0
