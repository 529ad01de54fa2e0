"""Have pieces of bytes made by child processes, so that this process stays free."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MOST_CHILDREN = 4


def pieces(module: str, number: int, size: int) -> Iterator[bytes | None]:
    """Yield the pieces in order; None for one that its child did not deliver, whatever the reason.

    Args:
        module: Run as `python -m module FIRST STEP`, it writes the pieces FIRST, FIRST + STEP, ... to its
            standard output.
        number: Of the pieces.
        size: Bytes of each piece.
    """
    count = min(MOST_CHILDREN, os.cpu_count() or 1)
    children = [_child(module, first, count) for first in range(count)]
    try:
        for piece in range(number):
            child = children[piece % count]
            received = child.stdout.read(size) if child and child.stdout else b""
            yield received if len(received) == size else None
    finally:
        for child in filter(None, children):
            child.terminate()
            child.communicate()


def _child(module: str, first: int, step: int) -> subprocess.Popen | None:
    """Return a child at work on every step-th piece, or None where none can be started."""
    root = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])),
        "OPENBLAS_NUM_THREADS": "1",  # the matrices are small: threads would only wait for each other
    }
    try:
        return subprocess.Popen(
            [sys.executable, "-m", module, str(first), str(step)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
    except OSError:
        return None
