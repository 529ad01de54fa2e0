"""Sessions of closed tabs: Streamlit keeps each for two minutes, and then until somebody else leaves."""

import asyncio
import gc
import logging

from streamlit.runtime import Runtime

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 30.0


def sweep_closed_tabs() -> None:
    """Have the server forget, every half minute from now on, the sessions that nobody can come back to."""
    if Runtime.exists():
        runtime = Runtime.instance()
        loop = runtime._get_async_objs().eventloop  # Streamlit looks at its sessions on this loop alone
        loop.call_soon_threadsafe(sweep, runtime, loop)


def sweep(runtime: Runtime, loop: asyncio.AbstractEventLoop) -> None:
    """Forget sessions that have expired, and see to it that this is done again."""
    try:
        expired = runtime._session_mgr._session_storage._cache.expire()
    except AttributeError:  # another release of Streamlit: the test of this file says so first
        logger.warning("Sessions of closed tabs are not swept: this Streamlit keeps them elsewhere.")
    else:
        if expired:
            expired.clear()
            gc.collect()  # they hold themselves, and where nobody comes nothing else would collect them
        loop.call_later(SWEEP_SECONDS, sweep, runtime, loop)
