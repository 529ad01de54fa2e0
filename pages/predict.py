"""Predict: draw a digit, and your own network reads it and shows why."""

from mnistlab.ui.lab_session import current_lab
from mnistlab.ui.predict.bench import draw_bench

draw_bench(current_lab())
