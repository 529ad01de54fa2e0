"""A change under a metric: its words, its color and its arrow."""

from typing import Literal, TypedDict

from mnistlab.analysis.formatting import signed


class Change(TypedDict, total=False):
    """Those settings of a metric; without them it shows no change."""

    delta: str
    delta_color: Literal["green", "red", "off"]
    delta_arrow: Literal["up", "down", "off"]


def changed(words: str, change: float, good: bool) -> Change:
    """Return the settings of a metric that has changed.

    By itself it would read the direction off a hyphen; it is told, and the minus can be a real one.
    """
    if not change:
        return {"delta": words, "delta_color": "off", "delta_arrow": "off"}
    return {
        "delta": words.replace("-", "−"),
        "delta_color": "green" if good else "red",
        "delta_arrow": "up" if change > 0 else "down",
    }


def change_of_cost(value: float, digits: int = 4) -> Change:
    """Return the settings of a metric of the cost that has changed: down is good."""
    return changed(signed(value, digits), value, value < 0)
