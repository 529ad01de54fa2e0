"""A session that comes back after its connection was lost does not look for source files to watch."""

import re

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from mnistlab.jobs.labs import new_token
from tests.test_server_faults import PATIENCE, Server


def visited(server, session=""):
    """Open the page, as the session that was there before if one is given; return its name and its text."""
    protocols = ["streamlit", "xsrf", *filter(None, [session])]
    with connect(f"ws://127.0.0.1:{server.port}/_stcore/stream", subprotocols=protocols) as page:
        message = BackMsg()
        message.rerun_script.query_string = ""
        page.send(message.SerializeToString())
        while True:
            told = ForwardMsg.FromString(page.recv(timeout=PATIENCE))
            if told.WhichOneof("type") == "new_session":
                session = told.new_session.initialize.session_id
            if found := re.search(r"visit \d+, watching: \d+", str(told)):
                return session, found[0]


@pytest.mark.slow
def test_neither_a_new_session_nor_one_that_comes_back_watches_files(tmp_path):
    server = Server(tmp_path, new_token(), page="tests/returning_app.py")
    try:
        session, text = visited(server)
        assert text == "visit 1, watching: 0"
        assert visited(server, session) == (session, "visit 2, watching: 0")
    finally:
        server.process.kill()
        server.process.wait()
