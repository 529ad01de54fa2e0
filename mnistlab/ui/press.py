"""Buttons whose press counts once, however often the browser tells of it."""

from collections.abc import Callable

import streamlit as st

PRESSES = "presses"  # key of a button -> how often it was pressed


def press_button(label: str, key: str, action: Callable, *args, **options) -> None:
    """Draw a button that does something once for each press.

    A busy browser sends a press along with every part of the page that looks at its own state meanwhile, and
    Streamlit calls back each time. So a button is numbered, and only the first of equal numbers counts.

    Args:
        label: On the button.
        key: Of the button.
        action: What it does, with these arguments.
        *args: The arguments.
        **options: Of `st.button`.
    """
    number = st.session_state.setdefault(PRESSES, {}).get(key, 0)
    st.button(label, key=key, on_click=act_once, args=(key, number, action, args), **options)


def act_once(key: str, number: int, action: Callable, args: tuple) -> None:
    """Do what a button is for, unless this press was told of before."""
    presses = st.session_state[PRESSES]
    if presses.get(key, 0) == number:
        presses[key] = number + 1
        action(*args)
