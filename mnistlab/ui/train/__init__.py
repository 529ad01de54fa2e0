"""The parts of the Train page, from top to bottom."""
