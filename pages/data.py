"""Data: the digits themselves, before any network, and what is easy about them."""

from mnistlab.ui.data.sheet import draw_sheet
from mnistlab.ui.data.shelf import draw_source
from mnistlab.ui.data.tabs import draw_questions
from mnistlab.ui.lab_session import current_lab
from mnistlab.ui.live import draw_live

lab = current_lab()
draw_live(lab)
draw_source(lab)
draw_sheet(lab)
draw_questions(lab)
