"""The parts of the Architecture page, from top to bottom."""
