"""A real server with a lab that trains: killed, asked to end, started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from functools import partial
from threading import Event

import psutil
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import connect

from mnistlab.running.autosave import Autosave
from mnistlab.running.registry import folder_name, new_token
from mnistlab.training import train
from tests.conftest import REPOSITORY
from tests.server_app import CONFIG
from tests.small_worker import small_dataset
from tests.test_workers import assert_same

PATIENCE = 120.0
EXIT_SECONDS = 5.0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, what):
    """Ask again and again until something is true, and return it."""
    pause, end = Event(), time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := condition():
            return answer
        pause.wait(0.02)
    raise AssertionError(f"{what} did not come")


class Server:
    """`streamlit run` on a test's page."""

    def __init__(self, folder, token, page="tests/server_app.py"):
        self.lab = folder / folder_name(token)
        self.port = free_port()
        environment = os.environ | {
            "MNISTLAB_STATE_DIR": str(folder),
            "MNISTLAB_TEST_TOKEN": token,
            "PYTHONPATH": str(REPOSITORY),
        }
        options = [
            "--server.port",
            str(self.port),
            "--server.address",
            "127.0.0.1",
            "--server.headless",
            "true",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", page, *options],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self.is_healthy, "the server")

    def is_healthy(self):
        with contextlib.suppress(OSError):
            return (
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=2).status
                == 200
            )

    def opened_page(self):
        """Open the page and return its connection."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        page = connect(f"ws://127.0.0.1:{self.port}/_stcore/stream", max_size=None)
        page.send(message.SerializeToString())
        for _ in range(5):
            page.recv(timeout=PATIENCE)
        return page

    def visit(self):
        """Open the page once and close it again."""
        self.opened_page().close()

    def saved_epoch(self):
        """Return the last epoch on the disk."""
        shelf = Autosave(self.lab).load()
        return shelf.current.epoch if shelf and shelf.current else 0

    def saved_later_than(self, epoch=0):
        return self.saved_epoch() > epoch

    def workers(self):
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def server_on(tmp_path):
    """Start servers on one folder; whatever is left of them ends with the test."""
    servers, token = [], new_token()

    def start():
        servers.append(Server(tmp_path / "state", token))
        return servers[-1]

    yield start
    for server in servers:
        server.process.kill()
        server.process.wait()


def gone(processes):
    _, alive = psutil.wait_procs(processes, timeout=10)
    return not alive


@pytest.mark.slow
def test_a_server_killed_in_mid_epoch_loses_no_finished_epoch_and_goes_on_to_the_same_numbers(server_on):
    server = server_on()
    reached = 0
    for _ in range(3):
        server.visit()
        until(partial(server.saved_later_than, reached), "a saved epoch")
        workers = server.workers()
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        assert gone(workers)
        reached = server.saved_epoch()
        assert reached > 0
        server = server_on()
        assert server.saved_epoch() == reached
    run = Autosave(server.lab).load().current
    epochs = train(CONFIG, small_dataset())
    for metrics, epoch in zip(run.history, epochs, strict=False):
        assert metrics.test.cost == epoch.metrics.test.cost
        assert_same(run.kept[metrics.epoch], epoch.params)
        if metrics.epoch == run.epoch:
            break
    assert_same(run.params, epoch.params)


@pytest.mark.slow
def test_a_server_that_is_asked_to_end_under_an_open_tab_saves_and_is_gone_in_five_seconds(server_on):
    server = server_on()
    page = server.opened_page()
    until(server.saved_later_than, "a saved epoch")
    workers = server.workers()
    assert workers
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(EXIT_SECONDS)
    page.close()
    assert gone(workers)
    assert not list(server.lab.glob("*.tmp"))
    assert Autosave(server.lab).load().current.epoch > 0


@pytest.mark.slow
def test_ctrl_c_ends_server_and_workers(server_on):
    server = server_on()
    server.visit()
    until(server.saved_later_than, "a saved epoch")
    workers = server.workers()
    server.process.send_signal(signal.SIGINT)
    server.process.wait(EXIT_SECONDS)
    assert gone(workers)
