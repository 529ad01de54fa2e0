"""Home: what the lab is, how it stands, and where to go from here."""

from mnistlab.ui.experiment import draw_cards
from mnistlab.ui.home import draw_path, draw_start
from mnistlab.ui.shell import open_page
from mnistlab.ui.teacher import draw_link_builder

lab = open_page(
    "Home",
    "A lab bench for a neural network that you can see through: browse the digits, shape the network, "
    "follow one image through backpropagation, train, and then write a digit and ask.",
)
draw_start(lab)
draw_path()
draw_cards()
draw_link_builder(lab)
