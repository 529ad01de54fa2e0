"""The app in a real Chromium: a server of its own, visitors, and all that either of them complained about.

A test module says `pytest_plugins = ("tests.browser",)` and `pytestmark = pytest.mark.browser`; its tests
then ask for `visit`, a visitor who has opened nothing yet, or for `server` and `chromium` to make their own:

    visit.open("data")
    with visit.rerun():
        visit.page.get_by_role("button", name="Reshuffle").click()
    assert visit.complaints() == []
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SECONDS = 180.0  # the longest that a test waits for one thing; the machine may be busy with others
HERE = ("127.0.0.1", "localhost")
NOBODY = "http://127.0.0.1:9"  # where nothing listens: the server of MNIST, as seen by these tests
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
QUIET_APP = '.stApp[data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'
# A page opened directly looks for the server below its own address first.
HARMLESS = ("/_stcore/health", "/_stcore/host-config")
# Two parts of a page that report to the server in the same moment: both reports arrive, in one message.
HARMLESS_WORDS = ("Multiple different fragmentIds detected",)
ALARMS = ("traceback", "error", "warning", "exception", "critical")


class Server:
    """The app on a port of its own; it keeps what it writes."""

    def __init__(self, process: subprocess.Popen, port: int, log_path: Path):
        self.process, self.port, self.log_path = process, port, log_path
        self.url = f"http://127.0.0.1:{port}"

    def log(self) -> str:
        """Return all that the server has written so far."""
        return self.log_path.read_text(errors="replace")

    def complaints(self) -> list[str]:
        """Return the lines of the log that tell of something gone wrong."""
        return [line for line in self.log().splitlines() if any(word in line.lower() for word in ALARMS)]

    def wait_until_healthy(self) -> None:
        """Return as soon as the server answers; fail with its log when it does not."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.1)
        pytest.fail(f"The app did not start:\n{self.log()}")


