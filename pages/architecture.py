"""Architecture: what the network consists of, and what it says before it has learned anything."""

from mnistlab.ui.architecture.answers import draw_answers
from mnistlab.ui.architecture.case import viewed_network
from mnistlab.ui.architecture.diagram import draw_diagram, draw_table
from mnistlab.ui.architecture.tabs import draw_questions
from mnistlab.ui.shell import open_page

lab = open_page(
    "Architecture",
    "Shape your network in the sidebar and watch it take form here: its units, its weights, the function "
    "that squeezes every sum, and what it says to an image before it has learned.",
)
viewed = viewed_network(lab)
draw_diagram(viewed)
draw_table(viewed)
draw_answers(lab, viewed)
draw_questions(lab, viewed)
