"""No watching of source files, also for a session that comes back after its connection was lost."""

from streamlit import config
from streamlit.runtime.app_session import AppSession


def watch_no_files() -> None:
    """Keep Streamlit from looking for files to watch, where it is configured to watch none.

    It heeds `server.fileWatcherType` when a session begins, but not when one comes back: then it looks up the
    files of all modules, a fifth of a second long, on the thread that speaks to all browsers. A class whose
    connections are lost together would wait most of a minute.
    """
    if config.get_option("server.fileWatcherType") == "none":
        AppSession.register_file_watchers = lambda session: None
