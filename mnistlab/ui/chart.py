"""A live chart: Plotly changes it in place, so that a zoom or a hidden line outlives the next epoch.

`st.plotly_chart` mounts a figure that changed anew. Here `chart.js` calls `Plotly.react` instead, with the
file that plotly's package ships and `plotly_js` serves; a chart outside of the window waits.
"""

from pathlib import Path

import plotly
import plotly.graph_objects as go
import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from mnistlab.figures.theme import STILL, alt_text

HERE = Path(__file__).parent

_chart = st.components.v2.component(
    "mnistlab_chart",
    html='<div class="chart" role="figure"></div>',
    js=(HERE / "chart.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its styles into the head of the page
)


def sent(figure: go.Figure, zoomed: str) -> dict:
    """Return a figure as the browser gets it.

    Args:
        figure: Of fixed height.
        zoomed: What a zoom and hidden lines belong to: they are kept as long as this is the same.
    """
    figure.layout.uirevision = zoomed
    text, height = figure.to_json(), figure.layout.height
    return {"figure": text, "height": height, "alt": alt_text(figure), "config": STILL}


def show_chart(chart: dict, key: str) -> None:
    """Draw a figure, as `sent` returns it."""
    _chart(key=key, data=chart)


async def plotly_js(request: Request) -> FileResponse:
    """Answer with Plotly as its package ships it."""
    return FileResponse(Path(plotly.__file__).parent / "package_data" / "plotly.min.js")


def routes() -> list[Route]:
    """Return what the server has to answer besides Streamlit's own, below its base path."""
    base = "/".join(["", *filter(None, st.get_option("server.baseUrlPath").split("/"))])
    return [Route(f"{base}/lab/plotly.min.js", plotly_js)]