class Visit:
    """One person's tab, with an ear on its console, its requests and its talk with the server."""

    def __init__(self, page, server: Server):
        self.page, self.server = page, server
        self.console: list[str] = []
        self.failed: list[str] = []
        self.elsewhere: list[str] = []
        self.told_its_lab = 0  # how many times this tab said which lab it had before
        self.strokes_told = 0  # of the drawing, as it last told the server
        self._asked = self._begun = self._done = 0  # runs that this person asked for; begun and done of them
        page.set_default_timeout(1000 * SECONDS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        page.on("request", self._look)
        page.on("requestfailed", lambda request: self.failed.append(f"{request.url}: {request.failure}"))
        page.on("response", self._judge)
        page.on("websocket", self._listen)

    def open(self, path: str = "") -> None:
        """Go to a page of the app by its address, as from a link, and wait until it is drawn."""
        with self.rerun():
            self.page.goto(f"{self.server.url}/{path}")

    @contextmanager
    def rerun(self) -> Iterator["Stopwatch"]:
        """Do something that has the server draw anew, and wait until it has; yields how long that took."""
        before, watch = self._asked, Stopwatch()
        yield watch
        self.wait_until(lambda: self._asked > before, "nothing was asked of the server")
        self.wait_until(lambda: self._done == self._asked, "the server did not answer")
        self.settled()
        watch.stop()

    def settled(self) -> None:
        """Wait until the app says that nothing runs and nothing on the page is out of date."""
        self.page.locator(QUIET_APP).wait_for(state="attached")
        self.page.wait_for_function("() => !document.querySelector('[data-stale=\"true\"]')")

    def wait_until(self, there: Callable[[], bool], otherwise: str) -> None:
        """Wait for something that is not in the page; fail, saying `otherwise`, when it does not come."""
        deadline = time.monotonic() + SECONDS
        while not there():
            if time.monotonic() > deadline:
                pytest.fail(f"Within {SECONDS:g} s {otherwise}.\n{self.complaints()}\n{self.server.log()}")
            self.page.wait_for_timeout(10)

    def complaints(self) -> list[str]:
        """Return all that is wrong: on the console, with requests, with other hosts, in the server's log."""
        return [*self.console, *self.failed, *self.elsewhere, *self.server.complaints()]

    def _hear(self, message) -> None:
        known = message.location["url"].endswith(HARMLESS) or any(w in message.text for w in HARMLESS_WORDS)
        if message.type in ("error", "warning") and not known:
            self.console.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _look(self, request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in HERE:
            self.elsewhere.append(f"asked another host: {request.url}")

    def _judge(self, response) -> None:
        if response.status >= 400 and not response.url.endswith(HARMLESS):
            self.failed.append(f"{response.url}: status {response.status}")

    def _listen(self, socket_of_page) -> None:
        socket_of_page.on("framesent", self._sent)
        socket_of_page.on("framereceived", self._received)

    def _sent(self, frame: bytes | str) -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        if isinstance(frame, bytes):
            message = BackMsg.FromString(frame)
            wants_run = message.WhichOneof("type") == "rerun_script"
            self._asked += wants_run and not message.rerun_script.is_auto_rerun
            self.told_its_lab += b'"copied"' in frame
            if b'"objects":[' in frame:
                self.strokes_told = frame.count(b'"type":"Path"')

    def _received(self, frame: bytes | str) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        if isinstance(frame, bytes):
            message = ForwardMsg.FromString(frame)
            if message.HasField("ref_hash"):
                self.failed.append("the server counted on what this tab has in its memory")
            kind = message.WhichOneof("type")
            if kind == "new_session":  # what is asked from here on, this run knows nothing of
                self._begun = self._asked
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._done = self._begun


class Stopwatch:
    """Seconds from its making until it is stopped."""

    def __init__(self):
        self.seconds, self._start = 0.0, time.monotonic()

    def stop(self) -> None:
        """Keep the seconds that have passed."""
        self.seconds = time.monotonic() - self._start


def chromium_path() -> str:
    """Return where Chromium is; where there is none, the test skips, or fails in continuous integration."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        absent("Playwright is not installed (tests/requirements.txt)")
    path = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else shutil.which("chromium")
    return path or absent("there is no Chromium on this machine")


def absent(reason: str) -> None:
    """Skip the test; fail where nothing may be missing."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


@contextmanager
def serving(**environment: str) -> Iterator[Server]:
    """Start the app with an empty state in a home folder of its own, whose name is not all ASCII, and stop it
    at the end; it knows no other host.

    Args:
        **environment: Further variables, such as MNISTLAB_DATA_DIR.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="Zoë 数 ") as folder:
        own = {
            "HOME": folder,
            "MNISTLAB_STATE_DIR": str(Path(folder) / "state"),
            "TFDS_DATA_DIR": str(Path(folder) / "tfds"),
            "MNISTLAB_MIRROR": NOBODY,
            "PYTHONUNBUFFERED": "1",
        }
        flags = {"server.port": port, "server.address": "127.0.0.1", "server.headless": "true"}
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        command += [f"--{name}={value}" for name, value in flags.items()]
        log_path = Path(folder) / "log.txt"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                command, cwd=REPOSITORY, env={**os.environ, **own, **environment}, stdout=log, stderr=log
            )
        server = Server(process, port, log_path)
        try:
            server.wait_until_healthy()
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def visiting(chromium, server: Server, **options) -> Iterator[Visit]:
    """Let somebody visit, with a browser context of their own.

    Args:
        chromium: The browser.
        server: Whom they visit.
        **options: Of the context, such as color_scheme="dark", viewport={"width": 390, "height": 844}.
    """
    context = chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
    try:
        yield Visit(context.new_page(), server)
    finally:
        context.close()


@pytest.fixture(scope="module")
def chromium():
    """A browser."""
    path = chromium_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(chromium, generated):
    """The app on generated digits, which are there already."""
    with serving() as app:
        yield app


@pytest.fixture
def visit(chromium, server):
    """Somebody who visits the app."""
    with visiting(chromium, server) as visitor:
        yield visitor
