"""The look that all figures share: one frame, and colors that each carry one meaning.

A figure never knows whether it will stand on a light or a dark page. Colors from `#000001` to `#000040` are
names: the browser puts the theme's colors in their place (`.streamlit/config.toml` sets the lists of ten),
and backgrounds are transparent. A name may be followed by two digits of opacity: `#00003780`. The few colors
that are written out here are visible on both themes.

Every figure carries a sentence that says what there is to see, for readers who do not see it. It is made with
the figure, stays in it as `layout.meta["alt"]`, and `alt_text(figure)` returns it for
`st.plotly_chart(alt=...)`.
"""

import math
from collections.abc import Sequence
from typing import Any

# Plotly asks of each value whether it is one of pandas as soon as somebody began to import that, and fails on
# a half imported one; Streamlit begins in the middle of a page. So pandas is whole before any figure is made.
import pandas  # noqa: F401
import plotly.graph_objects as go

from mnistlab.analysis.formatting import plain

# Neutral: text, text that steps back, the lines behind the data, the page itself.
TEXT = "#000037"
MUTED = "#000037B8"
GRID = "#00003724"
PAGE = "#000038"
CLEAR = "rgba(0,0,0,0)"

# The accent, a step of the sequential scale; test figures have it, training figures step back.
ACCENT = "#000018"
TEST = ACCENT
TRAINING = "#00003799"

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

RIGHT = "#0F828A"
WRONG = "#DA2525"

DIGITS = tuple(f"#{number:06d}" for number in range(1, 11))


def run_style(place: int) -> tuple[str, str]:
    """Return color and dash of a run by its place in the palette: the eleventh is the first one, dashed."""
    return DIGITS[place % len(DIGITS)], DASHES[place // len(DIGITS) % len(DASHES)]


HEIGHT = 320  # px, of a figure that stands beside text

# For `st.plotly_chart(config=...)`: no zoom by the wheel; of the tool bar, the button that saves a picture.
STILL = {
    "scrollZoom": False,
    "displaylogo": False,
    "showTips": False,  # they would lie over the page
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "mnistlab"},
}


def framed(traces=(), *, title="", height=HEIGHT, alt="", x=None, y=None, top=None, **layout) -> go.Figure:
    """Return a figure in the lab's frame.

    Args:
        traces: What is drawn.
        title: One line above the figure; without one its room is given to the plot.
        height: In px; a figure of fixed height does not move the page.
        alt: One sentence for readers who do not see it.
        x: Settings of the horizontal axis over those of every axis.
        y: Settings of the vertical axis.
        top: Room above the plot, in px; without it there is enough for the title.
        **layout: Other settings of the layout, over those of every figure.
    """
    settings = {
        "template": "none",
        "title": {"text": title, "y": 1.0, "yref": "container", "yanchor": "top", "pad": {"t": 6}},
        "meta": {"alt": alt or title},
        "height": height,
        "margin": {"l": 4, "r": 12, "t": top or (44 if title else 12), "b": 8, "pad": 0},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "showlegend": False,
        "legend": legend_above(),
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": PAGE, "bordercolor": MUTED, "font": {"color": TEXT, "size": 13}},
        "dragmode": False,
        "modebar": {"bgcolor": CLEAR, "color": MUTED, "activecolor": ACCENT},
        "barmode": "overlay",
        "bargap": 0.15,
        "xaxis": axis(x),
        "yaxis": axis(y),
    }
    return go.Figure(list(traces), {**settings, **layout})


def axis(own: dict | None = None) -> dict:
    """Return the settings of an axis: quiet lines, no zoom, and what it asks for itself."""
    own = dict(own or {})
    title = {"text": own.pop("title", ""), "font": {"color": MUTED, "size": 13}, "standoff": 10}
    quiet = {
        "showgrid": True,
        "gridcolor": GRID,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "tickfont": {"color": MUTED, "size": 12},
        "fixedrange": True,
        "ticklabelstandoff": 6,
        "automargin": True,
        "exponentformat": "power",  # 10⁻⁵ and not 10μ
    }
    return {**quiet, "title": title, **own}


def legend_above() -> dict:
    """Return the settings of a legend in one line above the plot, left, where it hides no data."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.0,
        "yanchor": "bottom",
        "font": {"color": MUTED, "size": 12},
        "bgcolor": CLEAR,
        "itemwidth": 30,
    }


def line(x: Sequence, y: Sequence, look: dict, hover: str, **own) -> dict:
    """Return a line through some points: its color, width and dash, and what hovering says."""
    points = {"type": "scatter", "x": x, "y": y, "mode": "lines"}
    return {**points, "line": look, "hovertemplate": hover, **own}


def dots(x: Sequence, y: Sequence, marker: dict, hover: str, **own) -> dict:
    """Return some points: their color, size and symbol, and what hovering says."""
    points = {"type": "scatter", "x": x, "y": y, "mode": "markers"}
    return {**points, "marker": marker, "hovertemplate": hover, **own}


def note(text: str, x: float, y: float, **own) -> dict:
    """Return an annotation without an arrow, in data coordinates unless it says otherwise."""
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"color": MUTED, "size": 12}, **own}


def number(value: float) -> str:
    """Return a number in few characters, with a real minus sign: 0.003, −7.041, 1,340, 5·10⁻⁶."""
    size = abs(value)
    if not math.isfinite(value):
        text = str(value)
    elif size == 0 or 0.001 <= size < 100_000:
        text = f"{value:.3f}" if size < 100 else f"{value:,.0f}"
    else:
        return plain(value, 1)
    return text.replace("-", "−")


def empty(title: str, text: str, height: int = HEIGHT) -> go.Figure:
    """Return a titled figure with a sentence in place of data and axes."""
    words = note(text, 0.5, 0.5, xref="paper", yref="paper", font={"color": MUTED, "size": 14})
    bare = {"visible": False, "showgrid": False, "automargin": False}
    alt = f"{title}: {text}"
    return framed(title=title, height=height, alt=alt, x=bare, y=bare, annotations=[words])


def enlarged(figure: go.Figure, factor: float) -> go.Figure:
    """Return a figure with larger type, as much higher, and with as much more room for the type."""
    told = figure.to_dict()
    layout = grown(told["layout"], factor)
    layout |= {
        "font": {"size": 12 * factor},
        "title": {**layout["title"], "font": {"size": 16 * factor}},
        "margin": {side: room * factor for side, room in layout["margin"].items()},
        "height": layout["height"] * factor,
    }
    return go.Figure(told["data"], layout)


def grown(part: Any, factor: float) -> Any:
    """Return a part of a layout with the sizes of its fonts multiplied."""
    if isinstance(part, (list, tuple)):
        return [grown(each, factor) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        name: {**inner, "size": inner["size"] * factor}
        if name.endswith("font") and "size" in inner
        else grown(inner, factor)
        for name, inner in part.items()
    }


def alt_text(figure: go.Figure) -> str:
    """Return the sentence that says what a figure shows."""
    return figure.layout.meta["alt"]
