"""A log that strangers cannot fill: of what repeats, one record a minute, and how many were left out."""

import logging
import time
from collections.abc import Callable

LOGGERS = "asyncio", "uvicorn.error"  # what they say is caused by whoever connects
FAMILY = "streamlit"  # and this one's; it has a logger for each module
EVERY_SECONDS = 60.0
MAX_KINDS = 100


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


def limit_log() -> None:
    """Limit what the server's libraries say of whoever connects."""
    limit = LogLimit()
    family = [name for name in logging.root.manager.loggerDict if name.startswith(FAMILY)]
    for name in (*LOGGERS, *family):
        logger = logging.getLogger(name)
        for before in [each for each in logger.filters if isinstance(each, LogLimit)]:
            logger.removeFilter(before)
        logger.addFilter(limit)
