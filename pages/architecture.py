"""The Architecture page."""

from mnistlab.ui.shell import open_page

lab = open_page("Architecture", "In the making.")
