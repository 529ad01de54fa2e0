"""Whether a server hands out gzip files, found out within seconds."""

import concurrent.futures
from urllib.parse import urlsplit

import requests  # what tensorflow-datasets downloads with: both see the same proxies and certificates

from mnistlab.mnist.originals import OTHERWISE, DataError

GZIP_MAGIC = b"\x1f\x8b"
WEB_PAGE = (
    "A web page came instead of MNIST, perhaps the login page of this network: "
    f"log in with a browser and try again, {OTHERWISE}"
)


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
