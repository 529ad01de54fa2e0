"""The Data page."""

from mnistlab.ui.shell import open_page

lab = open_page("Data", "In the making.")
