"""What stays where it is when one goes from page to page: the sidebar, the look, the memory of the tab."""

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import get_script_run_ctx


@contextmanager
def on_every_page() -> Iterator[None]:
    """Draw what belongs to no page by itself.

    Streamlit would have the browser throw it away at each switch and build it again: a sidebar of twenty
    widgets takes a tenth of a second, and is gone meanwhile. What `st.navigation` draws around its pages it
    keeps, by the mark that this puts on it.
    """
    context = get_script_run_ctx()
    if context is None:  # a bare run, as without a server
        yield
        return
    with context.run_with_active_hash(context.pages_manager.main_script_hash):
        yield
