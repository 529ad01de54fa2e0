"""The server probed within seconds, then one download with tensorflow-datasets' manager.

It goes into a folder where only whole files get their names.
"""

import concurrent.futures
import contextlib
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import requests  # what tensorflow-datasets downloads with: both see the same proxies and certificates

from mnistlab.mnist import originals
from mnistlab.mnist.originals import OTHERWISE, DataError, Original

PART_PREFIX, PART_SUFFIX = "mnistlab-", ".part"
TICK_SECONDS = 0.2
MEGABYTE = 1_000_000

Report = Callable[[str, float, str], None]
GZIP_MAGIC = b"\x1f\x8b"
WEB_PAGE = (
    "A web page came instead of MNIST, perhaps the login page of this network: "
    f"log in with a browser and try again, {OTHERWISE}"
)


def download_files(
    files: list[Original], folder: Path, report: Report, stall_seconds: float, deadline: float
) -> None:
    """Download into a part of the folder that nobody trusts, and move what came whole to its place.

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
            _download_into(part, files, report, stall_seconds, deadline)
        finally:
            _move_whole_files(files, part, folder)
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise DataError(
            f"MNIST cannot be written into {folder} ({error.strerror or error}): "
            "make room there, or set TFDS_DATA_DIR to another folder, and try again."
        ) from error


def _sweep(files: list[Original], folder: Path) -> None:
    """Remove what killed downloads left, and damaged files: tensorflow-datasets trusts them by name."""
    for part in folder.glob(f"{PART_PREFIX}*{PART_SUFFIX}"):
        shutil.rmtree(part, ignore_errors=True)
    for file in files:
        for place in (folder, folder.parent):
            (place / file.name_in_tfds).unlink(missing_ok=True)
            (place / f"{file.name_in_tfds}.INFO").unlink(missing_ok=True)


def _check_room(folder: Path, size: int) -> None:
    """Raise what a full disk raises, before the disk is full."""
    if shutil.disk_usage(folder).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _download_into(
    part: Path, files: list[Original], report: Report, stall_seconds: float, deadline: float
) -> None:
    """Run the download in a thread; give up when it stands still or takes too long."""
    download = concurrent.futures.ThreadPoolExecutor(1).submit(_run_manager, files, part)
    size, received, moved_at = sum(file.size for file in files), 0, time.monotonic()
    while not concurrent.futures.wait([download], timeout=TICK_SECONDS).done:
        before, received = received, max(received, _bytes_in(part))
        moved_at = time.monotonic() if received > before else moved_at
        so_far = f"{received / MEGABYTE:.1f} of {size / MEGABYTE:.1f} MB"
        report("downloading", min(1.0, received / size), f"Fetching MNIST: {so_far}.")
        if time.monotonic() - moved_at > stall_seconds:
            raise DataError(f"The download of MNIST stands still at {so_far}: try again, {OTHERWISE}")
        if time.monotonic() > deadline:
            raise DataError(
                f"The download of MNIST takes too long, it is at {so_far}: try again, {OTHERWISE}"
            )
    if error := download.exception():
        raise _explained(error, part) from error


def _run_manager(files: list[Original], part: Path) -> None:
    """Download the files as tensorflow-datasets does, checksums included."""
    from tensorflow_datasets import download

    manager = download.DownloadManager(
        download_dir=part,
        url_infos={file.fetch_url: file.registration() for file in files},
        dataset_name=originals.DATASET,
        force_checksums_validation=True,
    )
    # One by one: after an error nothing goes on. The largest first: when a later one fails, it is kept.
    for file in sorted(files, key=lambda file: -file.size):
        manager.download(file.fetch_url)


def _bytes_in(part: Path) -> int:
    """Return how many bytes of the files have arrived; one may be on its way from folder to folder."""
    received = 0
    for path in part.rglob("*.gz"):
        with contextlib.suppress(OSError):
            received += path.stat().st_size if path.is_file() else 0
    return received


def _move_whole_files(files: list[Original], part: Path, folder: Path) -> None:
    """Move what arrived whole to where tensorflow-datasets looks for it."""
    from tensorflow_datasets.core.download import resource

    for file in files:
        arrived = part / originals.DATASET / resource.get_dl_fname(file.fetch_url, file.sha256)
        place = resource.epath.Path(folder / file.name_in_tfds)
        with contextlib.suppress(DataError):
            originals.verified_bytes(arrived, file)
            arrived.replace(place)
            resource.write_info_file(file.url, place, originals.DATASET, file.name, file.registration())


def _explained(error: BaseException, part: Path) -> Exception:
    """Return the error as a sentence that says what to do; errors of the disk stay what they are."""
    from tensorflow_datasets.core.download.download_manager import NonMatchingChecksumError

    if isinstance(error, NonMatchingChecksumError):
        if _holds_web_page(part):
            return DataError(WEB_PAGE)
        return DataError(
            f"What arrived is not MNIST, its checksum is wrong: try another network, {OTHERWISE}"
        )
    if isinstance(error, requests.exceptions.RequestException):
        return DataError(
            f"The download of MNIST broke off: check the internet connection and try again, {OTHERWISE}"
        )
    if isinstance(error, OSError):
        return error
    return DataError(
        f"The download of MNIST failed ({type(error).__name__}: {error}): try again, {OTHERWISE}"
    )


def _holds_web_page(part: Path) -> bool:
    """Return whether one of the files that arrived begins as HTML does."""
    arrived = [path for path in part.rglob("*.gz") if path.is_file()]
    return any(path.read_bytes().lstrip().startswith(b"<") for path in arrived)


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
        status, beginning = answer.result(timeout=seconds)
    except requests.exceptions.SSLError as error:
        raise DataError(
            f"The connection to the server of MNIST, {host}, is not secure: check this computer's clock, "
            f"log in to the network if it asks for it, and try again, {OTHERWISE}"
        ) from error
    except (requests.exceptions.RequestException, OSError) as error:
        raise DataError(
            f"The server of MNIST, {host}, does not answer: check the internet connection and try again, "
            f"{OTHERWISE}"
        ) from error
    if status != requests.codes.ok:
        raise DataError(
            f"The server of MNIST, {host}, answers with status {status}: try again later, {OTHERWISE}"
        )
    if beginning != GZIP_MAGIC:
        raise DataError(WEB_PAGE)


def _beginning(url: str, seconds: float) -> tuple[int, bytes]:
    """Return the status of the answer and its first two bytes."""
    with requests.get(url, stream=True, timeout=seconds) as response:
        return response.status_code, next(response.iter_content(len(GZIP_MAGIC)), b"")
