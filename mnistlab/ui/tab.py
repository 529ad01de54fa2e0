"""Which lab belongs to this browser tab: a secret that the tab keeps, so a reload finds its lab again."""

import secrets

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnistlab import registry
from mnistlab.trainer import Trainer

TOKEN = "token"
SETTLED = "tab_settled"  # whether it is decided which lab this session has
ASKED = "tab_asked"  # tells this session's question from that of an earlier one
NAME = "tab_name"

# sessionStorage belongs to one tab and outlives a reload. A duplicated tab gets a copy of it in which the
# original is still marked as live; a tab that is left, for a reload too, takes the mark away.
_memory = st.components.v2.component(
    "mnistlab_tab",
    html="<span></span>",
    js="""
const TOKEN = "mnistlab-token"
const LIVE = "mnistlab-live"

export default function (component) {
  const { data, setStateValue } = component
  const store = window.sessionStorage
  if (!window.mnistlabTab) {
    window.mnistlabTab = { copied: store.getItem(LIVE) === "1" }
    store.setItem(LIVE, "1")
    window.addEventListener("pagehide", () => store.setItem(LIVE, "0"))
    window.addEventListener("pageshow", () => store.setItem(LIVE, "1"))
  }
  if (data.settled) {
    store.setItem(TOKEN, data.token)
    window.mnistlabTab.copied = false
  } else {
    const { asked } = data
    setStateValue("found", { asked, token: store.getItem(TOKEN) ?? "", copied: window.mnistlabTab.copied })
  }
}
""",
)


def current_trainer() -> Trainer:
    """Return the trainer of this session; asking for it also says that somebody looks at it."""
    if TOKEN not in st.session_state:
        st.session_state[TOKEN] = registry.new_token()
    try:
        return registry.trainer_for(st.session_state[TOKEN])
    except registry.LabsFull as error:
        st.error(str(error))
        st.stop()


def took_lab_back() -> bool:
    """Take back the lab that this tab remembers, as soon as the tab has said which; return whether it did."""
    token = st.session_state.setdefault(TOKEN, registry.new_token())
    asked = st.session_state.setdefault(ASKED, secrets.token_hex(8))
    settled = st.session_state.get(SETTLED, False)
    report = _memory(
        key="tab_memory",
        data={"token": token if settled else "", "settled": settled, "asked": asked},
        on_found_change=lambda: None,
        height=1,
    ).found
    if settled or not isinstance(report, dict) or report.get("asked") != asked:
        return False  # a page that outlived its server brings the answer to an earlier question along
    st.session_state[SETTLED] = True
    found = report.get("token")
    if is_mine(found, bool(report.get("copied"))):
        st.session_state[TOKEN] = found
        return True
    registry.claim(token, tab_name())
    return False


def is_mine(token: object, copied: bool) -> bool:
    """Return whether this tab may have the lab of a token that it brought along.

    A reload may come before the server has missed the tab of before; only a copy has to fear that tab.
    """
    if not token:
        return False
    try:
        return registry.claim(token, tab_name(), is_live if copied else lambda tab: False)
    except ValueError:
        return False


def tab_name() -> str:
    """Return a name for this tab as the server sees it: that of its session."""
    context = get_script_run_ctx()
    return context.session_id if context else st.session_state.setdefault(NAME, secrets.token_hex(8))


def is_live(tab: str) -> bool:
    """Return whether a tab is connected."""
    return Runtime.exists() and Runtime.instance().is_active_session(tab)
