"""The process that fetches MNIST and tells its parent, line by line, how far it is.

`python -m mnistlab.data.mnist.fetching LIMITS PARENT`, a JSON object and the number of the process that asks:
each line on standard output is a JSON list (state, fraction, message), the last one "ready" or "failed". It
keeps its limits by itself and ends with that process.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import filelock

from mnistlab.data.datasets import load_mnist
from mnistlab.data.mnist import originals
from mnistlab.data.mnist.downloads import READY, Limits
from mnistlab.data.mnist.originals import OTHERWISE, DataError, Original
from mnistlab.data.mnist.transfer import TICK_SECONDS, Report, check_server, download_files
from mnistlab.operating_system import end_with

LOCK_NAME = "mnistlab.lock"


def fetch(report: Report, limits: Limits) -> None:
    """Bring MNIST's four files into the folder of tensorflow-datasets' downloads, and unpack them.

    Args:
        report: Told the state ("probing", "downloading", "unpacking"), the fraction that arrived, a sentence.
        limits: How long it may take.

    Raises:
        DataError: It did not work; the sentence says why and what to do.
    """
    deadline = time.monotonic() + limits.total
    report("probing", 0.0, "Asking the server of MNIST.")
    if missing := _missing():
        check_server(min(missing, key=lambda file: file.size).fetch_url, limits.probe)
    with _turn(report, deadline) as folder:
        if missing := _missing():
            download_files(missing, folder, report, limits.stall, deadline)
        report("unpacking", 1.0, "Checking and unpacking MNIST.")
        load_mnist()


def _missing() -> list[Original]:
    """Return the files of which no whole download lies on this machine."""
    return [
        file for file in originals.registered_originals().values() if not originals.downloaded_bytes(file)
    ]


@contextlib.contextmanager
def _turn(report: Report, deadline: float) -> Iterator[Path]:
    """Yield the first folder for downloads that can be written, while no other process has it."""
    for folder in (originals.download_folders()[0], originals.download_folders()[-1]):
        lock = filelock.FileLock(folder / LOCK_NAME)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _acquire(lock, report, deadline)
        except filelock.Timeout as error:
            raise DataError(
                f"Another download of MNIST does not end: stop it and try again, {OTHERWISE}"
            ) from error
        except OSError:
            continue
        try:
            yield folder
        finally:
            lock.release()
        return
    raise DataError(
        "No folder for MNIST can be written: set MNISTLAB_CACHE_DIR to one that can, and try again."
    )


def _acquire(lock: filelock.BaseFileLock, report: Report, deadline: float) -> None:
    """Take the lock, and say so if that means waiting."""
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        report("downloading", 0.0, "Another copy of the lab is fetching MNIST already; waiting for it.")
        lock.acquire(timeout=max(0.0, deadline - time.monotonic()), poll_interval=TICK_SECONDS)


def _tell(state: str, fraction: float, message: str) -> None:
    """Write one line to the parent."""
    print(json.dumps([state, fraction, message]), flush=True)


def main() -> None:
    """Fetch MNIST for the parent process."""
    limits = Limits(**json.loads(sys.argv[1]))
    end_with(int(sys.argv[2]))
    try:
        fetch(_tell, limits)
        _tell(*READY)
    except DataError as error:
        _tell("failed", 0.0, str(error))
    except Exception as error:
        cause = f"{type(error).__name__}: {error}"
        _tell("failed", 0.0, f"MNIST cannot be fetched ({cause}): try again, {OTHERWISE}")
    os._exit(0)  # a stalled download is a thread that never ends


if __name__ == "__main__":
    main()
