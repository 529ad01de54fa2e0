"""The menu: the pages of the lab, and what the browser does with the links to them."""

import streamlit as st

from mnistlab.ui.settings import current_lesson

PAGES = (
    ("streamlit_app.py", "Home", ""),
    ("pages/data.py", "Data", "Look at the digits, and at how far you get without a network."),
    (
        "pages/architecture.py",
        "Architecture",
        "Shape a network, and see what it says before it has learned.",
    ),
    ("pages/backprop.py", "Backprop", "Follow one image forward, and its error back, number by number."),
    ("pages/train.py", "Train", "Watch cost and accuracy, epoch by epoch."),
    ("pages/predict.py", "Predict", "Draw a digit. Your own network reads it, and shows why."),
)
# Beside the sidebar a page keeps most of a small screen for itself; with large type the sidebar is wider.
LOOK = """<style>
[data-testid="stPageLink-NavLink"]:focus-visible { outline: 2px solid light-dark(#5146b8, #9c92f2); }
@media (min-width: 641px) {
  [data-testid="stSidebar"][data-collapsed="false"] { min-width: 21rem; }
}
@media (min-width: 641px) and (max-width: 1200px) {
  [data-testid="stMainBlockContainer"] { padding-inline: 2rem; }
}
</style>"""

# Streamlit writes every change of a setting into the browser's history; here Back leads to the page before.
# On a phone, where the sidebar lies over the page, it gives way to the page that was chosen.
_manners = st.components.v2.component(
    "mnistlab_menu",
    html="<span></span>",
    js="""
const SMALL = "(max-width: 768px)" // where the sidebar lies over the page

export default function () {
  if (window.mnistlabMenu) return
  window.mnistlabMenu = true
  const push = history.pushState.bind(history)
  history.pushState = (state, unused, url) => {
    const here = new URL(url ?? "", location.href).pathname === location.pathname
    return here ? history.replaceState(state, unused, url) : push(state, unused, url)
  }
  document.addEventListener("click", ({ target }) => {
    if (target.closest(".st-key-menu a") && matchMedia(SMALL).matches) {
      document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click()
    }
  })
}
""",
)


def draw_menu() -> None:
    """Draw the links to the pages, without those that the lesson leaves out."""
    st.html(LOOK)
    with st.container(gap="xsmall", key="menu"):
        for path, label, _ in PAGES:
            if label.lower() not in current_lesson().without:
                st.page_link(path, label=label)
        _manners(key="menu_manners", height=1)
