"""The figures of a load: what was measured, what it must be, and whether it is."""

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.load_session import Session

SHOWN = 3  # complaints that are shown in full


class Row(NamedTuple):
    """One line of the table."""

    what: str
    measured: str
    bound: str = ""  # empty: told for what it is worth
    met: bool = True


def at_most(what: str, value: float, bound: float, unit: str = "", form: str = ".3g") -> Row:
    """Return the row of a figure that must not be larger."""
    return Row(what, f"{value:{form}}{unit}", f"<= {bound:g}{unit}", value <= bound)


def at_least(what: str, value: float, bound: float, unit: str = "", form: str = ".3g") -> Row:
    """Return the row of a figure that must not be smaller."""
    return Row(what, f"{value:{form}}{unit}", f">= {bound:g}{unit}", value >= bound)


def none_of(what: str, found: Sequence[str]) -> Row:
    """Return the row of what must not be; the first of it is shown."""
    return Row(what, "; ".join([str(len(found)), *(text[:200] for text in found[:SHOWN])]), "0", not found)


def logged(complaints: Sequence[str]) -> Row:
    """Return the row of the server's log."""
    return none_of("complaints in the server's log", complaints)


def isolated(sessions: Sequence[Session]) -> list[Row]:
    """Return the rows about marks: that each session got its own back, and nobody another's."""
    leaks = [f"{mark!r}" for session in sessions for mark in session.leaks]
    mine = sum(session.own_marks for session in sessions)
    blind = sum(session.own_marks == 0 for session in sessions)
    return [
        Row("own marks that came back", f"{mine:,}, none to {blind} sessions", "to all", blind == 0),
        none_of("marks of another session received", leaks),
    ]


def failures(sessions: Sequence[Session]) -> list[str]:
    """Return what went wrong in the sessions."""
    return [sentence for session in sessions for sentence in session.complaints]


def share_within(seconds: Sequence[float], share: float = 0.95) -> float:
    """Return the time within which this share of them was done."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as they are printed."""
    lines = [("what", "measured", "bound", "met")]
    lines += [
        (row.what, row.measured, row.bound, ("yes" if row.met else "NO") if row.bound else "") for row in rows
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(3)]
    return "\n".join(
        " | ".join(
            [*(cell.ljust(min(width, 70)) for cell, width in zip(line, widths, strict=False)), line[3]]
        )
        for line in lines
    )
