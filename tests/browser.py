"""The app in a real Chromium: pytest-playwright's fixtures for it, and all that goes wrong in a test.

A test module says `pytest_plugins = ("tests.browser",)` and `pytestmark = pytest.mark.browser`. Its tests
take `page` or `new_context`; an address is relative to that of the server, which all of them share. They wait
with `expect`, or `until` where that has no words. Whatever a tab or the server complains of fails the test.
"""

import os
import shutil
import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.server import serving

Seen = TypeVar("Seen")
SECONDS = 120.0  # the longest that a test waits for one thing; the machine may be busy with others
LAPTOP = {"width": 1440, "height": 900}
HERE = ("127.0.0.1", "localhost")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
QUIET_APP = '.stApp[data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'
# A page opened directly looks for the server below its own address first.
HARMLESS = ("/_stcore/health", "/_stcore/host-config")
# Two parts of a page that report to the server in the same moment: both reports arrive, in one message.
HARMLESS_WORDS = ("Multiple different fragmentIds detected",)

expect.set_options(timeout=1000 * SECONDS)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Launch the Chromium of this machine, cut off from all others."""
    return {**browser_type_launch_args, "executable_path": chromium_path(), "args": ARGUMENTS}


@pytest.fixture(scope="session")
def server(generated):
    """The app, on generated digits that are there already."""
    with serving() as app:
        yield app


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, server):
    """A laptop's screen, and the address that others are relative to."""
    return {**browser_context_args, "viewport": LAPTOP, "base_url": server.url}


@pytest.fixture
def complaints(server):
    """What the tabs of a test complain of; a test that expects some clears it."""
    told, before = [], len(server.log())
    yield told
    assert [*told, *server.complaints(before)] == []


@pytest.fixture
def new_context(new_context, complaints):
    """Tabs apart from others, with options such as color_scheme="dark", with an ear on each."""
    return lambda **options: listen(new_context(**options), complaints)


def listen(context: BrowserContext, complaints: list[str]) -> BrowserContext:
    """Have all that goes wrong in the tabs of a context told, and give everything in them time."""

    def hear(message) -> None:
        url, text = message.location["url"], message.text
        harmless = url.endswith(HARMLESS) or any(words in text for words in HARMLESS_WORDS)
        if message.type in ("error", "warning") and not harmless:
            complaints.append(f"{message.type}: {text} ({url})")

    def look(request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in HERE:
            complaints.append(f"asked another host: {request.url}")

    def miss(request) -> None:
        if request.failure != "net::ERR_ABORTED":  # by a tab that leaves its page
            complaints.append(f"{request.url}: {request.failure}")

    def judge(response) -> None:
        if response.status >= 400 and not response.url.endswith(HARMLESS):
            complaints.append(f"{response.url}: status {response.status}")

    context.on("console", hear)
    context.on("weberror", lambda error: complaints.append(f"uncaught: {error.error}"))
    context.on("request", look)
    context.on("requestfailed", miss)
    context.on("response", judge)
    context.set_default_timeout(1000 * SECONDS)
    return context


def chromium_path() -> str:
    """Return where Chromium is; where there is none, the test skips, or fails in continuous integration."""
    if path := shutil.which("chromium"):
        return path
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no Chromium on this machine")


def settled(page: Page) -> None:
    """Wait until nothing runs and nothing on the page is out of date.

    It does not tell that something that was asked for has begun: wait for what is to be seen of it first.
    """
    expect(page.locator(QUIET_APP)).to_be_attached()
    expect(page.locator('[data-stale="true"]')).to_have_count(0)


def follow(page: Page, name: str) -> None:
    """Go to a page by the menu."""
    page.locator(".st-key-menu").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("mnistlab" if name == "Home" else name)


def until(page: Page, look: Callable[[], Seen], holds: Callable[[Seen], object] = bool) -> Seen:
    """Look again and again until what is seen holds, and return it; for what `expect` has no words for."""
    deadline = time.monotonic() + SECONDS
    while not holds(seen := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"After {SECONDS:g} s it was still {seen!r}.")
        page.wait_for_timeout(100)
    return seen


def at_rest(place: Locator) -> dict[str, float]:
    """Return the box of something when it stands still: what is above it takes its room first."""
    place.scroll_into_view_if_needed()
    boxes = [None]
    return until(place.page, place.bounding_box, lambda box: boxes.append(box) or boxes[-1] == boxes[-2])
