"""How a figure gets on the page: with its sentence for those who do not see it, and a button to save it."""

import streamlit as st

from mnistlab.figures.template import STILL, alt_text


def show(figure, key, **options):
    """Draw a figure and return what Streamlit returns for it."""
    return st.plotly_chart(figure, key=key, alt=alt_text(figure), config=STILL, **options)
