"""Memory that is freed stays with the process: arrays of the same sizes are needed again at once."""

import contextlib
import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
KEPT_BYTES = 256 * 2**20
LARGEST_BYTES = 32 * 2**20  # glibc takes no more


def keep_freed_memory() -> None:
    """Have the C library keep what is freed, up to 256 MiB.

    Every operation of a training step makes new arrays. Given back to the system, their pages have to be
    fetched and cleared again for the next step, which takes as long as the arithmetic. Elsewhere than with
    glibc this does nothing.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, LARGEST_BYTES)
