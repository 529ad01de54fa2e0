"""Train: a network learns while you watch, and nothing you do to it loses an epoch."""

from mnistlab.ui.shell import open_page
from mnistlab.ui.train.control import draw_controls
from mnistlab.ui.train.live import draw_live
from mnistlab.ui.train.tabs import draw_tabs

lab = open_page(
    "Train",
    "Let the network learn. After each epoch you see its cost $L$ and how many digits it reads right, on the "
    "images it learns from and on those it has never seen.",
)
draw_controls(lab)
draw_live(lab)
draw_tabs(lab)
