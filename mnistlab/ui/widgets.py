"""Widgets whose value the program sets: such a widget gets a new key, so it is a new widget to the browser.

A browser sends the values of all its widgets with every message, also those it is about to be told are others
by now. Under a new key the old value means nothing, and what was set stays set.

    number = st.number_input("Number", 0, 9, kept("number", 3), key=widget_key("number"))
    keep("number", number)
    st.button("Next", on_click=lambda: give("number", entered("number") + 1))
"""

from typing import Any

import streamlit as st

VALUES, VERSIONS = "widget_values", "widget_versions"  # by the name of the widget


def widget_key(name: str, group: str = "") -> str:
    """Return the key that a widget has as long as the program does not give it another value.

    Args:
        name: Of the widget.
        group: Where several get their values together, the name that they were renewed by.
    """
    version = st.session_state.get(VERSIONS, {}).get(group or name, 0)
    return f"{name}_{version}" if version else name


def kept(name: str, default: Any = None) -> Any:
    """Return the value to draw a widget with: the last that it was given, or had."""
    return st.session_state.get(VALUES, {}).get(name, default)


def keep(name: str, value: Any) -> None:
    """Keep what a widget shows, for when its page is opened again."""
    st.session_state.setdefault(VALUES, {})[name] = value


def give(name: str, value: Any) -> None:
    """Give a widget another value."""
    keep(name, value)
    renew(name)


def renew(name: str) -> None:
    """Have a widget, or a group of them, replaced by new ones, which show what they are drawn with."""
    versions = st.session_state.setdefault(VERSIONS, {})
    versions[name] = versions.get(name, 0) + 1


def show_in(name: str, value: Any) -> None:
    """Have a widget show what was decided elsewhere; one that shows it already stays as it is."""
    if name not in st.session_state.get(VALUES, {}):
        keep(name, value)
    elif entered(name) != value:
        give(name, value)


def entered(name: str, default: Any = None) -> Any:
    """Return what a widget shows now, in its own callback too."""
    return st.session_state.get(widget_key(name), kept(name, default))
