"""How a figure gets on the page: with its sentence for those who do not see it, and a button to save it."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from mnistlab.figures.theme import STILL, alt_text


def show(figure: go.Figure, key: str, **options: Any) -> Any:
    """Draw a figure and return what Streamlit returns for it.

    A figure is finished when it comes here. Plotly would copy all of it whenever it is sent, and one that is
    kept is sent time and again: so the first copy stays with it.
    """
    known = figure.to_dict()
    figure.to_dict = lambda: known
    return st.plotly_chart(figure, key=key, alt=alt_text(figure), config=STILL, **options)
