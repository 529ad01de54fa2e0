"""The pages of the lab, in one list, and the menu that leads to them."""

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from mnistlab.ui.settings import current_lesson


class PageInfo(NamedTuple):
    """A page: its file is pages/<name>.py, its address /<name>."""

    name: str
    title: str
    sentence: str  # what one does there, under its title
    card: str = ""  # the same for who has not been there, on Home


PAGES = {
    page.name: page
    for page in (
        PageInfo(
            "home",
            "Home",
            "A lab bench for a neural network that you can see through: browse the digits, shape the "
            "network, follow one image through backpropagation, train, and then write a digit and ask.",
        ),
        PageInfo(
            "data",
            "Data",
            "Before you teach a network to read, look at what it will read: where it is easy, where people "
            "disagree, and how far one gets without a network.",
            "Look at the digits, and at how far you get without a network.",
        ),
        PageInfo(
            "architecture",
            "Architecture",
            "Shape your network in the sidebar and watch it take form here: its units, its weights, its "
            "activation function, and its outputs for an image before training.",
            "Shape a network, and see its outputs before training.",
        ),
        PageInfo(
            "backprop",
            "Backprop",
            "Follow one image through the network and its error back, down to the slope $\\partial L / "
            "\\partial W_{ij}$ of a single weight, with all its numbers.",
            "Follow one image forward, and its error back, number by number.",
        ),
        PageInfo(
            "train",
            "Train",
            "Let the network learn. After each epoch you see its cost $L$ and its accuracy, on the images it "
            "learns from and on those it has never seen.",
            "Watch cost and accuracy, epoch by epoch.",
        ),
        PageInfo(
            "predict",
            "Predict",
            "Draw a digit. It is framed as MNIST framed its digits, your network reads it, and you see why.",
            "Draw a digit. Your own network reads it, and shows why.",
        ),
    )
}
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
