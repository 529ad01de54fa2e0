"""The parts of the Data page, from top to bottom."""
