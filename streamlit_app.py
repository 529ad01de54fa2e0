"""The server: the script that it runs, what starts and stops with it, its errors and its headers."""

import streamlit as st

from mnistlab.ui.chart import routes
from mnistlab.ui.log import report
from mnistlab.ui.server import MIDDLEWARE, lifespan

app = st.App(
    "mnistlab/app.py", lifespan=lifespan, on_script_error=report, routes=routes(), middleware=MIDDLEWARE
)
