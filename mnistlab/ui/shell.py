"""How every page begins: page set-up, sidebar, lab. A page's first call is `open_page`."""

from pathlib import Path

import streamlit as st

from mnistlab.ui.every_page import on_every_page
from mnistlab.ui.experiment import draw_experiment
from mnistlab.ui.lab import Lab, enter, open_lab
from mnistlab.ui.menu import draw_menu
from mnistlab.ui.settings import current_lesson
from mnistlab.ui.sidebar import draw_settings
from mnistlab.ui.status import draw_digits, draw_network
from mnistlab.ui.words import plain

SIDEBAR_WIDTH = 336  # px, so that both presets can be read; on a phone it stays closed until it is opened
# Streamlit writes what is chosen in the accent, too dark to be read on a dark page; and formulas that fit get
# scroll bars that no key can move.
LOOK = """<style>
[data-selected="true"] [data-testid="stMarkdownContainer"] p,
[data-testid="stSliderThumbValue"] p { color: light-dark(#4a3fb0, #b1aaff); }
.katex-display { overflow-y: hidden; padding-block: 0.25em; }
@media (min-width: 1000px) { .katex-display { overflow: visible !important; } }
[data-testid="stMarkdownContainer"]:has(> table) { overflow-x: auto; }
@media (max-width: 1200px) {
  .st-key-train_cards { grid-template-columns: 1fr 1fr !important; }
  .katex-display { font-size: 0.8em; }
  [data-testid="stMarkdownContainer"] table { font-size: 0.75rem; }
  [data-testid="stMarkdownContainer"] :is(th, td) { padding-inline: 0.25rem; }
}
@media (max-width: 640px) {
  .st-key-train_axis { flex-direction: column; align-items: start; }
  .st-key-train_axis > * { flex: none; }
}
</style>"""
LARGE = """<style>
html { font-size: 125%; }
.st-key-train_cards { grid-template-columns: 1fr 1fr !important; }
@media (max-width: 1699px) { .katex-display { font-size: 0.7em; } }
[data-testid="stTable"], [data-testid="stMarkdownContainer"] table { font-size: 0.66em; }
[data-testid="stTable"] { overflow-x: auto; }
</style>"""
ICON = Path(__file__).parents[2] / "assets" / "favicon.png"


def open_page(title: str, sentence: str) -> Lab:
    """Set the page up, draw the sidebar and the head of the page, and return the lab.

    Args:
        title: Name of the page; "Home" for the entry.
        sentence: What one does here, one sentence under the title.
    """
    st.set_page_config(
        page_title=f"{title} · mnistlab",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    with on_every_page():
        st.html(LOOK)
        tab = st.container()
    complaints, note = st.container(), st.container()
    st.title("mnistlab" if title == "Home" else title, anchor=False)
    st.markdown(sentence)  # something to read while the lab is being opened
    with on_every_page(), tab:
        enter()
    with note:
        show_note()
    with on_every_page(), st.sidebar:
        st.markdown("### mnistlab")
        draw_menu()
        network, digits = st.container(), st.container()
        settings = draw_settings()
        draw_type_size()
    lab = open_lab(settings)
    with on_every_page(), network:
        draw_network(lab)
    with on_every_page(), digits:
        draw_digits(lab)
    with complaints:
        show_complaints()
    if title == "Train":
        draw_experiment(lab)
    return lab


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


def draw_type_size() -> None:
    """Offer larger type, for a projector: every size on the page follows that of the root."""
    if st.toggle("Large type", key="large_type", help="For a projector.", persist_state="session"):
        st.html(LARGE)
