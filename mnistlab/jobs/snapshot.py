"""What a page sees of a trainer: one immutable record."""

from typing import NamedTuple

from mnistlab.runs.run import Run

CROWDS = (2, 1), (8, 4), (10**9, 12)  # up to so many jobs at once, a page looks so many times more seldom
ACTIVE_STATES = frozenset({"queued", "running", "pausing"})


class Snapshot(NamedTuple):
    """A trainer at one moment."""

    state: str  # idle, queued, running, pausing, paused, finished or failed
    run: Run  # the current one; there always is one
    runs: tuple[Run, ...]  # all of the lab, oldest first, the current one among them
    doing: str  # what the pool does for it: "", measuring, drawing, training or own digits
    step: int  # mini-batches done in the running epoch
    num_steps: int  # mini-batches in an epoch
    target_epoch: int  # where training will end, or would
    images_per_second: float  # over the last seconds, waiting included; 0.0 when nothing was measured
    seconds_left: float  # until the target
    ahead: int  # jobs of others that have their turn before this one's next
    sharing: int  # jobs that take turns now, all labs together
    message: str  # one sentence, for instance what went wrong; may be empty
    unsaved: str  # one sentence when the last autosave failed
    can_undo_reset: bool
    can_undo_train_on: bool
    can_undo_restore: bool = False
    set_aside: str = ""  # one sentence when something of an earlier autosave cannot be read

    @property
    def active(self) -> bool:
        """Whether training goes on."""
        return self.state in ACTIVE_STATES

    @property
    def crowding(self) -> int:
        """How many times more seldom than alone a page has to look, for then each gets on more slowly.

        In few steps: a page that is to look more or less often is drawn anew for that.
        """
        return next(factor for most, factor in CROWDS if self.sharing <= most)
