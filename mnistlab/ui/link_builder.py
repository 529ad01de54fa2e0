"""For teachers: a link that opens this lab as it is set up now, with less in sight and a few words above."""

from functools import partial
from typing import Any

import streamlit as st

from mnistlab.setting_labels import SETTING_NAMES
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.page_list import PAGES, TO_LEAVE_OUT
from mnistlab.ui.query_params import BY_SLUG, CONTROLS, MAX_NOTE, Lesson, link_to, reach_of
from mnistlab.ui.settings import current_lesson

HOME = "home"
FOLD = "link_builder"


@st.fragment
def draw_link_builder(lab: Lab) -> None:
    """Draw the form and the link it makes, as soon as they are unfolded: few who come here need them."""
    st.subheader("For teachers", anchor=False)
    with st.expander("A link for your class", key=FOLD, on_change="rerun") as fold:
        if fold.open:
            draw_builder(lab)


def draw_builder(lab: Lab) -> None:
    """Draw the form and the link; it begins with what this lab was opened with."""
    st.markdown(
        "Set the lab up as your class is to find it, and send them this link. "
        "Everyone who opens it gets a lab of their own."
    )
    lesson, page = draw_form(current_lesson())
    settings = lab.settings
    if lesson.chosen and lesson.experiment != current_lesson().experiment:
        settings = lesson.chosen.config_on(settings.dataset)
    if lesson.chosen:
        st.caption("The experiment brings its settings along, and is shown on the Train page.")
    if page in lesson.without:
        st.caption(f"{page.capitalize()} is not shown, so the link opens on Home.")
        page = HOME
    link = link_to(address_of(page), settings, lesson)
    st.code(link, language=None, wrap_lines=True)
    if words := reach_of(link):
        st.caption(words)
    st.link_button("Try it in a new tab", link)


def draw_form(lesson: Lesson) -> tuple[Lesson, str]:
    """Draw the form, filled in with a lesson, and return what it says and the page that the link opens on."""
    note = st.text_area(
        "Note",
        lesson.note,
        max_chars=MAX_NOTE,
        key="link_note",
        persist_state="session",
        height=100,
        help="**Note**: plain text that stands above every page.",
    )
    one_of: Any = partial(st.selectbox, persist_state="session")
    some_of = partial(st.multiselect, persist_state="session")
    titles = {"": "None", **{slug: experiment.title for slug, experiment in BY_SLUG.items()}}
    slugs, pages = list(titles), list(PAGES)
    place = slugs.index(lesson.experiment)
    experiment = one_of("Experiment", slugs, place, titles.__getitem__, key="link_experiment")
    hide = some_of("Settings not shown", CONTROLS, lesson.hide, SETTING_NAMES.__getitem__, key="link_hide")
    with st.grid(2):
        without = some_of("Pages not shown", TO_LEAVE_OUT, lesson.without, str.capitalize, key="link_without")
        place = pages.index("train" if experiment else HOME)
        page = one_of("Start page", pages, place, str.capitalize, key="link_page")
    return Lesson(note=note, hide=tuple(hide), without=tuple(without), experiment=experiment), page


def address_of(page: str) -> str:
    """Return the address of a page of this app, as this browser reaches it."""
    parts = (st.context.url or "").split("?")[0].rstrip("/").split("/")
    if parts[-1] in TO_LEAVE_OUT:
        parts = parts[:-1]
    base = "/".join(parts)
    return f"{base}/" if page == HOME else f"{base}/{page}"
