"""The parts of the Predict page, from top to bottom."""
