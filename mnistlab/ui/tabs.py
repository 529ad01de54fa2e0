"""Tabs of which only the open one is drawn, and which one finds as one left them."""

from collections.abc import Callable

import streamlit as st


def draw_tabs(key: str, contents: dict[str, Callable[[], None]]) -> None:
    """Draw a row of tabs and the content of the open one, each in a place of its own.

    They are a segmented control that looks like tabs. Those of `st.tabs` whose open one the server knows are
    set back in the browser by the answer to the click before; a tick at that moment would undo the new click.

    Args:
        key: Begins with the name of the page.
        contents: What draws each tab, by its name.
    """
    names, left_open = list(contents), st.session_state.get(f"{key}_open")
    opened = st.segmented_control(
        "Tabs",
        names,
        default=left_open if left_open in contents else names[0],
        required=True,
        key=key,
        label_visibility="collapsed",
        width="stretch",
    )
    st.session_state[f"{key}_open"] = opened
    places = [st.container() for _ in names]
    with places[names.index(opened)]:
        contents[opened]()
