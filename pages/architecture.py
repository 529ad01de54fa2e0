"""Architecture: what the network consists of, and what it says before it has learned anything."""

from mnistlab.ui.architecture.answers import draw_answers
from mnistlab.ui.architecture.case import viewed_network
from mnistlab.ui.architecture.diagram import draw_diagram, draw_table
from mnistlab.ui.architecture.tabs import draw_questions
from mnistlab.ui.lab_session import current_lab
from mnistlab.ui.live import draw_live

lab = current_lab()
draw_live(lab)
viewed = viewed_network(lab)
draw_diagram(viewed)
draw_table(viewed)
draw_answers(lab, viewed)
draw_questions(lab, viewed)
