"""Train: a network learns while you watch, and nothing you do to it loses an epoch."""

from mnistlab.ui.experiment import draw_experiment
from mnistlab.ui.lab_session import current_lab
from mnistlab.ui.train.control import draw_controls
from mnistlab.ui.train.live import draw_training

lab = current_lab()
draw_experiment(lab)
draw_controls(lab)
draw_training(lab)
