"""A change under a metric: its words, its color and its arrow."""

from mnistlab.explaining.numerals import signed


def changed(words: str, change: float, good: bool) -> dict:
    """Return the settings of a metric that has changed.

    By itself it would read the direction off a hyphen; it is told, and the minus can be a real one.
    """
    if not change:
        return {"delta": words, "delta_color": "off", "delta_arrow": "off"}
    color, arrow = "green" if good else "red", "up" if change > 0 else "down"
    return {"delta": words.replace("-", "−"), "delta_color": color, "delta_arrow": arrow}


def change_of_cost(value: float, digits: int = 4) -> dict:
    """Return the settings of a metric of the cost that has changed: down is good."""
    return changed(signed(value, digits), value, value < 0)
