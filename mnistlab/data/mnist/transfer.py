"""The server probed within seconds, then one download that takes no byte more than MNIST has.

It goes into a folder of its own; only whole files are moved to where tensorflow-datasets keeps its downloads.
"""

import concurrent.futures
import contextlib
import errno
import hashlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests  # what tensorflow-datasets downloads with: both see the same proxies and certificates
import urllib3

from mnistlab.data.mnist import originals
from mnistlab.data.mnist.originals import OTHERWISE, DataError, Original

PART_PREFIX, PART_SUFFIX = "mnistlab-", ".part"
MARKER = "made-by-mnistlab"  # a file in each such folder: others may have folders of such a name
TICK_SECONDS = 0.2
MEGABYTE = 1_000_000
PIECE = 2**14

Report = Callable[[str, float, str], None]
GZIP_MAGIC = b"\x1f\x8b"
AS_THEY_ARE = "identity"  # the content encoding of a body that nothing has to unpack
WEB_PAGE = (
    "A web page came instead of MNIST, perhaps the login page of this network: "
    f"log in with a browser and try again, {OTHERWISE}"
)
FAILURES = requests.exceptions.RequestException, urllib3.exceptions.HTTPError


@dataclass
class Arrived:
    """How much has come; one thread writes it, another one reads it."""

    num_bytes: int = 0


def download_files(
    files: list[Original], folder: Path, report: Report, stall_seconds: float, deadline: float
) -> None:
    """Download into a part of the folder that nobody trusts, and move each file that came whole to its place.

    One process at a time may do this in a folder; what killed ones left is removed first. A download that
    stands still is a thread that never ends: leave the process by `os._exit`.

    Args:
        files: What to download.
        folder: Where tensorflow-datasets keeps the downloads of this data set.
        report: Told "downloading", the fraction that arrived, a sentence.
        stall_seconds: When to give up if not a byte comes.
        deadline: When to give up in any case, in `time.monotonic()` seconds.

    Raises:
        DataError: It did not work; the sentence says why and what to do.
    """
    try:
        _sweep(files, folder)
        _check_room(folder, sum(file.size for file in files))
        part = Path(tempfile.mkdtemp(dir=folder, prefix=PART_PREFIX, suffix=PART_SUFFIX))
        try:
            (part / MARKER).touch()
            _watch(files, part, folder, report, stall_seconds, deadline)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except FAILURES as error:  # some of them are OSErrors
        raise DataError(
            f"The download of MNIST broke off: check the internet connection and try again, {OTHERWISE}"
        ) from error
    except OSError as error:
        raise DataError(
            f"MNIST cannot be written into {folder} ({error.strerror or error}): "
            "make room there, or set TFDS_DATA_DIR to another folder, and try again."
        ) from error


def _sweep(files: list[Original], folder: Path) -> None:
    """Remove what killed downloads left, and damaged files: tensorflow-datasets trusts them by name."""
    for part in folder.glob(f"{PART_PREFIX}*{PART_SUFFIX}"):
        if (part / MARKER).is_file():
            shutil.rmtree(part, ignore_errors=True)
    for file in files:
        for place in (folder, folder.parent):
            (place / file.name_in_tfds).unlink(missing_ok=True)
            (place / f"{file.name_in_tfds}.INFO").unlink(missing_ok=True)


def _check_room(folder: Path, size: int) -> None:
    """Raise what a full disk raises, before the disk is full."""
    if shutil.disk_usage(folder).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _watch(
    files: list[Original], part: Path, folder: Path, report: Report, stall_seconds: float, deadline: float
) -> None:
    """Run the download in a thread; give up when it stands still or takes too long."""
    arrived = Arrived()
    download = concurrent.futures.ThreadPoolExecutor(1).submit(_fetch_all, files, part, folder, arrived)
    size, received, moved_at = sum(file.size for file in files), 0, time.monotonic()
    while not concurrent.futures.wait([download], timeout=TICK_SECONDS).done:
        before, received = received, arrived.num_bytes
        moved_at = time.monotonic() if received > before else moved_at
        so_far = f"{received / MEGABYTE:.1f} of {size / MEGABYTE:.1f} MB"
        report("downloading", min(1.0, received / size), f"Fetching MNIST: {so_far}.")
        if time.monotonic() - moved_at > stall_seconds:
            raise DataError(f"The download of MNIST stands still at {so_far}: try again, {OTHERWISE}")
        if time.monotonic() > deadline:
            raise DataError(
                f"The download of MNIST takes too long, it is at {so_far}: try again, {OTHERWISE}"
            )
    download.result()


