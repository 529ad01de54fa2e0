"""A change of the cost under a metric."""

from mnistlab.explaining.numerals import plain
from mnistlab.ui.architecture.answers import changed


def with_sign(value: float, digits: int = 4) -> str:
    """Return a change as it is written: +0.2437, −12.3, 0."""
    return f"+{plain(value, digits)}" if value > 0 else plain(value, digits)


def change_of_cost(value: float, digits: int = 4) -> dict:
    """Return the settings of a metric of the cost that has changed: down is good."""
    return changed(with_sign(value, digits), value, value < 0)
