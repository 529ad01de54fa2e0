"""Which page is drawn, and the menu that leads to all of them."""

from pathlib import Path

import streamlit as st

from mnistlab.ui.page_list import PAGES, PageInfo
from mnistlab.ui.settings import current_lesson

LEFT_OUT = "left_out"  # title of a page that was asked for and is not part of this lesson

# Streamlit writes every change of a setting into the browser's history; here Back leads to the page before.
# On a phone, where the sidebar lies over the page, it gives way to the page that was chosen.
_manners = st.components.v2.component(
    "mnistlab_menu",
    html="<span></span>",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def path_of(name: str) -> str:
    """Return the file of a page as Streamlit wants it named: from the folder of the script."""
    return f"../pages/{name}.py"


def chosen_page():
    """Return the page that was asked for; of a page that the lesson leaves out, Home is drawn instead."""
    pages = [st.Page(path_of(name), title=page.title, default=name == "home") for name, page in PAGES.items()]
    page = st.navigation(pages, position="hidden")
    if page.title.lower() in current_lesson().without:
        st.session_state[LEFT_OUT] = page.title
        st.switch_page(path_of("home"))
    return page


def shown_pages() -> list[PageInfo]:
    """Return the pages, without those that the lesson leaves out."""
    return [page for page in PAGES.values() if page.name not in current_lesson().without]


def draw_menu() -> None:
    """Draw the links to the pages."""
    with st.container(gap="xsmall", key="menu"):
        for page in shown_pages():
            st.page_link(path_of(page.name), label=page.title)
        _manners(key="menu_manners", height=1)
