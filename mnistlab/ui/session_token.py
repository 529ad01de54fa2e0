"""Which lab belongs to this browser tab: a secret that the tab keeps, so a reload finds its lab again."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from mnistlab.jobs.labs import LabsFull, labs, new_token
from mnistlab.jobs.trainer import Trainer
from mnistlab.ui.settings import current_settings

MEMORY = "tab_memory"  # the component in the browser

# sessionStorage belongs to one tab and outlives a reload. A duplicated tab gets a copy of it in which the
# original is still marked as live; a tab that is left, for a reload too, takes the mark away. A tab that
# remembers nothing keeps the token it is offered and says no word: an answer costs a second run of the page.
_memory = st.components.v2.component(
    "mnistlab_tab", html="<span></span>", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)

connected: set[str] = set()  # the keys of all open websockets, kept by the server: a tab has one of its own
is_connected = connected.__contains__


@dataclass
class Tab:
    """The browser tab that this session draws for."""

    token: str = field(default_factory=new_token)  # of its lab
    claimed: tuple[str, str] | None = None  # the token that is known to be its own, and the key it had then
    settled: bool = False  # whether it has spoken of another lab, and it is decided which it has
    asked: str = field(default_factory=lambda: secrets.token_hex(8))  # marks this session's question

    @property
    def key(self) -> str:
        """That of its connection, another when it connects anew; without a server any that no other has."""
        return st.context.headers.get("Sec-WebSocket-Key") or self.asked


def current_tab() -> Tab:
    """Return the tab of this session."""
    return st.session_state.setdefault("tab", Tab())


def current_trainer() -> Trainer:
    """Return the trainer of this session; asking for it also says that somebody looks at it."""
    tab = current_tab()
    try:
        trainer = labs().open(tab.token, current_settings(), is_connected)
    except LabsFull as error:
        st.error(str(error))
        st.stop()
    if tab.claimed != (tab.token, tab.key):
        labs().claim(tab.token, tab.key, is_connected)
        tab.claimed = tab.token, tab.key
    return trainer


def took_lab_back() -> bool:
    """Take back the lab that this tab remembers, as soon as the tab has said which; return whether it did.

    Every run tells the tab what it has to remember: it may be reloaded at any moment.
    """
    tab, took = current_tab(), False
    if not tab.settled and (report := answered(tab.asked)) is not None:
        tab.settled = True
        if took := is_mine(report.get("token"), bool(report.get("copied"))):
            tab.token = report["token"]
            tab.claimed = tab.token, tab.key
    _memory(
        key=MEMORY,
        data={"token": tab.token, "settled": tab.settled, "asked": tab.asked},
        on_found_change=lambda: None,
        height=1,
    )
    return took


def answered(asked: str) -> Mapping | None:
    """Return what the tab has answered; a page that outlived its server brings an earlier answer along."""
    memory = st.session_state.get(MEMORY)
    report = memory.get("found") if isinstance(memory, Mapping) else None
    return report if isinstance(report, Mapping) and report.get("asked") == asked else None


def is_mine(token: Any, copied: bool) -> bool:
    """Return whether this tab may have the lab of a token that it brought along.

    A reload may come before the server has missed the tab of before; only a copy has to fear that tab.
    """
    try:
        return labs().claim(token, current_tab().key, is_connected if copied else lambda tab: False)
    except ValueError:  # it is no token
        return False
