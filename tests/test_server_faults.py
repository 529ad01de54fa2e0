"""A real server with a lab that trains: killed, asked to end, started again."""

import contextlib
import hashlib
import os
import random
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

from mnistlab.files.atomic_file import UNFINISHED
from mnistlab.jobs.autosave import INDEX, Autosave
from mnistlab.jobs.labs import folder_name, new_token
from mnistlab.training import train
from tests.conftest import REPOSITORY
from tests.server_app import CONFIG
from tests.small_worker import small_dataset
from tests.test_workers import assert_same

PATIENCE = 120.0
EXIT_SECONDS = 5.0
PARTS = (".network", ".run", INDEX)  # of a save, in the order in which they are written


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
        servers.append(Server(tmp_path / "Zoë 数", token))
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
    assert_undisturbed(Autosave(server.lab).load().current)


def assert_undisturbed(run):
    """Fail unless a run is, to the last bit, what a training makes that nobody kills."""
    epochs = train(CONFIG, small_dataset())
    for metrics, epoch in zip(run.history, epochs, strict=False):
        assert metrics.test.cost == epoch.metrics.test.cost
        if metrics.epoch in run.kept:
            assert_same(run.kept[metrics.epoch], epoch.params)
        if metrics.epoch == run.epoch:
            break
    assert_same(run.params, epoch.params)


def unfinished(lab, part=""):
    """Return the files of a lab that are being written, or were when the server was killed."""
    with contextlib.suppress(FileNotFoundError):
        return [name for name in os.listdir(lab) if name.endswith(UNFINISHED) and part in name]
    return []


def killed_in_a_save(server, part, delay):
    """Kill a server when it writes a part of a lab, or a little later; return what it left unfinished."""
    end = time.monotonic() + PATIENCE
    while not unfinished(server.lab, part):
        assert time.monotonic() < end, "nothing was saved"
    Event().wait(delay)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    return unfinished(server.lab)


def assert_nothing_torn(lab):
    """Fail unless each file of a lab that is not marked as unfinished is what its name says."""
    for path in lab.iterdir():
        if path.suffix in (".run", ".network"):
            assert hashlib.sha256(path.read_bytes()).hexdigest()[:32] == path.stem
        else:
            assert path.name == INDEX or path.suffix == UNFINISHED


def kill_in_saves(server_on, kills):
    """Kill servers in the midst of saves of a lab; return how many left a file behind unfinished."""
    order, reached, caught = random.Random(4), 0, 0
    server = server_on()
    for number in range(kills):
        server.visit()
        until(partial(server.saved_later_than, reached), "a saved epoch")
        part = PARTS[number % len(PARTS)]
        caught += bool(killed_in_a_save(server, part, order.choice((0.0, 0.0, 0.001, 0.003))))
        assert_nothing_torn(server.lab)
        saved = server.saved_epoch()
        assert saved > reached
        reached = saved
        server = server_on()
    server.visit()
    until(partial(server.saved_later_than, reached), "a saved epoch")
    until(lambda: not unfinished(server.lab), "the end of what was left unfinished")
    run = Autosave(server.lab).load().current
    assert [metrics.epoch for metrics in run.history] == list(range(run.epoch + 1))
    assert_undisturbed(run)
    return caught


@pytest.mark.slow
def test_a_server_killed_in_the_midst_of_saves_leaves_one_whole_lab_each_time(server_on):
    assert kill_in_saves(server_on, 4) >= 1


@pytest.mark.soak
def test_a_server_killed_a_hundred_times_in_saves_leaves_one_whole_lab_each_time(server_on):
    assert kill_in_saves(server_on, 100) >= 30


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
