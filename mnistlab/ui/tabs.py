"""Tabs of which only the open one is drawn, and which one finds as one left them."""

from collections.abc import Callable

import streamlit as st


def draw_tabs(key: str, contents: dict[str, Callable[[], None]]) -> None:
    """Draw a row of tabs and the content of the open one.

    The tab to begin with is decided when the page is entered and stays the same: tabs whose default changes
    are other tabs to Streamlit, and the browser would lose the click that changed it.

    Args:
        key: Begins with the name of the page.
        contents: What draws each tab, by its name.
    """
    opened, first = f"{key}_open", f"{key}_first"
    if key not in st.session_state or st.session_state.get(first) not in contents:
        left_open = st.session_state.get(opened)
        st.session_state[first] = left_open if left_open in contents else next(iter(contents))
    tabs = st.tabs(list(contents), default=st.session_state[first], key=key, on_change="rerun")
    for (name, draw), tab in zip(contents.items(), tabs, strict=True):
        if tab.open:
            st.session_state[opened] = name
            with tab:
                draw()
