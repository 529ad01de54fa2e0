"""What surrounds every page: its set-up, its head, the sidebar with the menu; and which page is drawn."""

from pathlib import Path

import streamlit as st

from mnistlab.ui.formatting import plain
from mnistlab.ui.lab_session import Places, open_lab, remember_token
from mnistlab.ui.network_status import draw_arrival_buttons, draw_dataset_choice, draw_questions
from mnistlab.ui.page_list import PAGES, PageInfo
from mnistlab.ui.settings import current_lesson, current_setup
from mnistlab.ui.sidebar import draw_rate_note, draw_settings

SIDEBAR_WIDTH = 336  # px, so that both presets can be read; on a phone it stays closed until it is opened
HERE = Path(__file__).parent
LARGER = "**Larger text**: for a projector. All sizes on the page grow."
ICON = HERE.parents[1] / "assets" / "favicon.png"
LARGE_TYPE = "large_type"  # widget
LEFT_OUT = "left_out"  # title of a page that was asked for and is not part of this lesson

# Streamlit writes every change of a setting into the browser's history; here Back leads to the page before.
# On a phone, where the sidebar lies over the page, it gives way to the page that was chosen.
_manners = st.components.v2.component(
    "mnistlab_menu", html="<span></span>", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
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
    complaints = st.container()
    show_note()
    st.title("mnistlab" if title == "Home" else title, anchor=False)
    st.markdown(PAGES[title.lower()].sentence)  # something to read while the lab is being opened
    with st.sidebar:
        st.markdown("### mnistlab")
        draw_menu()
        network, digits = st.container(), st.container()
        settings = draw_settings()
        draw_type_size()
    status, questions = network.empty(), network.container()
    choice, arrival, retry = digits.container(), digits.empty(), digits.container()
    lab = open_lab(settings, Places(status, arrival))
    draw_rate_note(lab.run, asks_for_other=bool(lab.differs))
    with questions:
        draw_questions(lab)
    with choice:
        draw_dataset_choice(lab)
    with retry:
        draw_arrival_buttons(lab)
    with complaints:
        show_complaints()


def draw_menu() -> None:
    """Draw the links to the pages."""
    with st.container(gap="xsmall", key="menu"):
        for page in shown_pages():
            st.page_link(path_of(page.name), label=page.title)
        _manners(key="menu_manners", height=1)


def show_note() -> None:
    """Show the teacher's words as they were typed: plain text, nothing in it is interpreted."""
    if note := current_lesson().note:
        with st.container(border=True, key="note"):
            st.text(note)


def show_complaints() -> None:
    """Say what was wrong with the address, until the next thing is done."""
    for sentence in current_setup().complaints_to_be_said():
        wrong = plain(sentence)  # it quotes the link: a picture in it would be fetched from wherever it says
        st.warning(f"This link asks for something that cannot be: {wrong} The default is used instead.")
    if title := st.session_state.pop(LEFT_OUT, ""):
        st.info(f"{title} is not part of this lesson. The pages that are stand in the menu.")


def is_larger() -> bool:
    """Return whether the type is larger than usual."""
    return bool(st.session_state.get(LARGE_TYPE))


def draw_type_size() -> None:
    """Offer larger type, for a projector: every size on the page follows that of the root."""
    if st.toggle("Larger text", key=LARGE_TYPE, help=LARGER, persist_state="session"):
        st.html(HERE / "large_type.css")
