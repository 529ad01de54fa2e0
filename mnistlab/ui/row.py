"""A row of controls whose labels stand on one line and whose fields do."""

import streamlit as st

# Buttons that choose are lower than fields that are typed in: beside each other their labels would not align.
LOOK = """<style>
[class*="st-key-row_"] [data-testid="stButtonGroup"] > :not(label) button { min-height: 2.5rem; }
</style>"""


def control_row(key: str, gap: str = "small"):
    """Return the container of a row of controls; what does not fit goes on in the next line.

    Args:
        key: Of the row, without "row_".
        gap: Between two controls.
    """
    st.html(LOOK)
    return st.container(horizontal=True, vertical_alignment="bottom", gap=gap, key=f"row_{key}")
