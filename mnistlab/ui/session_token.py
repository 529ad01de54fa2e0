"""Which lab belongs to this browser tab: a secret that the tab keeps, so a reload finds its lab again."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from mnistlab.jobs.labs import LabsFull, labs, new_token
from mnistlab.jobs.trainer import Trainer
from mnistlab.ui.connections import is_connected, own_key
from mnistlab.ui.settings import current_settings

TOKEN = "token"
MEMORY = "tab_memory"  # the component in the browser
SETTLED = "tab_settled"  # whether the tab has spoken of another lab, and it is decided which it has
CLAIMED = "tab_claimed"  # the token that is known to be this tab's, and the key of its connection
ASKED = "tab_asked"  # tells this session's question from that of an earlier one

# sessionStorage belongs to one tab and outlives a reload. A duplicated tab gets a copy of it in which the
# original is still marked as live; a tab that is left, for a reload too, takes the mark away. A tab that
# remembers nothing keeps the token it is offered and says no word: an answer costs a second run of the page.
_memory = st.components.v2.component(
    "mnistlab_tab",
    html="<span></span>",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def current_trainer() -> Trainer:
    """Return the trainer of this session; asking for it also says that somebody looks at it."""
    token = st.session_state.setdefault(TOKEN, new_token())
    try:
        trainer = labs().open(token, current_settings(), is_connected)
    except LabsFull as error:
        st.error(str(error))
        st.stop()
    if st.session_state.get(CLAIMED) != (token, own_key()):  # a connection that was made anew has a new key
        labs().claim(token, own_key(), is_connected)
        st.session_state[CLAIMED] = token, own_key()
    return trainer


def took_lab_back() -> bool:
    """Take back the lab that this tab remembers, as soon as the tab has said which; return whether it did.

    Every run tells the tab what it has to remember: it may be reloaded at any moment.
    """
    st.session_state.setdefault(TOKEN, new_token())
    asked = st.session_state.setdefault(ASKED, secrets.token_hex(8))
    took = False
    if not st.session_state.get(SETTLED) and (report := answered(asked)) is not None:
        st.session_state[SETTLED] = True
        took = is_mine(report.get("token"), bool(report.get("copied")))
        if took:
            st.session_state[TOKEN] = report["token"]
            st.session_state[CLAIMED] = report["token"], own_key()
    settled = st.session_state.get(SETTLED, False)
    _memory(
        key=MEMORY,
        data={"token": st.session_state[TOKEN], "settled": settled, "asked": asked},
        on_found_change=lambda: None,
        height=1,
    )
    return took


def answered(asked: str) -> Mapping | None:
    """Return what the tab has answered; a page that outlived its server brings an earlier answer along."""
    memory = st.session_state.get(MEMORY)
    report = memory.get("found") if isinstance(memory, Mapping) else None
    return report if isinstance(report, Mapping) and report.get("asked") == asked else None


def is_mine(token: object, copied: bool) -> bool:
    """Return whether this tab may have the lab of a token that it brought along.

    A reload may come before the server has missed the tab of before; only a copy has to fear that tab.
    """
    if not isinstance(token, str) or not token:
        return False
    try:
        return labs().claim(token, own_key(), is_connected if copied else lambda tab: False)
    except ValueError:
        return False
