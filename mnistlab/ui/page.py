"""What surrounds every page: its set-up, its head, the sidebar."""

from pathlib import Path

import streamlit as st

from mnistlab.ui.formatting import plain
from mnistlab.ui.lab_session import Places, open_lab, remember_token
from mnistlab.ui.navigation import LEFT_OUT, draw_menu
from mnistlab.ui.network_status import draw_arrival_buttons, draw_dataset_choice, draw_questions
from mnistlab.ui.page_list import PAGES
from mnistlab.ui.settings import current_lesson
from mnistlab.ui.sidebar import draw_settings

SIDEBAR_WIDTH = 336  # px, so that both presets can be read; on a phone it stays closed until it is opened
HERE = Path(__file__).parent
LARGER = "**Larger text**: for a projector. All sizes on the page grow."
ICON = HERE.parents[1] / "assets" / "favicon.png"


def draw_frame(title: str) -> None:
    """Draw all that surrounds a page: its head, the sidebar, and the state of the lab in it.

    Drawn by the script and not by the page, it stays where it is when one goes from page to page.
    """
    st.set_page_config(
        page_title=f"{title} · mnistlab",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    st.html(HERE / "look.css")
    remember_token()
    complaints, note = st.container(), st.container()
    st.title("mnistlab" if title == "Home" else title, anchor=False)
    st.markdown(PAGES[title.lower()].sentence)  # something to read while the lab is being opened
    with note:
        show_note()
    with st.sidebar:
        st.markdown("### mnistlab")
        draw_menu()
        network, digits = st.container(), st.container()
        settings = draw_settings()
        draw_type_size()
    with network:
        status, questions = st.empty(), st.container()
    with digits:
        choice, arrival, retry = st.container(), st.empty(), st.container()
    lab = open_lab(settings, Places(status, arrival))
    with questions:
        draw_questions(lab)
    with choice:
        draw_dataset_choice(lab)
    with retry:
        draw_arrival_buttons(lab)
    with complaints:
        show_complaints()


def show_note() -> None:
    """Show the teacher's words as they were typed: plain text, nothing in it is interpreted."""
    if note := current_lesson().note:
        with st.container(border=True, key="note"):
            st.text(note)


def show_complaints() -> None:
    """Say what was wrong with the address, until the next thing is done."""
    for sentence in st.session_state.pop("complaints", []):
        wrong = plain(sentence)  # it quotes the link: a picture in it would be fetched from wherever it says
        st.warning(f"This link asks for something that cannot be: {wrong} The default is used instead.")
    if title := st.session_state.pop(LEFT_OUT, ""):
        st.info(f"{title} is not part of this lesson. The pages that are stand in the menu.")


def draw_type_size() -> None:
    """Offer larger type, for a projector: every size on the page follows that of the root."""
    if st.toggle("Larger text", key="large_type", help=LARGER, persist_state="session"):
        st.html(HERE / "large_type.css")
