"""Data: the digits themselves, before any network, and what is easy about them."""

from mnistlab.ui.data.sheet import draw_sheet
from mnistlab.ui.data.shelf import draw_source
from mnistlab.ui.data.tabs import draw_questions
from mnistlab.ui.shell import open_page

lab = open_page(
    "Data",
    "Before you teach a network to read, look at what it will read: where it is easy, where people disagree, "
    "and how far one gets without a network.",
)
draw_source(lab)
draw_sheet(lab)
draw_questions(lab)
