"""Data: a seed that can be typed, and a button that goes on to the next one."""

import streamlit as st

from mnistlab.ui.glossary import GLOSSARY

FIRST = 123
LARGEST = 2**32 - 1


def draw_seed(name: str, label: str, button: str, about: str) -> int:
    """Draw the seed and the button, and return the seed.

    The widget gets its value from here and a new key when the button changes it: a value that is put into
    session state before the first run of a page can be lost when that run is broken off.

    Args:
        name: Key in session state, beginning with that of the page.
        label: What it is the seed of; that of the network is called just so.
        button: Label of the button.
        about: What the button does, on hover.
    """
    version = st.session_state.get(f"{name}_version", 0)
    seed = st.number_input(
        label,
        0,
        LARGEST,
        value=st.session_state.get(name, FIRST),
        step=1,
        key=f"{name}_{version}",
        help=GLOSSARY["seed"],
        width=130,
    )
    st.session_state[name] = min(max(0, int(seed)), LARGEST)  # only the browser keeps the bounds
    st.button(button, key=f"{name}_next", on_click=lambda: next_seed(name), help=about)
    return st.session_state[name]


def next_seed(name: str) -> None:
    """Go to the next seed."""
    st.session_state[name] = (st.session_state[name] + 1) % (LARGEST + 1)
    st.session_state[f"{name}_version"] = st.session_state.get(f"{name}_version", 0) + 1
