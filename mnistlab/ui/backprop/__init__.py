"""The parts of the Backprop page, from top to bottom."""
