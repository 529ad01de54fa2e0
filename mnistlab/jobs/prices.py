"""What a step costs: for work of one kind the same for all who do it, whenever and wherever it is done."""

from collections import OrderedDict
from collections.abc import Hashable

MEMORY = 0.99  # of what was measured a turn ago; so a price is that of the last hundred turns
MAX_KINDS = 500


class Prices:
    """Mean seconds of a step for each kind of task, with all that comes with it, figures above all.

    Seconds alone would be unfair: of two equal networks, one would be charged for a moment in which the
    machine was busy with something else, or for the figures of one more epoch, and fall behind.
    """

    def __init__(self):
        self._measured: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # kind -> seconds, steps

    def charge(self, kind: Hashable, steps: int, seconds: float) -> float:
        """Take in what a turn took, and return what it is charged; without a kind its own seconds."""
        if kind is None:
            return seconds
        before = self._measured.pop(kind, (0.0, 0.0))
        measured = MEMORY * before[0] + seconds, MEMORY * before[1] + steps
        self._measured[kind] = measured
        while len(self._measured) > MAX_KINDS:
            self._measured.popitem(last=False)
        return steps * measured[0] / measured[1] if measured[1] else seconds
