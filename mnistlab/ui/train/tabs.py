"""What lies behind the curves: one tab at a time is drawn, and the one that was open stays open."""

from functools import partial

from mnistlab.ui.lab import Lab
from mnistlab.ui.tabs import draw_tabs as draw_row_of_tabs
from mnistlab.ui.train.away import draw_away
from mnistlab.ui.train.digits import draw_digits
from mnistlab.ui.train.runs import draw_runs
from mnistlab.ui.train.sweep import draw_sweep
from mnistlab.ui.train.weights import draw_weights

TABS = {
    "Digits": draw_digits,
    "Weights": draw_weights,
    "Runs": draw_runs,
    "Sweep": draw_sweep,
    "Take away": draw_away,
}


def draw_tabs(lab: Lab) -> None:
    """Draw the row of tabs and the content of the open one."""
    draw_row_of_tabs("train_tabs", {name: partial(draw, lab) for name, draw in TABS.items()})
