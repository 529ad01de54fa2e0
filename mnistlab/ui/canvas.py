"""The sheet of paper that one draws on: its tools, what the browser sends of it, and how it is kept."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from mnistlab.data.image_loading import MAX_CANVAS_CHARACTERS, PictureError, read_canvas
from mnistlab.figures.ink import INK_COLOR, PAPER
from mnistlab.ui.memo import shared
from mnistlab.ui.session_token import current_tab

SIDE = 280  # px; fits the narrowest phones
HIDDEN = 26  # px of the upper edge that nobody sees, see look.css
PEN = 22  # px; on a digit of 200 px this is the stroke of MNIST
PENS = (10, 34)  # px
MAX_STROKES = 200  # that are kept for coming back to the page

SHEETS = 100  # that are kept for reloads, of those who drew last

CANVAS, LIVE = "predict_canvas", "predict_live"  # the widget; the switch
TOOL, PEN_WIDTH = "predict_tool", "predict_pen"
SHOWN = "predict_sheet_state"  # session state: the sheet that the browser shows


@dataclass
class Sheet:
    """What is on the sheet of this session, and what the browser was told of it."""

    start: dict[str, Any] = field(default_factory=dict)  # what the browser was told to begin with
    strokes: list[dict] = field(default_factory=list)  # to begin with when the page is opened again
    pixels: np.ndarray | None = None  # the same as a picture; None for blank paper
    seen: str = ""  # the last picture that was sent, as it was sent
    refused: str = ""  # why it was not taken, to be said once
    moving: np.ndarray | None = None  # pixels with the stroke in progress, while the pen moves
    number: int = 0  # of the last such picture; the browser counts
    turn: int = 0  # counts what was sent with the pen up, and beginnings

    def begin_with(self, strokes: list[dict]) -> None:
        """Have the browser begin with these strokes; the same ones again still count as a new beginning."""
        self.turn += 1
        self.start = {"objects": strokes, "turn": self.turn}
        self.strokes = strokes
        self.moving = None
        if not strokes:
            self.pixels = None


@shared(max_entries=SHEETS)
def sheet_of(token: str) -> Sheet:
    """Return the sheet of a lab: a tab that is reloaded is another session, and finds its drawing again."""
    return Sheet()


def current_sheet() -> Sheet:
    """Return the sheet of this session."""
    return sheet_of(current_tab().token)


def draw_canvas() -> np.ndarray | None:
    """Draw the canvas and its tools.

    Returns:
        What is drawn, uint8 (280, 280, 4), also after coming back from another page; None for blank paper.
    """
    sheet = current_sheet()
    if CANVAS not in st.session_state or st.session_state.get(SHOWN) is not sheet:  # it has a blank sheet
        sheet.begin_with(sheet.strokes)
    st.session_state[SHOWN] = sheet
    with st.container(width=SIDE, gap="small", key="predict_paper"):
        with st.container(key="predict_sheet"):
            keep_what_was_sent()
            draw_sheet(st.session_state.get(TOOL), st.session_state.get(PEN_WIDTH, PEN))
        draw_tools()
    if sheet.refused:
        st.warning(sheet.refused)
        sheet.refused = ""
    return sheet.pixels


def draw_sheet(tool: str | None, pen: int) -> None:
    """Draw the sheet; when what was sent is no drawing, a sentence about it is kept."""
    from streamlit_drawable_canvas import st_canvas  # can only be imported while an app runs

    try:
        st_canvas(
            stroke_width=min(max(int(pen), PENS[0]), PENS[1]) * (2 if tool == "Eraser" else 1),
            stroke_color=PAPER if tool == "Eraser" else INK_COLOR,
            background_color=PAPER,
            height=SIDE + HIDDEN,
            width=SIDE,
            initial_drawing=current_sheet().start,
            return_image_data=True,
            on_change=keep_what_was_sent,  # even where the next thing that is done is to leave the page
            key=CANVAS,
        )
    except (AttributeError, TypeError):  # it takes what the browser sent for what it expects
        refused = "What the browser sent is not a drawing. Reload the page to get a new sheet."
        current_sheet().refused = refused


def draw_tools() -> None:
    """Draw undo and clear, pen or eraser, and the width of the pen."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="predict_tools"):
        st.segmented_control(
            "Tool",
            ["Pen", "Eraser"],
            default="Pen",
            required=True,
            key=TOOL,
            label_visibility="collapsed",
            persist_state="session",
        )
        blank = not current_sheet().strokes
        st.button("Undo", key="predict_undo", on_click=undo, disabled=blank)
        st.button("Clear", key="predict_clear", on_click=clear, disabled=blank)
    st.slider(
        "Pen width",
        *PENS,
        value=PEN,
        step=2,
        key=PEN_WIDTH,
        format="%d px",
        persist_state="session",
        help="**Pen width**: MNIST's strokes are a ninth of the digit's height: 22 px for a digit of 200 px.",
    )
    st.toggle(
        "Predict while drawing",
        value=True,
        key=LIVE,
        persist_state="session",
        help="**Predict while drawing**: the bars follow your pen, up to eight times a second. Off, or on a "
        "busy server, they wait until you lift it.",
    )


