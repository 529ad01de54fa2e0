"""The story of one image, a tab for each of its questions."""

from functools import partial

from mnistlab.ui.backprop.case import Case
from mnistlab.ui.backprop.check import draw_check
from mnistlab.ui.backprop.code import draw_code
from mnistlab.ui.backprop.gradient import draw_gradient
from mnistlab.ui.backprop.hand import draw_by_hand
from mnistlab.ui.backprop.passes import draw_backward, draw_forward
from mnistlab.ui.backprop.step import draw_step
from mnistlab.ui.backprop.weight import draw_weight
from mnistlab.ui.lab_session import Lab
from mnistlab.ui.tabs import draw_tabs


def draw_story(lab: Lab, case: Case) -> None:
    """Draw the tabs."""
    draw_tabs(
        "backprop_tabs",
        {
            "Forward": partial(draw_forward, case),
            "Backward": partial(draw_backward, case),
            "The gradient": partial(draw_gradient, case),
            "One weight": partial(draw_weight, case),
            "By hand": partial(draw_by_hand, case),
            "Is it right?": partial(draw_check, case),
            "One step": partial(draw_step, lab, case),
            "The code": draw_code,
        },
    )
