"""The Predict page."""

from mnistlab.ui.shell import open_page

lab = open_page("Predict", "In the making.")
