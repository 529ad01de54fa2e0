"""Which lab belongs to this browser tab: a secret that the tab keeps, so a reload finds its lab again."""

import streamlit as st

TOKEN = "token"

# sessionStorage belongs to one tab and outlives a reload. A duplicated tab gets a copy of it, in which the
# original has left `live`; a reloaded one has taken `live` away when it was left.
_component = st.components.v2.component(
    "mnistlab_tab",
    html="<span></span>",
    js="""
export default function (component) {
  const { data, setStateValue } = component
  const store = window.sessionStorage
  if (!window.mnistlabTab) {
    const found = store.getItem("mnistlab-token") ?? ""
    const copied = store.getItem("mnistlab-live") === "1"
    window.mnistlabTab = { found, copied }
    store.setItem("mnistlab-live", "1")
    window.addEventListener("pagehide", () => store.setItem("mnistlab-live", "0"))
    window.addEventListener("pageshow", () => store.setItem("mnistlab-live", "1"))
  }
  if (data.token && data.settled) store.setItem("mnistlab-token", data.token)
  if (!data.settled) setStateValue("found", window.mnistlabTab)
}
""",
)


def tab_report(token: str, settled: bool) -> dict | None:
    """Return what the tab brought, {"found": token, "copied": bool}; None until it has said so."""
    result = _component(
        key="tab_memory", data={"token": token, "settled": settled}, on_found_change=lambda: None, height=1
    )
    return result.found
