"""Which browser tabs are connected, by the key of their websocket: the server notes it, pages ask."""

import secrets

import streamlit as st

_open: set[str] = set()


def opened(key: str) -> None:
    """Note that a websocket was opened."""
    _open.add(key)


def closed(key: str) -> None:
    """Note that a websocket was closed."""
    _open.discard(key)


def is_connected(key: str) -> bool:
    """Return whether the tab with this key is still there."""
    return key in _open


def own_key() -> str:
    """Return the key of the tab that this run draws for; without a server any that no other has."""
    headers = st.context.headers
    return headers.get("Sec-WebSocket-Key") or st.session_state.setdefault("tab_key", secrets.token_hex(8))
