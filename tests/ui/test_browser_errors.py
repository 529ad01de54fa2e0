"""An exception that no page catches: a sentence with a reference, the rest in the log, other pages work."""

import re

import pytest
from playwright.sync_api import expect

from tests.server import serving

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser

SERVER = """
import streamlit as st
from mnistlab.ui.log import report

app = st.App("script.py", on_script_error=report)
"""
SCRIPT = r"""
import streamlit as st

def fail():
    raise ValueError("Grüße\nError deadbeef: forged\r\x1b[2J\u2028Error deadbeef: forged")

@st.fragment
def part():
    if st.button("Draw this part"):
        fail()

where = st.query_params.get("where")
st.text("as far as here")
if where == "page":
    fail()
if where == "stop":
    st.stop()
if where == "callback":
    st.button("Call back", on_click=fail)
if where == "fragment":
    part()
st.text("to the end")
"""
SENTENCE = re.compile(r"Something went wrong on this page\. .* reference ([0-9a-f]{8})\.")


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    """A server with the lab's error handler and a script that fails where the address says."""
    folder = tmp_path_factory.mktemp("failing")
    (folder / "server.py").write_text(SERVER, encoding="utf-8")
    (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
    with serving(str(folder / "server.py"), STREAMLIT_CLIENT_SHOW_ERROR_DETAILS="none") as server:
        yield server


def reference_on(page) -> str:
    """The reference in the one sentence about an error; nothing else on the page tells of it."""
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_have_text(SENTENCE)
    expect(page.locator("body")).not_to_contain_text(re.compile("Traceback|ValueError|Grüße|forged"))
    return SENTENCE.fullmatch(alert.inner_text())[1]


def assert_logged(log: str, reference: str) -> None:
    """Fail unless the log has one line with a reference, type and message, and then the traceback."""
    lines = log.split("\n")
    (at,) = [number for number, line in enumerate(lines) if reference in line]
    assert re.search(f"Error {reference}: ValueError: Grüße Error deadbeef: forged  .2J Error", lines[at])
    assert lines[at + 1] == "    Traceback (most recent call last):"
    assert "    ValueError: Grüße" in lines[at:]


def test_a_page_that_fails_says_so_where_it_failed_and_the_others_work(browser, failing):
    page = browser.new_page(base_url=failing.url)
    references = set()
    for _ in range(2):
        page.goto("/?where=page")
        references.add(reference_on(page))
        expect(page.get_by_text("as far as here")).to_be_visible()
        expect(page.get_by_text("to the end")).to_have_count(0)
    assert len(references) == 2
    for reference in references:
        assert_logged(failing.log(), reference)
    page.goto("/")
    expect(page.get_by_text("to the end")).to_be_visible()
    page.close()


@pytest.mark.parametrize(("where", "button"), [("callback", "Call back"), ("fragment", "Draw this part")])
def test_a_callback_or_a_fragment_that_fails_says_so_too(browser, failing, where, button):
    page = browser.new_page(base_url=failing.url)
    page.goto(f"/?where={where}")
    expect(page.get_by_text("to the end")).to_be_visible()
    page.get_by_role("button", name=button).click()
    reference = reference_on(page)
    assert_logged(failing.log(), reference)
    page.close()


def test_a_page_that_stops_has_not_failed(browser, failing):
    before = failing.log()
    page = browser.new_page(base_url=failing.url)
    page.goto("/?where=stop")
    expect(page.get_by_text("as far as here")).to_be_visible()
    expect(page.locator('.stApp[data-test-script-state="notRunning"]')).to_be_attached()
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    assert failing.log() == before
    page.close()
