"""Figures: pure functions from plain records to Plotly figures."""

# Plotly asks of each value whether it is one of pandas as soon as somebody began to import that, and fails on
# a half imported one; Streamlit begins in the middle of a page. So pandas is whole before any figure is made.
import pandas  # noqa: F401
