"""The Backprop page."""

from mnistlab.ui.shell import open_page

lab = open_page("Backprop", "In the making.")
