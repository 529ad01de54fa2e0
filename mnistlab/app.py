"""The script that Streamlit runs for every visit: sidebar and head of the page, then the page itself."""

from mnistlab.ui.navigation import chosen_page
from mnistlab.ui.page import draw_frame

page = chosen_page()
draw_frame(page.title)
page.run()
