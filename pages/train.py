"""Train: a network learns while you watch, and you may do anything to it."""

from mnistlab.ui.shell import open_page
from mnistlab.ui.train_control import draw_controls
from mnistlab.ui.train_live import draw_live

lab = open_page(
    "Train",
    "Let the network learn: after each epoch you see its cost $L$ and how many digits it reads right, on the "
    "images it learns from and on those it has never seen.",
)
draw_controls(lab)
draw_live(lab)
