"""Figures that take turns while a network learns: the browser draws one at a time, so no click waits long."""

from collections.abc import Sequence

import streamlit as st

TURNS = "train_turns"  # of each row of names: how many turns there were


def on_turn(names: Sequence[str], moving: bool) -> frozenset[str]:
    """Return those of these figures that may be drawn anew now.

    Args:
        names: Of the figures, in the order of their turns; who comes twice is drawn more often.
        moving: Whether the network learns; at rest all may.
    """
    if not moving:
        return frozenset(names)
    turns = st.session_state.setdefault(TURNS, {})
    turns[names] = (turns.get(names, -1) + 1) % len(names)
    return frozenset({names[turns[names]]})
