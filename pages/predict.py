"""Predict: draw a digit, and your own network reads it and shows why."""

from mnistlab.ui.predict.bench import draw_bench
from mnistlab.ui.shell import open_page

lab = open_page(
    "Predict",
    "Draw a digit. It is framed as MNIST framed its digits, your network reads it, and you see why.",
)
draw_bench(lab)
