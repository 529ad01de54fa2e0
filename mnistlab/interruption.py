"""What Ctrl-C and SIGTERM do to a command: one sentence, a status, and no file half-written.

The process is left at once. An exception in place of that, raised wherever the program is just then, would be
printed with a traceback, turned into another one by an import, or lost where a library tidies up.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

NUMBERS = signal.SIGINT, signal.SIGTERM

kept = ""  # what the sentence ends with
_waits, _came = False, 0  # whether a signal has to wait, and which one does


def watch() -> None:
    """From now on a signal leaves the process; one that it was started to ignore it ignores."""
    if threading.current_thread() is threading.main_thread():
        for number in NUMBERS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _end)


@contextlib.contextmanager
def postponed() -> Iterator[None]:
    """Have a signal wait for the end of what is done within; a second one does not."""
    global _waits
    _waits = True
    try:
        yield
    finally:
        _waits = False
        if _came:
            _leave(_came)


def _end(number: int, frame: FrameType | None) -> None:
    global _came
    if _waits and not _came:
        _came = number
    else:
        _leave(number)


def _leave(number: int) -> None:
    """Say what is kept and leave; what is printed just now may be in the way of printing more."""
    sentence = f"\nmnistlab: Ended by {signal.Signals(number).name}. {kept}".rstrip() + "\n"
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    with contextlib.suppress(Exception):
        os.write(2, sentence.encode(sys.stderr.encoding, "backslashreplace"))
    os._exit(128 + number)
