"""The script that Streamlit runs for every visit: sidebar and head of the page, then the page itself."""

from mnistlab.ui.page import chosen_page, draw_frame

page = chosen_page()
draw_frame(page.title)
page.run()
