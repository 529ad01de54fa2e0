"""A change of the cost under a metric."""

from mnistlab.explaining.numerals import plain


def with_sign(value: float, digits: int = 4) -> str:
    """Return a change as it is written: +0.2437, −12.3, 0."""
    return f"+{plain(value, digits)}" if value > 0 else plain(value, digits)


def change_of_cost(value: float, digits: int = 4) -> dict:
    """Return the settings of a metric whose value has changed: down is good.

    The metric would read the direction off a hyphen; it is told, and the minus is a minus.
    """
    if not value:
        return {"delta": "0", "delta_color": "off", "delta_arrow": "off"}
    color, arrow = ("green", "down") if value < 0 else ("red", "up")
    return {"delta": with_sign(value, digits), "delta_color": color, "delta_arrow": arrow}
