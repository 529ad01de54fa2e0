"""An exception that no page catches: a sentence with a reference, the rest in the log, other pages work."""

import os
import re
import subprocess
import sys

import pytest
from google.protobuf import text_format
from streamlit import config, error_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import fragment
from streamlit.runtime.scriptrunner import exec_code
from streamlit.testing.v1 import AppTest
from websockets.sync.client import connect

from mnistlab.ui import mishap
from tests.conftest import REPOSITORY
from tests.test_server_faults import PATIENCE, Server, free_port, until

BEGINNING = """
import streamlit as st

from mnistlab.ui.lab_session import prepare_server

prepare_server()
"""
FAIL = r"""
def fail():
    raise ValueError("Grüße\nMishap deadbeef: forged\r\x1b[2J\u2028Mishap deadbeef: forged")
"""
PAGES = {
    "whole": 'st.text("all is well")',
    "stopped": 'st.text("as far as here")\nst.stop()',
    "broken": 'st.text("as far as here")\nfail()',
    "callback": 'st.button("Press", on_click=fail)',
    "fragment": """
st.text("around it")

@st.fragment
def figures():
    st.session_state["draws"] = st.session_state.get("draws", 0) + 1
    st.text("in it")
    if st.session_state["draws"] == 2:
        fail()

figures()
""",
}
SENTENCE = r"Something went wrong on this page\. .* reference `([0-9a-f]{8})`\."


class LoggedServer(Server):
    """`streamlit run` on pages of a test's own, without details on the screen; it keeps what it writes."""

    def __init__(self, folder):
        (folder / "pages").mkdir()
        for name, page in PAGES.items():
            (folder / "pages" / f"{name}.py").write_text(BEGINNING + FAIL + page, encoding="utf-8")
        (folder / "home.py").write_text("", encoding="utf-8")
        self.port, self.log_path = free_port(), folder / "log.txt"
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
        environment["STREAMLIT_CLIENT_SHOW_ERROR_DETAILS"] = "none"
        options = [f"--server.port={self.port}", "--server.address=127.0.0.1", "--server.headless=true"]
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", str(folder / "home.py"), *options],
                cwd=REPOSITORY,
                env=environment,
                stdout=log,
                stderr=log,
            )
        until(self.is_healthy, "the server")

    def log(self):
        return self.log_path.read_text(encoding="utf-8")

    def tab(self):
        return Tab(connect(f"ws://127.0.0.1:{self.port}/_stcore/stream", max_size=None))


