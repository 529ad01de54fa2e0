"""Data: a seed that can be typed, and a button that goes on to the next one."""

import streamlit as st

from mnistlab.ui.glossary import help_of
from mnistlab.ui.widgets import entered, give, keep, kept, once, widget_key

FIRST = 123
LARGEST = 2**32 - 1


def draw_seed(name: str, label: str, button: str, about: str) -> int:
    """Draw the seed and the button, and return the seed.

    Args:
        name: Of the widget, beginning with that of the page.
        label: What it is the seed of; that of the network is called just so.
        button: Label of the button.
        about: What the button does, on hover.
    """
    seed = st.number_input(
        label,
        0,
        LARGEST,
        kept(name, FIRST),
        step=1,
        key=widget_key(name),
        help=help_of("random seed"),
        width=130,
    )
    seed = min(max(0, int(seed)), LARGEST)  # only the browser keeps the bounds
    keep(name, seed)
    st.button(button, **once(f"{name}_next", next_seed, name), help=about)
    return seed


def next_seed(name: str) -> None:
    """Go to the next seed."""
    give(name, (entered(name, FIRST) + 1) % (LARGEST + 1))
