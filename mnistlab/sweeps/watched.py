"""A command done by a child process, so that one clear sentence remains whatever ends it.

When another process of a sweep vanishes, JAX's runtime ends this one from within, in the middle of an
operation, with pages of text. Here the parent lives on, and the text goes into a file.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

CHILD = "MNISTLAB_WATCHED"  # set in the environment of the child
OURS = "mnistlab: "  # how a sentence of ours begins
CHATTER = "[Gloo]"


def is_child() -> bool:
    """Return whether this process is the child."""
    return CHILD in os.environ


def done_by_child(arguments: Sequence[str], log: Path | None, sentence: str) -> int:
    """Have a command done by a child process and return the exit status.

    Args:
        arguments: Of `python -m mnistlab`.
        log: Where the child's standard error goes; None: nowhere that stays.
        sentence: What to say when the child was ended from within or without.
    """
    with open(log, "w+b") if log else tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "mnistlab", *arguments],
            env=os.environ | {CHILD: "1"},
            stdin=subprocess.PIPE,  # its end tells the child that we are gone
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            for line in child.stdout or ():
                if not line.startswith(CHATTER):
                    print(line, end="", flush=True)
            status = child.wait()
        finally:
            child.kill()
            child.wait()
        errors.seek(0)
        said = errors.read().decode(errors="replace").splitlines()
    own_words = [line for line in said if line.startswith(OURS)]
    if status not in (0, 1, 2) or (status and not own_words):
        own_words = [OURS + sentence]
    print(*own_words, sep="\n", end="\n" if own_words else "", file=sys.stderr, flush=True)
    return status if status in (0, 1, 2) else 1


def end_with_parent() -> None:
    """End this child process when its parent is gone."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, name="mnistlab-parent", daemon=True).start()


def end_at_once(sentence: str) -> NoReturn:
    """Say why and end this process without a farewell, which a process that is lost could not answer."""
    print(OURS + sentence, file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(1)
