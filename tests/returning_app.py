"""A page for the test of lost connections: it says which of this server's sessions watch source files."""

import gc

import streamlit as st
from mnistlab.ui.file_watching import watch_no_files
from streamlit.runtime.app_session import AppSession

if __name__ == "__main__":
    st.cache_resource(watch_no_files)()
    visits = st.session_state["visits"] = st.session_state.get("visits", 0) + 1
    sessions = [each for each in gc.get_objects() if isinstance(each, AppSession)]
    watching = sum(each._local_sources_watcher is not None for each in sessions)
    st.text(f"visit {visits}, watching: {watching}")
