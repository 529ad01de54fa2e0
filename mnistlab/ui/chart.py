"""Plotly figures on the page: those that stand still, and live charts, whose zoom outlives the next epoch.

`st.plotly_chart` mounts a figure that changed anew. For a live one `chart.js` calls `Plotly.react` instead,
with the file that plotly's package ships and `plotly_js` serves; a chart outside of the window waits.
"""

from collections.abc import Callable, Hashable
from pathlib import Path

import plotly
import plotly.graph_objects as go
import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from mnistlab.figures.theme import STILL, alt_text, enlarged
from mnistlab.ui.memo import remembered
from mnistlab.ui.page import is_larger

HERE = Path(__file__).parent
LARGER = 1.25  # how much larger text is than usual, in large_type.css too


def show(figure: go.Figure, key: str) -> None:
    """Draw a figure that stands still.

    A figure is finished when it comes here. Plotly would copy all of it whenever it is sent, and one that is
    kept is sent time and again: so the first copy stays with it.
    """
    if is_larger():
        figure = enlarged(figure, LARGER)
    known = figure.to_dict()
    figure.to_dict = lambda: known
    st.plotly_chart(figure, key=key, alt=alt_text(figure), config=STILL)


_chart = st.components.v2.component(
    "mnistlab_chart",
    html='<div class="chart" role="figure"></div><p class="readout" aria-hidden="true"></p>',
    js=(HERE / "chart.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its styles into the head of the page
)


def show_live(name: str, shows: tuple, make: Callable[[], go.Figure], zoomed: Hashable) -> None:
    """Draw a live chart, as it was before where that is still right: one that is unchanged costs nothing.

    Args:
        name: Of the chart on the Train page.
        shows: All that decides what is in it, as texts and numbers.
        make: Makes its figure, of fixed height.
        zoomed: What a zoom and hidden lines belong to: they are kept as long as this is the same.
    """
    key = f"train_{name}"
    made = lambda: enlarged(make(), LARGER) if is_larger() else make()  # noqa: E731
    looks = str((*shows, is_larger()))
    _chart(key=key, data=remembered(f"{key}_chart", (looks,), lambda: sent(made(), str(zoomed))))


def sent(figure: go.Figure, zoomed: str) -> dict:
    """Return a figure as the browser gets it."""
    figure.layout.uirevision = zoomed
    text, height = figure.to_json(), figure.layout.height
    return {"figure": text, "height": height, "alt": alt_text(figure), "config": STILL}


async def plotly_js(request: Request) -> FileResponse:
    """Answer with Plotly as its package ships it."""
    return FileResponse(Path(plotly.__file__).parent / "package_data" / "plotly.min.js")


def routes() -> list[Route]:
    """Return what the server has to answer besides Streamlit's own, below its base path."""
    base = "/".join(["", *filter(None, st.get_option("server.baseUrlPath").split("/"))])
    return [Route(f"{base}/lab/plotly.min.js", plotly_js)]
