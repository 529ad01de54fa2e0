"""The log: exceptions that no page caught, each with a reference, and a limit that strangers cannot pass.

Of what repeats, one record a minute is logged, and how many were left out.
"""

import logging
import secrets
import time
import traceback
from collections.abc import Callable

import streamlit as st

LOGGERS = "asyncio", "uvicorn.error"  # what they say is caused by whoever connects
FAMILY = "streamlit"  # and this one's; it has a logger for each module
EVERY_SECONDS = 60.0
MAX_KINDS = 100

logger = logging.getLogger(__name__)


def report(error: Exception) -> bool:
    """Log an exception and tell the person its reference, in the place where it happened.

    The log comes first: drawing may end this run, when another one is already asked for.

    Returns:
        True: Streamlit has nothing to add.
    """
    reference = secrets.token_hex(4)
    logger.error("Error %s: %s\n%s", reference, in_one_line(error), indented_traceback(error))
    st.error(
        "Something went wrong on this page. Your networks are safe, and the other pages work. "
        f"Reload; if it happens again, tell whoever runs this lab: reference `{reference}`."
    )
    return True


def in_one_line(error: Exception) -> str:
    """Return the type and the message of an exception, also of one whose message cannot be had."""
    return printable("".join(traceback.format_exception_only(error)).strip())


def indented_traceback(error: Exception) -> str:
    """Return the traceback; it quotes the message, and indented no line of that passes for one of the log."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    return "\n".join(f"    {printable(line)}" for line in lines)


def printable(text: str) -> str:
    """Return a text without line breaks and whatever else steers a terminal; it may be a stranger's."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


class LogLimit(logging.Filter):
    """Let pass one record of each kind in a minute, from warnings up.

    Where no file descriptor is left, asyncio says so with a traceback some thousand times a second.

    Args:
        clock: Tells the time in seconds; the seam for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        super().__init__()
        self._clock = clock
        self._passed: dict[tuple[str, type], tuple[float, int]] = {}  # kind -> when, how many since

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is to be logged; one of the system's refusals becomes a line."""
        if record.levelno < logging.WARNING:
            return True
        error = record.exc_info[1] if record.exc_info else None
        words = str(record.msg).partition("\n")[0].partition("(")[0]  # what follows is new each time
        kind = words, type(error)
        when, count = self._passed.get(kind, (float("-inf"), 0))
        if self._clock() - when < EVERY_SECONDS:
            self._passed[kind] = when, count + 1
            return False
        if len(self._passed) >= MAX_KINDS:
            self._passed.clear()
        self._passed[kind] = self._clock(), 0
        if isinstance(error, OSError):
            line = record.getMessage().partition("\n")[0]
            record.msg, record.args, record.exc_info = f"{line}: {error}", (), None
        if count:
            more = f" ({count:,} more like it since this was last said)"
            record.msg, record.args = record.getMessage() + more, ()
        return True


LIMIT = LogLimit()


def limit_log() -> None:
    """Limit what the server's libraries say of whoever connects."""
    family = [name for name in logging.root.manager.loggerDict if name.startswith(FAMILY)]
    for name in (*LOGGERS, *family):
        logging.getLogger(name).addFilter(LIMIT)  # one that it has is not added again
