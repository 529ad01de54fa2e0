"""How figures and digits of plain markup get on the page, digits at once, always square, never smoothed.

`html_figure.js` is what the browser does with a figure, `html_figure_png.js` saves it as a picture.
"""

import base64
import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from mnistlab.figures.html_figure import Field, Sketch
from mnistlab.figures.ink import ink_source

PICK = "pick"
STYLE = "image-rendering: pixelated; display: block; max-width: 100%; height: auto; aspect-ratio: 1"

HERE = Path(__file__).parent
HTML = """<div class="sketch" role="figure"><div class="stage"></div>
<div class="label" role="status" hidden></div>
<button class="save" aria-label="Save this figure as a PNG" title="Save as PNG">⤓</button></div>"""

_sketch = st.components.v2.component(
    "mnistlab_sketch",
    html=HTML,
    css=(HERE / "html_figure.css").read_text(encoding="utf-8"),
    js=(HERE / "html_figure_png.js").read_text(encoding="utf-8") + (HERE / "html_figure.js").read_text(),
)


def show_sketch(sketch: Sketch, key: str, on_pick: Callable[[Any], None] | None = None) -> None:
    """Draw a figure.

    Args:
        sketch: The figure.
        key: Of the element.
        on_pick: Called with what the clicked cell means.
    """

    def pick() -> None:
        place = st.session_state[key].get(PICK)
        if place and on_pick:
            on_pick(sketch.picked(*place))

    _sketch(key=key, data=sent(sketch), on_pick_change=pick if on_pick else lambda: None)


def sent(sketch: Sketch) -> dict:
    """Return a figure as the browser gets it."""
    marks = sketch.marks
    return {
        "markup": sketch.markup,
        "alt": sketch.alt,
        "fields": [sent_field(field) for field in sketch.fields],
        "marks": {
            "ends": np.round(marks.ends, 4).tolist(),
            "says": list(marks.says),
            "clickable": len(marks.picks) > 0,
        },
    }


def sent_field(field: Field) -> dict:
    """Return a field as the browser gets it."""
    height, width = field.levels.shape
    return {
        "width": width,
        "height": height,
        "levels": base64.b64encode(np.ascontiguousarray(field.levels).tobytes()).decode(),
        "colors": field.colors,
        "columns": field.columns,
        "rows": field.rows,
        "cells": field.cells,
        "says": field.says,
        "lists": {name: list(entries) for name, entries in field.lists.items()},
        "clickable": len(field.picks) > 0,
    }


def digit_picture(image: np.ndarray, alt: str, size: int, title: str = "") -> str:
    """Return an image, uint8 (28, 28), as HTML.

    Args:
        image: The digit.
        alt: What it is, for readers who do not see it.
        size: Width and height in px.
        title: What hovering says.
    """
    says = f' title="{html.escape(title)}"' if title else ""
    side = f'width="{size}" height="{size}"'
    return f'<img src="{ink_source(image)}" alt="{html.escape(alt)}"{says} {side} style="{STYLE}">'


def show_digit(image: np.ndarray, alt: str, size: int) -> None:
    """Draw one digit."""
    st.html(digit_picture(image, alt, size))


def gallery(
    images: np.ndarray, says: Sequence[str], captions: Sequence[str] | None = None, size: int = 72
) -> str:
    """Return digits side by side, as many in a row as there is room for, as HTML.

    Args:
        images: uint8, (n, 28, 28).
        says: What hovering says of each.
        captions: A line under each; None for none.
        size: Least width of one in px.
    """
    figures = (
        f"<figure>{digit_picture(image, words, size, words)}"
        + (f"<figcaption>{html.escape(captions[place])}</figcaption>" if captions else "")
        + "</figure>"
        for place, (image, words) in enumerate(zip(images, says, strict=True))
    )
    columns = f"grid-template-columns: repeat(auto-fill, minmax({size}px, 1fr))"
    return f'<div class="gallery" style="{columns}">{"".join(figures)}</div>'
