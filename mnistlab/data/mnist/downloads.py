"""Getting MNIST from the internet, in a process of its own, watched from here."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from mnistlab.data.datasets import Dataset, load_mnist
from mnistlab.data.mnist.originals import OTHERWISE, DataError, MnistNotFound

STATES = ("idle", "probing", "downloading", "unpacking", "ready", "failed")
GRACE_SECONDS = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a download may take, in seconds."""

    probe: float = 5.0  # until the server answers
    stall: float = 30.0  # without a single byte
    total: float = 900.0  # 11.6 MB at 13 kB a second


class DownloadStatus(NamedTuple):
    """How far the download is."""

    state: str  # one of STATES
    fraction: float  # of the bytes, 0..1
    message: str  # one sentence for the screen


IDLE = DownloadStatus("idle", 0.0, "MNIST was not asked for yet.")
READY = DownloadStatus("ready", 1.0, "MNIST is here; its checksums were verified.")
ENDED = DownloadStatus("failed", 0.0, f"The download of MNIST was ended from outside: try again, {OTHERWISE}")


def download_mnist(
    progress: Callable[[DownloadStatus], None] | None = None, limits: Limits | None = None
) -> Dataset:
    """Return MNIST, fetched from the internet where it is not on this machine yet.

    Args:
        progress: Called with every new status, from the calling thread.
        limits: How long it may take.

    Raises:
        DataError: It cannot be had; the sentence says why and what to do.
    """
    try:
        return load_mnist()
    except MnistNotFound:
        last = ENDED
    with _child(limits or Limits()) as reports:
        for last in reports:
            if progress and last.state not in ("ready", "failed"):
                progress(last)
    if last.state != "ready":
        raise DataError((last if last.state == "failed" else ENDED).message)
    return load_mnist()


@contextlib.contextmanager
def _child(limits: Limits) -> Iterator[Iterator[DownloadStatus]]:
    """Yield the reports of a process that fetches MNIST; it ends with this block, or with this process."""
    home = str(Path(__file__).parents[3])
    paths = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    child = subprocess.Popen(
        [sys.executable, "-m", "mnistlab.data.mnist.fetching", json.dumps(asdict(limits)), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"},
    )
    # It keeps its limits by itself; this one is for a child that hangs where it cannot.
    last_resort = threading.Timer(limits.total + GRACE_SECONDS, child.kill)
    last_resort.daemon = True
    last_resort.start()
    try:
        yield _reports(child.stdout or ())
    finally:
        last_resort.cancel()
        child.kill()
        child.communicate()


def _reports(lines: Iterable[str]) -> Iterator[DownloadStatus]:
    """Return the child's lines as records; what a library printed among them is passed over."""
    for line in lines:
        with contextlib.suppress(ValueError, TypeError):
            status = DownloadStatus(*json.loads(line))
            if status.state in STATES:
                yield status


class Download:
    """One download in the background, however many people ask for it."""

    def __init__(self, limits: Limits | None = None):
        self._limits = limits
        self._lock = threading.Lock()
        self._status = IDLE

    def start(self) -> None:
        """Begin, unless it was begun before; returns at once."""
        self._begin_from("idle")

    def retry(self) -> None:
        """Begin again after a failure; returns at once."""
        self._begin_from("idle", "failed")

    def status(self) -> DownloadStatus:
        """Return how far it is."""
        return self._status

    def _begin_from(self, *states: str) -> None:
        """Begin if the state is one of these."""
        with self._lock:
            if self._status.state not in states:
                return
            self._status = DownloadStatus("probing", 0.0, "Looking for MNIST.")
            threading.Thread(target=self._run, name="mnist-download", daemon=True).start()

    def _run(self) -> None:
        """Download, and end as ready or failed whatever happens."""
        try:
            download_mnist(self._report, self._limits)
            self._status = READY
        except DataError as error:
            self._status = DownloadStatus("failed", 0.0, str(error))
        except Exception:
            log.exception("The download of MNIST failed.")
            self._status = ENDED

    def _report(self, status: DownloadStatus) -> None:
        """Keep the latest status."""
        self._status = status


_DOWNLOAD = Download()


def mnist_download() -> Download:
    """Return the download of this process."""
    return _DOWNLOAD
