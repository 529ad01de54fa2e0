"""A page for the test of closed tabs: it says how many sessions this server holds in memory."""

import gc

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession

from mnistlab.ui import closed_tabs


@st.cache_resource
def sweeping():
    """Sweep often, and let sessions expire soon."""
    closed_tabs.SWEEP_SECONDS = 0.1
    Runtime.instance()._session_mgr._session_storage._cache._ttl = 0.2
    closed_tabs.sweep_closed_tabs()


if __name__ == "__main__":
    sweeping()
    st.text(f"sessions: {sum(isinstance(each, AppSession) for each in gc.get_objects())}")