def undo() -> None:
    """Take the last stroke away; the browser then sends the sheet without it."""
    keep_what_was_sent()  # the stroke and the press on the button can come in one message
    sheet = current_sheet()
    sheet.begin_with(sheet.strokes[:-1])


def clear() -> None:
    """Take a blank sheet."""
    keep_what_was_sent()
    current_sheet().begin_with([])


def pen_data() -> dict[str, Any]:
    """Return what the browser has to know to send the sheet while the pen moves, and of what it sent last."""
    sheet = current_sheet()
    return {
        "pen": {
            "canvas": f".st-key-{CANVAS}",
            "live": st.session_state.get(LIVE, True),
            "turn": sheet.turn,
            "size": {"width": SIDE, "height": SIDE + HIDDEN},
        },
        "answered": sheet.number,
        "sheet": None if sheet.moving is None else sheet.number,
    }


def take_moving_sheet(message: object) -> None:
    """Keep the sheet with the stroke in progress that the browser sent.

    What is none shows nothing new, nor does one of before a stroke ended or the sheet was begun anew.
    """
    sheet = current_sheet()
    sheet.moving = None
    if not isinstance(message, Mapping):
        return
    number, picture = message.get("number"), message.get("picture")
    sheet.number = number if isinstance(number, int) else 0
    if message.get("turn", sheet.turn) != sheet.turn:
        return
    with suppress(PictureError):
        sheet.moving = read_canvas(str(picture), SIDE + HIDDEN, SIDE)[HIDDEN:]


def sent(state: object) -> tuple[list[dict], str]:
    """Return the strokes and the picture that the browser sent; it may have sent anything.

    Args:
        state: What Streamlit keeps for the canvas.

    Returns:
        The strokes, other things left out, and the picture as the address of a PNG; "" for none.
    """
    drawing = state.get("drawing") if isinstance(state, Mapping) else None
    if not isinstance(drawing, Mapping):
        return [], ""
    raw, data = drawing.get("raw"), drawing.get("data")
    objects = raw.get("objects") if isinstance(raw, Mapping) else None
    strokes = [dict(thing) for thing in objects if is_stroke(thing)] if isinstance(objects, list) else []
    return strokes[:MAX_STROKES], data if isinstance(data, str) else ""


def is_stroke(thing: object) -> bool:
    """Return whether an object of the canvas is a stroke; a picture could be fetched from anywhere."""
    return isinstance(thing, Mapping) and str(thing.get("type")).lower() == "path"


def keep_what_was_sent() -> None:
    """Keep the drawing that the browser sent, if it was not seen before."""
    sheet = current_sheet()
    strokes, data = sent(st.session_state.get(CANVAS))
    if data and (data != sheet.seen or strokes != sheet.strokes):
        sheet.moving = None  # this was sent with the pen up, and counts
    if not data or data == sheet.seen:
        return
    sheet.turn += 1
    sheet.seen, sheet.strokes, sheet.pixels = data[: MAX_CANVAS_CHARACTERS + 1], strokes, None
    try:
        sheet.pixels = read_canvas(data, SIDE + HIDDEN, SIDE)[HIDDEN:]
    except PictureError as error:
        sheet.refused = str(error)