class Tab:
    """A browser's tab, as the server sees it."""

    def __init__(self, connection):
        self.connection = connection

    def draw(self, page, fragment="", pressed=""):
        """Have a page, or a fragment of it, drawn; return the messages that came."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.fragment_id = fragment
        if pressed:
            message.rerun_script.widget_states.widgets.add(id=pressed, trigger_value=True)
        self.connection.send(message.SerializeToString())
        told = []
        while not told or told[-1].WhichOneof("type") != "script_finished":
            told.append(ForwardMsg.FromString(self.connection.recv(timeout=PATIENCE)))
        return told


def drawn(told, kind):
    """Return the elements of one kind with the messages that they came in."""
    deltas = [each for each in told if each.WhichOneof("type") == "delta"]
    return [each for each in deltas if each.delta.new_element.WhichOneof("type") == kind]


def texts(told):
    return [each.delta.new_element.text.body for each in drawn(told, "text")]


def boxes(told):
    return [each.delta.new_element.exception for each in drawn(told, "exception")]


def reference_in(told):
    """Return the reference in the one sentence about a mishap; nothing else tells of it."""
    (box,) = boxes(told)
    assert not box.type
    assert not box.stack_trace
    assert not re.search("traceback|ValueError|Grüße|forged", text_of(told), re.IGNORECASE)
    found = re.fullmatch(SENTENCE, box.message)
    assert found, box.message
    return found[1]


def text_of(told):
    """Return all that the server told, with the letters of any language as they are."""
    return "\n".join(text_format.MessageToString(each, as_utf8=True) for each in told)


def assert_logged(log, reference):
    """Fail unless the log has one line with a reference, type and message, and then the traceback."""
    lines = log.split("\n")
    (at,) = [number for number, line in enumerate(lines) if reference in line]
    assert lines[at].startswith(f"Mishap {reference}: ValueError: Grüße Mishap deadbeef: forged")
    assert lines[at + 1] == "    Traceback (most recent call last):"
    assert "    ValueError: Grüße" in lines[at:]
    assert log.count("Traceback") == len(re.findall("^Mishap", log, re.MULTILINE))
    assert not re.search("^Mishap deadbeef|\r|\x1b|\u2028", log, re.MULTILINE)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = LoggedServer(tmp_path_factory.mktemp("mishaps"))
    yield server
    server.process.kill()
    server.process.wait()


@pytest.mark.slow
def test_the_first_page_of_a_server_fails_with_a_sentence_and_the_others_work(server):
    tab = server.tab()
    told = tab.draw("broken")
    assert texts(told) == ["as far as here"]
    assert_logged(server.log(), reference_in(told))
    assert texts(tab.draw("whole")) == ["all is well"]
    assert texts(server.tab().draw("whole")) == ["all is well"]


@pytest.mark.slow
def test_a_fragment_that_fails_says_so_in_its_own_place(server):
    tab = server.tab()
    first = tab.draw("fragment")
    assert texts(first) == ["around it", "in it"]
    figures = drawn(first, "text")[1].delta.fragment_id
    again = tab.draw("fragment", fragment=figures)
    assert texts(again) == ["in it"]
    assert_logged(server.log(), reference_in(again))
    assert {each.delta.fragment_id for each in drawn(again, "exception")} == {figures}
    assert texts(tab.draw("fragment", fragment=figures)) == ["in it"]


@pytest.mark.slow
def test_a_callback_that_fails_says_so_and_the_page_can_be_drawn_again(server):
    tab = server.tab()
    (button,) = drawn(tab.draw("callback"), "button")
    told = tab.draw("callback", pressed=button.delta.new_element.button.id)
    assert_logged(server.log(), reference_in(told))
    again = tab.draw("callback")
    assert drawn(again, "button")
    assert boxes(again) == []


@pytest.mark.slow
def test_each_mishap_has_a_reference_of_its_own_and_a_page_that_stops_is_none(server):
    tab = server.tab()
    assert reference_in(tab.draw("broken")) != reference_in(tab.draw("broken"))
    before = server.log()
    told = tab.draw("stopped")
    assert texts(told) == ["as far as here"]
    assert boxes(told) == []
    assert server.log() == before


def broken_page(monkeypatch, details):
    """Return a page that fails, in this process, as Streamlit draws it when it shows these details."""
    original, option = error_util.handle_user_script_exception, config.get_option
    for module in (exec_code, fragment):
        monkeypatch.setattr(module, "handle_user_script_exception", original)
    asked = {"client.showErrorDetails": details}
    monkeypatch.setattr(config, "get_option", lambda key: asked.get(key) or option(key))
    page = BEGINNING.replace("prepare_server", "report_mishaps").replace("ui.lab", "ui.mishap")
    return AppTest.from_string(page + FAIL + PAGES["broken"], default_timeout=PATIENCE).run()


def test_where_details_are_asked_for_streamlit_shows_them(monkeypatch):
    (box,) = broken_page(monkeypatch, "full").exception
    assert box.message.startswith("Grüße")
    assert box.stack_trace


def test_the_tests_of_pages_see_a_mishap_as_an_exception(monkeypatch):
    (box,) = broken_page(monkeypatch, "none").exception
    assert re.fullmatch(SENTENCE, box.message)
    assert not box.stack_trace


class Mute(Exception):
    def __str__(self):
        raise ValueError


def test_a_message_that_cannot_be_had_is_reported_too(caplog, monkeypatch):
    said = []
    monkeypatch.setattr(mishap, "show", said.append)
    mishap.report(Mute())
    assert caplog.messages[0].startswith(f"Mishap {said[0]}: ")
    assert "Mute" in caplog.messages[0]


def test_a_sentence_that_cannot_be_drawn_leaves_the_mishap_in_the_log(caplog, monkeypatch):
    monkeypatch.setattr(mishap, "sentence", lambda reference: 1 / 0)
    mishap.report(KeyError("digits"))
    assert "KeyError: 'digits'" in caplog.messages[0]
    assert "could not be shown" in caplog.messages[1]
