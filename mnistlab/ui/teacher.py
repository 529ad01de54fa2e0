"""For teachers: a link that opens this lab as it is set up now, with less in sight and a few words above."""

import streamlit as st

from mnistlab.ui.lab import Lab
from mnistlab.ui.lesson import CONTROLS, MAX_NOTE, PAGES, Lesson, link_to
from mnistlab.ui.settings import current_lesson


def draw_link_builder(lab: Lab) -> None:
    """Draw the form, and the link it makes."""
    st.subheader("For your class", anchor=False)
    st.markdown(
        "Set the lab up as you want your class to find it, and send them this link. "
        "Everyone who opens it gets a lab of their own."
    )
    left, right = st.columns(2)
    note = left.text_area(
        "Your words above every page",
        max_chars=MAX_NOTE,
        key="link_note",
        persist_state="session",
        height=122,
    )
    page = right.selectbox(
        "It opens on", ("home", *PAGES), format_func=str.capitalize, key="link_page", persist_state="session"
    )
    hide = left.multiselect(
        "Settings to hide", CONTROLS, format_func=spoken, key="link_hide", persist_state="session"
    )
    without = right.multiselect(
        "Pages to leave out", PAGES, format_func=str.capitalize, key="link_without", persist_state="session"
    )
    lesson = Lesson(
        note=note, hide=tuple(hide), without=tuple(without), experiment=current_lesson().experiment
    )
    st.code(link_to(address_of(page), lab.settings, lesson), language=None, wrap_lines=True)


def spoken(name: str) -> str:
    """Return a setting's name as one says it."""
    return name.replace("_", " ").capitalize()


def address_of(page: str) -> str:
    """Return the address of a page of this app, as this browser reaches it."""
    parts = (st.context.url or "").split("?")[0].rstrip("/").split("/")
    if parts[-1] in PAGES:
        parts = parts[:-1]
    base = "/".join(parts)
    return f"{base}/" if page == "home" else f"{base}/{page}"
