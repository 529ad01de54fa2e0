"""A log that strangers cannot fill, and a server that is well again when they are gone."""

import logging
import socket
import time
import urllib.request
from contextlib import suppress

import pytest
import streamlit as st
import streamlit.logger

from mnistlab.ui.log import EVERY_SECONDS, LOGGERS, MAX_KINDS, LogLimit, limit_log
from tests.server import Server

resource = pytest.importorskip("resource", reason="this system has no limit of descriptors to lower")

DESCRIPTORS = 150
PATIENCE = 60.0
NO_DESCRIPTOR = "socket.accept() out of system resource"


@pytest.fixture
def said():
    """A logger with the limit, its clock, and what passed."""

    class Said(logging.Handler):
        def __init__(self):
            super().__init__()
            self.lines, self.now = [], 0.0
            self.logger = logging.Logger("of the test")
            self.logger.addHandler(self)
            self.logger.addFilter(LogLimit(lambda: self.now))

        def emit(self, record):
            self.lines.append(self.format(record))

    return Said()


def refuse(logger, place):
    try:
        raise OSError(24, "Too many open files")
    except OSError:
        logger.error(f"{NO_DESCRIPTOR}\nsocket: <{place} 100%>", exc_info=True)


def test_what_the_system_refuses_is_a_line_a_minute_with_the_number_left_out(said):
    for place in range(1000):
        refuse(said.logger, place)
    said.now = EVERY_SECONDS + 1
    refuse(said.logger, 0)
    line = f"{NO_DESCRIPTOR}: [Errno 24] Too many open files"
    assert said.lines == [line, f"{line} (999 more like it since this was last said)"]


def test_another_kind_is_not_held_back_and_keeps_its_traceback(said):
    for error in (KeyError("a"), ValueError("b"), KeyError("c")):
        said.logger.error("Exception in %s", "app", exc_info=error)
    said.logger.warning("Invalid HTTP request received.")
    for _ in range(3):
        said.logger.info("Started")
    first, second, *others = said.lines
    assert first.splitlines() == ["Exception in app", "KeyError: 'a'"]
    assert second.splitlines() == ["Exception in app", "ValueError: b"]
    assert others == ["Invalid HTTP request received.", *["Started"] * 3]


def test_the_kinds_that_are_remembered_are_bounded(said):
    for number in range(10 * MAX_KINDS):
        said.logger.error(f"kind {number}")
    (limit,) = said.logger.filters
    assert len(limit._passed) <= MAX_KINDS


def test_what_streamlit_says_of_strangers_is_limited_in_each_of_its_modules():
    limit_log()
    module = logging.getLogger(st.logger.get_logger("streamlit.web.server").name)
    module.addHandler(heard := Heard())
    limit_log()
    for _ in range(100):
        module.warning("Received a message to end the server. Ignored.")
    module.removeHandler(heard)
    assert heard.count == 1


class Heard(logging.Handler):
    """Counts what is logged."""

    count = 0

    def emit(self, record):
        self.count += 1


def test_the_limit_is_set_once_however_often_the_lab_starts():
    for _ in range(3):
        limit_log()
    for name in LOGGERS:
        assert [type(each) for each in logging.getLogger(name).filters].count(LogLimit) == 1


@pytest.fixture
def narrow(tmp_path):
    """A server that may open few files and connections."""
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, most))
    try:
        server = Server(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (usual, most))
    yield server
    server.process.kill()
    server.process.wait()


@pytest.mark.slow
def test_half_open_requests_that_take_all_descriptors_leave_one_line_and_a_server_that_answers(narrow):
    before, halves = len(narrow.log()), []
    for _ in range(2 * DESCRIPTORS):
        halves.append(socket.create_connection(("127.0.0.1", narrow.port)))
        halves[-1].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    deadline = time.monotonic() + PATIENCE
    while NO_DESCRIPTOR not in narrow.log() and time.monotonic() < deadline:
        with suppress(OSError):
            urllib.request.urlopen(f"{narrow.url}/_stcore/health", timeout=0.5)
    for half in halves:
        half.close()
    with urllib.request.urlopen(f"{narrow.url}/_stcore/health", timeout=PATIENCE) as answer:
        assert answer.status == 200
    (line,) = narrow.log()[before:].splitlines()
    assert line.startswith(NO_DESCRIPTOR)
