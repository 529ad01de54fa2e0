"""What lies behind the curves: one tab at a time is drawn, and the one that was open stays open."""

from functools import partial

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.tabs import draw_tabs as draw_row_of_tabs
from mnistlab.ui.train.away import draw_away
from mnistlab.ui.train.digits import draw_digits
from mnistlab.ui.train.runs import draw_runs
from mnistlab.ui.train.sweep import draw_sweep
from mnistlab.ui.train.weights import draw_weights


def draw_tabs(lab: Lab, snapshot: Snapshot) -> None:
    """Draw the row of tabs and the content of the open one."""
    draw_row_of_tabs(
        "train_tabs",
        {
            "Digits": partial(draw_digits, snapshot),
            "Weights": partial(draw_weights, snapshot),
            "Runs": partial(draw_runs, snapshot),
            "Sweep": partial(draw_sweep, lab),
            "Take away": partial(draw_away, snapshot),
        },
    )
