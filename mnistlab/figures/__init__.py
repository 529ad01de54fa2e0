"""Figures: pure functions from plain records to Plotly figures."""
