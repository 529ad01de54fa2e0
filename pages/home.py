"""Home: what the lab is, how it stands, and where to go from here."""

from mnistlab.ui.experiment import draw_cards
from mnistlab.ui.home import draw_path, draw_start
from mnistlab.ui.lab_session import current_lab
from mnistlab.ui.link_builder import draw_link_builder
from mnistlab.ui.live import draw_live

lab = current_lab()
draw_start(lab)
draw_path()
draw_cards()
draw_link_builder(lab)
draw_live(lab)
