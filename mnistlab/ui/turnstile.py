"""Many pages at once: each is told first which lab it has, and only few are drawn at the same time.

A Python process draws pages one after the other, and what it has drawn leaves it on yet another thread. Were
all of them drawn at once, all would be done as late as the last.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

AT_ONCE = 4  # pages that are drawn; some of them wait for other things than this process
PARTS_AT_ONCE = 2  # parts of pages that are drawn by themselves: they are short
PATIENCE = 5.0  # seconds, after which anything is drawn in any case: what is ahead of it may be stuck

_parts = threading.BoundedSemaphore(PARTS_AT_ONCE)
_lock = threading.Lock()
_outside: deque[threading.Event] = deque()  # runs that wait to be told which lab they have, first come first
_inside: deque[threading.Event] = deque()  # runs that know, and wait for a place to be drawn
_arriving = _drawing = 0  # runs of pages
_entering = False  # whether one of those that arrive is being told which lab it has
_run = threading.local()  # of the run in this thread: "", "entering", "waiting" or "drawing"


def notice_runs() -> None:
    """Have every run of a page, from now on, take its turn and give its place back, however it ends.

    Parts of pages have places of their own: they do not wait for whole pages.
    """
    run_script = ScriptRunner._run_script

    def run_in_turn(runner: ScriptRunner, rerun_data) -> None:
        with part_drawn() if rerun_data.fragment_id_queue else page_drawn():
            run_script(runner, rerun_data)

    ScriptRunner._run_script = run_in_turn


@contextmanager
def part_drawn() -> Iterator[None]:
    """Wait until few enough parts are being drawn, and give the place back at the end."""
    placed = _parts.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if placed:
            _parts.release()


@contextmanager
def page_drawn() -> Iterator[None]:
    """Begin a run of a page, and give back at the end what it has by then."""
    arrive()
    try:
        yield
    finally:
        leave()


def arrive() -> None:
    """Wait until this run alone is told which lab it has."""
    global _arriving, _entering
    turn = threading.Event()
    with _lock:
        _arriving += 1
        if _entering:
            _outside.append(turn)
        else:
            turn.set()
        _entering = True
    came(turn, _outside)
    _run.state = "entering"


def wait_for_place() -> None:
    """Wait until all who have arrived know their labs and few enough pages are being drawn."""
    global _drawing
    if getattr(_run, "state", "") != "entering":
        return
    turn, _run.state = threading.Event(), "waiting"
    with _lock:
        _inside.append(turn)
        let_next_enter()
    if not came(turn, _inside):
        with _lock:
            _drawing += 1
    _run.state = "drawing"


def leave() -> None:
    """Give back what this run has."""
    global _drawing
    with _lock:
        if _run.state == "entering":
            let_next_enter()
        elif _run.state == "drawing":
            _drawing -= 1
            give_places()
    _run.state = ""


def came(turn: threading.Event, line: deque[threading.Event]) -> bool:
    """Wait for one's turn in a line and return whether it came; after some time one goes without."""
    if turn.wait(PATIENCE):
        return True
    with _lock:
        if turn.is_set():
            return True
        line.remove(turn)
        return False


def let_next_enter() -> None:
    """Have the next run be told which lab it has; the lock is held."""
    global _arriving, _entering
    _arriving -= 1
    _entering = bool(_outside)
    if _outside:
        _outside.popleft().set()
    give_places()


def give_places() -> None:
    """Have those drawn who wait for it longest, as far as there are places; the lock is held."""
    global _drawing
    while _inside and not _arriving and _drawing < AT_ONCE:
        _drawing += 1
        _inside.popleft().set()
