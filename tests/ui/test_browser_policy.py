"""The content security policy in a real Chromium: what it stops, and who may show the lab in a frame.

What the lab's own pages need goes through, or the other browser tests would find complaints on the console.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser import settled, until
from tests.server import serving

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser

INJECTED = """() => {
    window.stopped = []
    document.addEventListener("securitypolicyviolation", event => stopped.push(event.effectiveDirective))
    const add = (tag, what) => document.body.append(Object.assign(document.createElement(tag), what))
    add("script", { textContent: "window.hacked = 'inline'" })
    add("script", { src: "data:text/javascript,window.hacked = 'data'" })
    add("div", { innerHTML: "<img src='data:,' onerror='window.hacked = `attribute`'>" })
    add("img", { src: "http://127.0.0.1:9002/?what=is+here" })
    add("iframe", { src: "data:text/html,hello" })
    add("object", { data: "data:text/html,hello" })
    add("base", { href: "http://127.0.0.1:9002/" })
    setTimeout("window.hacked = 'evaluated'")
    fetch("http://127.0.0.1:9002/").catch(() => {})
    new Worker(URL.createObjectURL(new Blob(["0"])))
}"""
SERVER = """
import streamlit as st
from mnistlab.ui.server import MIDDLEWARE

app = st.App("script.py", middleware=MIDDLEWARE)
"""
SCRIPT = """
import streamlit as st

if picture := st.camera_input("Camera"):
    st.text(f"{len(picture.getvalue())} bytes")
    st.image(picture)
"""
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
STOPPED = {
    "script-src-elem",
    "script-src-attr",
    "script-src",
    "img-src",
    "frame-src",
    "object-src",
    "base-uri",
    "connect-src",
    "worker-src",
}


def test_what_gets_into_a_page_neither_runs_nor_tells_anybody(browser, server):
    page = browser.new_page(base_url=server.url)
    page.goto("/")
    settled(page)
    page.evaluate(INJECTED)
    assert set(until(page, lambda: page.evaluate("stopped"), lambda found: set(found) >= STOPPED)) == STOPPED
    assert page.evaluate("window.hacked") is None
    page.close()


@contextmanager
def site() -> Iterator[ThreadingHTTPServer]:
    """A site of somebody else, whose only page shows in a frame what `framed` says."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<iframe src='{self.server.framed}' width=1000 height=700></iframe>".encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        server.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever).start()
        try:
            yield server
        finally:
            server.shutdown()


def test_only_the_pages_that_are_named_show_the_lab_in_a_frame(browser, generated):
    with site() as school, site() as stranger, serving(MNISTLAB_FRAME_ANCESTORS=school.url) as server:
        school.framed = stranger.framed = f"{server.url}/data"
        page = browser.new_page()
        heading = page.frame_locator("iframe").get_by_role("heading", level=1)
        page.goto(school.url)
        expect(heading).to_have_text("Data")
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(stranger.url)
        expect(heading).to_have_count(0)
        page.close()


def test_a_picture_is_taken_with_the_camera(browser_type, browser_type_launch_args, tmp_path):
    (tmp_path / "server.py").write_text(SERVER)
    (tmp_path / "script.py").write_text(SCRIPT)
    arguments = [*browser_type_launch_args["args"], *CAMERA]
    with serving(str(tmp_path / "server.py")) as server:
        browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
        page = browser.new_page(permissions=["camera"], base_url=server.url)
        page.goto("/")
        expect(page.locator("video")).to_have_js_property(
            "readyState", 4
        )  # before, it has no picture to take
        page.get_by_role("button", name="Take Photo").click()
        expect(page.get_by_text(re.compile(r"[1-9]\d* bytes"))).to_be_visible()
        expect(page.get_by_test_id("stImage").get_by_role("img")).to_be_visible()
        browser.close()
