"""The sheet of paper that one draws on: its tools, what the browser sends of it, and how it is kept."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from mnistlab.data.image_loading import MAX_CANVAS_CHARACTERS, PictureError, read_canvas
from mnistlab.figures.ink import INK_COLOR, PAPER

SIDE = 280  # px; fits the narrowest phones
HIDDEN = 26  # px of the upper edge that nobody sees, see look.css
PEN = 22  # px; on a digit of 200 px this is the stroke of MNIST
PENS = (10, 34)  # px
MAX_STROKES = 200  # that are kept for coming back to the page

CANVAS = "predict_canvas"  # the widget
START = "predict_canvas_start"  # what the browser was told to begin with
STROKES = "predict_canvas_strokes"  # what it drew, to begin with when the page is opened again
PIXELS = "predict_canvas_pixels"  # the same as a picture; None for blank paper
SEEN = "predict_canvas_seen"  # the last picture that was sent, as it was sent
TURN = "predict_canvas_turn"


def draw_canvas() -> np.ndarray | None:
    """Draw the canvas and its tools.

    Returns:
        What is drawn, uint8 (280, 280, 4), also after coming back from another page; None for blank paper.
    """
    if CANVAS not in st.session_state:  # the page was opened: the browser has a blank sheet
        begin_with(st.session_state.get(STROKES, []))
    with st.container(width=SIDE, gap="small", key="predict_paper"):
        with st.container(key="predict_sheet"):
            refused = sheet(st.session_state.get("predict_tool"), st.session_state.get("predict_pen", PEN))
        draw_tools()
    if refused:
        st.warning(refused)
    return st.session_state.get(PIXELS)


def sheet(tool: str | None, pen: int) -> str:
    """Draw the sheet and keep what is on it; return a sentence when what was sent is no drawing."""
    from streamlit_drawable_canvas import st_canvas  # can only be imported while an app runs

    keep_what_was_sent()
    try:
        st_canvas(
            stroke_width=min(max(int(pen), PENS[0]), PENS[1]) * (2 if tool == "Eraser" else 1),
            stroke_color=PAPER if tool == "Eraser" else INK_COLOR,
            background_color=PAPER,
            height=SIDE + HIDDEN,
            width=SIDE,
            initial_drawing=st.session_state[START],
            return_image_data=True,
            key=CANVAS,
        )
    except (AttributeError, TypeError):  # it takes what the browser sent for what it expects
        return "What the browser sent is not a drawing. Reload the page to get a new sheet."
    return st.session_state.pop("predict_canvas_refused", "")


def draw_tools() -> None:
    """Draw undo and clear, pen or eraser, and the width of the pen."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="predict_tools"):
        st.segmented_control(
            "Tool",
            ["Pen", "Eraser"],
            default="Pen",
            required=True,
            key="predict_tool",
            label_visibility="collapsed",
            persist_state="session",
        )
        st.button("Undo", key="predict_undo", on_click=undo, disabled=not st.session_state.get(STROKES))
        st.button("Clear", key="predict_clear", on_click=clear, disabled=not st.session_state.get(STROKES))
    st.slider(
        "Pen width",
        *PENS,
        value=PEN,
        step=2,
        key="predict_pen",
        format="%d px",
        persist_state="session",
        help="**Pen width**: MNIST's strokes are a ninth of the digit's height: 22 px for a digit of 200 px.",
    )


def begin_with(strokes: list[dict]) -> None:
    """Have the browser begin with these strokes; the same ones again still count as a new beginning."""
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
    st.session_state[START] = {"objects": strokes, "turn": st.session_state[TURN]}
    st.session_state[STROKES] = strokes


def undo() -> None:
    """Take the last stroke away; the browser then sends the sheet without it."""
    keep_what_was_sent()  # the stroke and the press on the button can come in one message
    strokes = st.session_state.get(STROKES, [])[:-1]
    if strokes:
        begin_with(strokes)
    else:
        clear()


def clear() -> None:
    """Take a blank sheet."""
    keep_what_was_sent()
    begin_with([])
    st.session_state.pop(PIXELS, None)


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
    strokes, data = sent(st.session_state.get(CANVAS))
    if not data or data == st.session_state.get(SEEN):
        return
    st.session_state[SEEN] = data[: MAX_CANVAS_CHARACTERS + 1]
    st.session_state[STROKES] = strokes
    try:
        st.session_state[PIXELS] = read_canvas(data, SIDE + HIDDEN, SIDE)[HIDDEN:]
    except PictureError as error:
        st.session_state.pop(PIXELS, None)
        st.session_state["predict_canvas_refused"] = str(error)
