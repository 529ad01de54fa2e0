"""Servers of MNIST on this machine: good, dead, slow and lying ones; and a machine without MNIST."""

import contextlib
import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict

import pytest

from mnistlab.data.datasets import load_mnist
from mnistlab.data.mnist import originals
from mnistlab.data.mnist.downloads import Limits
from mnistlab.data.mnist.originals import MnistNotFound
from tests.conftest import MNIST_FOLDER, REPOSITORY

NAMES = tuple(originals.FILE_NAMES.values())
BIG, SMALL = NAMES[0], NAMES[3]
FIRST_TRAIN_LABELS = [4, 1, 0, 7, 8, 1, 2, 7, 1, 6]
QUICK = Limits(probe=3.0, stall=10.0, total=40.0)
IMPATIENT = Limits(probe=1.0, stall=1.0, total=40.0)
PATIENCE = 60.0
ENDLESS = 150_000_000  # bytes

needs_mnist = pytest.mark.skipif(
    not all((MNIST_FOLDER / name).exists() for name in NAMES),
    reason="real MNIST is not at hand (../shared/mnist)",
)


@pytest.fixture
def empty_machine(tmp_path, monkeypatch):
    """A machine on which nothing was ever fetched, and which has no proxy."""
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "MNISTLAB_DATA_DIR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MNISTLAB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    return tmp_path


class Mirror(http.server.ThreadingHTTPServer):
    """A server of MNIST on this machine that answers as the test says."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        """Keep the tests' output clean of clients that hang up."""

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.asked = []  # names, in the order of the requests
        self.num_sent = 0  # bytes of a body that should have been given up
        self.half_sent = threading.Event()  # half of the big file is out
        self.client_left = threading.Event()  # the one who waited for the other half has hung up

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/somewhere/"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.rsplit("/", 1)[-1]
        self.server.asked.append(name)
        self.server.answer(self, name)

    def head(self, length, content_type="application/gzip", status=200):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *args):
        """Keep the tests' output clean."""


def content_of(name):
    """The real file, or what begins like it and has its size."""
    path = MNIST_FOLDER / name
    sizes = {file.name: file.size for file in originals.registered_originals().values()}
    return path.read_bytes() if path.exists() else b"\x1f\x8b".ljust(sizes[name], b"x")


def good(handler, name):
    content = content_of(name)
    handler.head(len(content))
    handler.wfile.write(content)


def half_then_silence(handler, name):
    if name != BIG:
        return good(handler, name)
    content = content_of(name)
    handler.head(len(content))
    handler.wfile.write(content[: len(content) // 2])
    handler.wfile.flush()
    handler.server.half_sent.set()
    with contextlib.suppress(OSError):
        while handler.connection.recv(1000):  # ends when the client hangs up
            pass
    handler.server.client_left.set()
    return None


def half_then_cut(handler, name):
    if name != BIG:
        return good(handler, name)
    content = content_of(name)
    handler.head(len(content))
    handler.wfile.write(content[: len(content) // 2])
    handler.close_connection = True
    return None


def labels_cut(handler, name):
    if name != NAMES[1]:
        return good(handler, name)
    handler.head(len(content_of(name)))
    handler.close_connection = True
    return None


def other_content(handler, name):
    content = bytearray(content_of(name))
    content[-1] ^= 1
    handler.head(len(content))
    handler.wfile.write(content)


def pour(handler, piece):
    """Send more than anybody wants; for the test's sake it does end."""
    with contextlib.suppress(OSError):
        while handler.server.num_sent < ENDLESS:
            handler.wfile.write(piece)
            handler.server.num_sent += len(piece)


def endless(handler, name):
    handler.send_response(200)
    handler.end_headers()
    pour(handler, content_of(name))


def endless_redirect(handler, name):
    if name.startswith("moved-"):
        return good(handler, name.removeprefix("moved-"))
    handler.send_response(302)
    handler.send_header("Location", f"moved-{name}")
    handler.end_headers()
    return pour(handler, content_of(name))


def bomb(handler, name):
    """The big file as one that is small until somebody unpacks it, as its header says."""
    if name != BIG:
        return good(handler, name)
    content = gzip.compress(bytes(ENDLESS), 1)
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    with contextlib.suppress(OSError):
        handler.wfile.write(content)
    return None


def big_file_longer(handler, name):
    content = content_of(name) + b"x" * (name == BIG)
    handler.head(len(content))
    handler.wfile.write(content)


def web_page(handler, name):
    page = b"<!doctype html><title>Welcome to the hotel</title>"
    handler.head(len(page), "text/html")
    handler.wfile.write(page)


def web_page_in_place_of_the_big_file(handler, name):
    (web_page if name == BIG else good)(handler, name)


def error_503(handler, name):
    handler.head(0, status=503)


def no_word(handler, name):
    while handler.connection.recv(1000):
        pass


@pytest.fixture
def mirror(empty_machine, monkeypatch):
    """Start a server that answers in a given way, and make it the place where MNIST is fetched."""
    servers = []

    def start(answer):
        server = Mirror(answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        monkeypatch.setenv("MNISTLAB_MIRROR", server.url)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def until(condition, seconds=PATIENCE):
    """Whether the condition comes true before the time is over."""
    tick, deadline = threading.Event(), time.monotonic() + seconds
    while not (true := condition()) and time.monotonic() < deadline:
        tick.wait(0.02)
    return true


def downloads_folder(machine):
    return machine / "tfds" / "downloads" / "mnist"


def names_in(folder):
    return {path.name for path in folder.rglob("*")} if folder.exists() else set()


def nothing_is_trusted(machine):
    """Neither we nor tensorflow-datasets would take the big file for good."""
    with pytest.raises(MnistNotFound):
        load_mnist()
    big = originals.registered_originals()["train_images"].name_in_tfds
    return not {big, f"{big}.INFO", "mnist.npy"} & (names_in(machine / "tfds") | names_in(machine / "cache"))


def fetching_process():
    return subprocess.Popen(
        [sys.executable, "-m", "mnistlab.data.mnist.fetching", json.dumps(asdict(QUICK)), str(os.getpid())],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
