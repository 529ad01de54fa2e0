"""Several processes, on one host or on many, that train one sweep together through JAX's own runtime."""

import os

import jax
import numpy as np
from jax.experimental.multihost_utils import process_allgather

from mnistlab.sweeps.arguments import Place
from mnistlab.sweeps.sharding import Spread

START_SECONDS = 120  # until all processes must have come
SILENT_SECONDS = 30  # after which a process that gives no sign of life counts as lost


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
