"""The ten outputs as bars of plain markup: the browser shows them at once, before any figure is drawn.

On the Predict page they move while the pen does: `bars.js` changes their heights, `pen.js` sends the sheets.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from mnistlab.analysis.decision import a_digit
from mnistlab.figures.theme import RIGHT, WRONG

HEIGHT = 236  # px, axis and digits included; look.css has it, too
FULL = 176  # px of an activation of 1
TICKS = (0, 0.25, 0.5, 0.75, 1)

BARS = "predict_bars"  # the element
HERE = Path(__file__).parent
SHEET = "sheet"  # what the browser sends: the number of the sheet, and its picture

_bars = st.components.v2.component(
    "mnistlab_bars",
    html='<div class="ten"></div>',
    js=(HERE / "pen.js").read_text(encoding="utf-8") + (HERE / "bars.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # the bars look the same as elsewhere, see look.css
)


def draw_bars(
    activations: Sequence[float] | np.ndarray | None,
    truth: int | None,
    pen: dict[str, Any],
    on_sheet: Callable[[Any], None],
) -> None:
    """Draw the activations in bars that move.

    Args:
        activations: See `bars_markup`; None: only their axis, as there is nothing to answer yet.
        truth: The digit's label, where it is known.
        pen: What the browser has to know to send sheets while the pen moves, see `canvas.pen_data`.
        on_sheet: Called with what it sends.
    """
    markup = empty_markup() if activations is None else bars_markup(activations, truth)
    with st.container(key="predict_outputs", height=HEIGHT + 8, border=False):
        _bars(
            key=BARS,
            data={"markup": markup, **pen},
            on_sheet_change=lambda: on_sheet(st.session_state[BARS].get(SHEET)),
        )


def bars_markup(activations: Sequence[float] | np.ndarray, truth: int | None = None) -> str:
    """Return ten bars on a fixed axis from 0 to 1, each with its value, the exact one on hover.

    Args:
        activations: (10,), each 0..1; they do not sum to one.
        truth: The digit's label where it is known; the largest bar is then colored right or wrong.
    """
    values = [float(value) for value in activations]
    answer = max(range(len(values)), key=values.__getitem__)
    kinds = ["" for _ in values]
    kinds[answer] = "answer" if truth is None else ("right" if truth == answer else "wrong")
    if truth is not None:
        kinds[truth] += " truth"
    bars = "".join(
        f'<div class="{kind}" title="output {digit}: activation {value:.6f}"><span>{value:.2f}</span>'
        f'<div class="bar" style="height: {value * FULL:.1f}px"></div>'
        f'<span class="digit">{digit}</span></div>'
        for digit, (kind, value) in enumerate(zip(kinds, values, strict=True))
    )
    return framed_markup(bars, words(values, answer, truth))


def empty_markup() -> str:
    """Return the axis and the ten digits, waiting for an answer."""
    digits = "".join(f'<div><span class="digit">{digit}</span></div>' for digit in range(10))
    return framed_markup(digits, "The ten outputs: there is nothing to answer yet.")


def framed_markup(bars: str, says: str) -> str:
    """Return bars on their axis, with what they say to those who do not see them."""
    lines = "".join(
        f'<div class="line" style="top: {HEIGHT - 32 - round(tick * FULL)}px"><span>{tick:g}</span></div>'
        for tick in TICKS
    )
    return (
        f'<div class="outputs" role="img" aria-label="{says}" style="--right: {RIGHT}; --wrong: {WRONG}">'
        f'<div class="name">activation</div>{lines}<div class="bars">{bars}</div></div>'
    )


def words(values: Sequence[float], answer: int, truth: int | None) -> str:
    """Return what the bars show, for those who do not see them."""
    all_of_them = ", ".join(f"{digit}: {value:.2f}" for digit, value in enumerate(values))
    known = "" if truth is None else f" The image is {a_digit(truth)}."
    return f"The ten outputs: the largest is {answer} with {values[answer]:.2f}.{known} {all_of_them}."
