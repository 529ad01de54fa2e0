"""Sessions of closed tabs leave the memory of the server although nobody else comes or goes."""

import re
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mnistlab.jobs.labs import new_token
from mnistlab.ui import closed_tabs
from tests.test_server_faults import PATIENCE, Server, until


class Loop:
    """An event loop that only takes note of what it is to do later."""

    def __init__(self):
        self.later = []

    def call_later(self, seconds, call, *args):
        self.later.append((seconds, call, args))


def counted(page):
    """Have the page drawn and return how many sessions it says there are."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    page.send(message.SerializeToString())
    while True:
        told = ForwardMsg.FromString(page.recv(timeout=PATIENCE))
        if found := re.search(r"sessions: (\d+)", str(told)):
            return int(found[1])


@pytest.mark.slow
def test_sessions_of_closed_tabs_are_forgotten_while_somebody_stays(tmp_path):
    server = Server(tmp_path, new_token(), page="tests/closing_app.py")
    try:
        stays = server.opened_page()
        others = [server.opened_page() for _ in range(5)]
        assert counted(stays) == 6
        for page in others:
            page.close()
        until(lambda: counted(stays) == 1, "the end of the sessions that were closed")
    finally:
        server.process.kill()
        server.process.wait()


def test_a_streamlit_that_keeps_sessions_elsewhere_only_gets_a_line_in_the_log(caplog):
    loop = Loop()
    closed_tabs.sweep(SimpleNamespace(), loop)
    assert loop.later == []
    assert "not swept" in caplog.text