def _fetch_all(files: list[Original], part: Path, folder: Path, arrived: Arrived) -> None:
    """Download the files one by one, the largest first: when a later one fails, it is kept."""
    from tensorflow_datasets.core.download import resource

    for file in sorted(files, key=lambda file: -file.size):
        place = resource.epath.Path(folder / file.name_in_tfds)
        _fetch(file, part / file.name, arrived).replace(place)
        resource.write_info_file(file.url, place, originals.DATASET, file.name, file.registration())


def _fetch(file: Original, path: Path, arrived: Arrived) -> Path:
    """Download one file to a path and return that, if it is the registered one."""
    digest, left = hashlib.sha256(), file.size + 1  # one byte too many tells that it is another file
    with _answer(file.fetch_url) as body, path.open("w+b") as target:
        while piece := body.read(min(PIECE, left)):
            target.write(piece)
            digest.update(piece)
            left -= len(piece)
            arrived.num_bytes += len(piece)
        target.seek(0)
        if target.read(PIECE).lstrip().startswith(b"<"):
            raise DataError(WEB_PAGE)
    if digest.hexdigest() != file.sha256:
        wrong = "checksum" if left == 1 else "size"
        raise DataError(f"What arrived is not MNIST, its {wrong} is wrong: try another network, {OTHERWISE}")
    return path


def check_server(url: str, seconds: float) -> None:
    """Return if the server begins to hand out the gzip file at `url`.

    Args:
        url: A small file: a few kB of it may travel.
        seconds: How long the verdict may take, looking up the name included.

    Raises:
        DataError: The server is out of reach, refuses, or something else answers in its place.
    """
    host = urlsplit(url).hostname
    # In a thread: no time-out of its own ends the look-up of a name.
    answer = concurrent.futures.ThreadPoolExecutor(1).submit(_beginning, url, seconds)
    try:
        beginning = answer.result(timeout=seconds)
    except requests.exceptions.SSLError as error:
        raise DataError(
            f"The connection to the server of MNIST, {host}, is not secure: check this computer's clock, "
            f"log in to the network if it asks for it, and try again, {OTHERWISE}"
        ) from error
    except (*FAILURES, OSError) as error:
        raise DataError(
            f"The server of MNIST, {host}, does not answer: check the internet connection and try again, "
            f"{OTHERWISE}"
        ) from error
    if beginning != GZIP_MAGIC:
        raise DataError(WEB_PAGE)


def _beginning(url: str, seconds: float) -> bytes:
    """Return the first two bytes at an address."""
    with _answer(url, seconds) as body:
        return body.read(len(GZIP_MAGIC))


@contextlib.contextmanager
def _answer(url: str, seconds: float | None = None) -> Iterator[Any]:
    """Yield the body of a server's answer, to be read byte by byte as it was sent.

    Args:
        url: What to ask for.
        seconds: How long the server may be silent; None: for ever.

    Raises:
        DataError: The server refuses, or sends something that has to be unpacked, to any size.
    """
    with requests.get(
        url,
        headers={"Accept-Encoding": AS_THEY_ARE},
        stream=True,
        timeout=seconds,
        hooks={"response": _without_body_of_redirect},
    ) as answer:
        server, encoding = urlsplit(url).hostname, answer.headers.get("Content-Encoding", AS_THEY_ARE)
        if answer.status_code != requests.codes.ok:
            raise DataError(
                f"The server of MNIST, {server}, answers with status {answer.status_code}: "
                f"try again later, {OTHERWISE}"
            )
        if encoding.strip().lower() not in (AS_THEY_ARE, ""):
            raise DataError(
                f"The server of MNIST, {server}, must send the files as they are, not encoded as "
                f"{encoding[:20]!r}: try another network, {OTHERWISE}"
            )
        yield answer.raw


def _without_body_of_redirect(answer: requests.Response, **_: Any) -> None:
    """Keep requests from reading what comes with a redirect, which it would to the end, wherever that is."""
    if answer.is_redirect:
        answer.close()
        answer.raw = io.BytesIO()
