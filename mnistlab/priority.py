"""How work that can wait steps back behind what a person waits for."""

import contextlib
import os
from pathlib import Path

NICENESS = 10  # under load about a tenth of what others get
GROUP = Path("/proc/self/autogroup")


def let_others_go_first() -> None:
    """Lower the priority of this process for the rest of its life.

    A Linux that shares out the processor by sessions looks at the niceness of a process only against others
    of its own session; one that leads a session lowers that too. Where neither can be done, nothing happens.
    """
    if not hasattr(os, "nice"):
        return
    os.nice(NICENESS)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            GROUP.write_text(str(NICENESS))
