"""How seldom a page looks at its training: the more networks take turns, the more seldom each has moved."""

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot

CROWD = "crowd"
FEW = 2  # networks that take turns without a page having to wait for what is new
MORE, LESS = 1.5, 0.4  # of what holds now: only then another pace is worth drawing the page anew


def crowd(snapshot: Snapshot) -> float:
    """Return how many times more seldom than alone this session's pages look, from 1.0 on."""
    wanted = max(1.0, snapshot.sharing / FEW)
    kept = st.session_state.get(CROWD, 1.0)
    if wanted > MORE * kept or wanted < LESS * kept:
        kept = st.session_state[CROWD] = wanted
    return kept
