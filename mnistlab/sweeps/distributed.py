"""Several processes, on one host or on many, that train one sweep together through JAX's own runtime.

When one of them vanishes, that runtime ends the others from within, in the middle of an operation, with pages
of text. So the command is done by a child process: its parent lives on, one clear sentence remains, and the
text goes into a file.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

import jax
import numpy as np
from jax.experimental.multihost_utils import process_allgather

from mnistlab.sweeps.sharding import Spread

START_SECONDS = 120  # until all processes must have come
SILENT_SECONDS = 30  # after which a process that gives no sign of life counts as lost
CHILD = "MNISTLAB_WATCHED"  # in the environment of the child: the number of its parent
OURS = "mnistlab: "  # how a sentence of ours begins
CHATTER = "[Gloo]"


class Place(NamedTuple):
    """Which of the processes this is."""

    coordinator: str  # HOST:PORT where process 0 listens, as all of them reach it
    num_processes: int
    process_id: int


class ProcessLost(Exception):
    """Another process of the sweep ended or cannot be reached."""


def join(place: Place) -> None:
    """Wait for the other processes; from then on their devices are among `jax.devices()`.

    Process 0 listens on the coordinator's address alone, or on JAX_COORDINATOR_BIND_ADDRESS where it cannot
    listen under the address by which the others reach it.

    Raises:
        ProcessLost: They did not all come.
    """
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    try:
        jax.distributed.initialize(
            coordinator_address=place.coordinator,
            num_processes=place.num_processes,
            process_id=place.process_id,
            coordinator_bind_address=os.environ.get("JAX_COORDINATOR_BIND_ADDRESS") or place.coordinator,
            cluster_detection_method="deactivate",
            initialization_timeout=START_SECONDS,
            heartbeat_timeout_seconds=SILENT_SECONDS,
        )
    except RuntimeError as error:
        raise ProcessLost(f"The {place.num_processes} processes did not all come together.") from error


def gathered(rows: np.ndarray, num_networks: int, spread: Spread) -> np.ndarray:
    """Return a row of figures for each network of the sweep, in every process.

    This is the only time that processes talk to each other, so here they notice when one is lost.

    Args:
        rows: Those of the networks in this process, (networks, figures).
        num_networks: How many there are in all.
        spread: Where they are.

    Raises:
        ProcessLost: Another process is gone.
    """
    numbers = spread.numbers(num_networks)
    table = np.zeros((num_networks, rows.shape[1]), np.float32)
    table[numbers.start : numbers.stop] = rows
    try:
        return process_allgather(spread.divided(table, num_networks), tiled=True)[:num_networks]
    except (RuntimeError, ValueError) as error:  # each kind of device has its own
        raise ProcessLost("Another process of the sweep ended or cannot be reached.") from error


def parent_of_child() -> int:
    """Return the number of the process whose child this one is; 0: it is none."""
    return int(os.environ.get(CHILD, 0))


def done_by_child(arguments: Sequence[str], log: Path | None, sentence: str) -> int:
    """Have a command done by a child process and return the exit status.

    Args:
        arguments: Of `python -m mnistlab`.
        log: Where the child's standard error is added; None: nowhere that stays.
        sentence: What to say when the child was ended from within or without.
    """
    with open(log, "a+b") if log else tempfile.TemporaryFile() as errors:
        before = errors.seek(0, os.SEEK_END)  # a file of this name stays as it was
        child = subprocess.Popen(
            [sys.executable, "-m", "mnistlab", *arguments],
            env=os.environ | {CHILD: str(os.getpid())},
            stdin=subprocess.DEVNULL,
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
        errors.seek(before)
        said = errors.read().decode(errors="replace").splitlines()
    own_words = [line for line in said if line.startswith(OURS)]
    if status not in (0, 1, 2) or (status and not own_words):
        own_words = [OURS + sentence]
    print(*own_words, sep="\n", end="\n" if own_words else "", file=sys.stderr, flush=True)
    return status if status in (0, 1, 2) else 1


def end_at_once(sentence: str) -> NoReturn:
    """Say why and end this process without a farewell, which a process that is lost could not answer."""
    print(OURS + sentence, file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(1)
