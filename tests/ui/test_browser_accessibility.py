"""Every page opened cold by its address, and nothing serious in the way: axe-core, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser import settled, until

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser
# What is drawn anew fades out and in, slowly; half-way, or all the way at once, it has little contrast.
AT_ONCE = """
* { transition: none !important; animation: none !important; }
[data-stale="true"] { opacity: 1 !important; }
"""
PAGES = {
    "/": "mnistlab",
    "/data": "Data",
    "/architecture": "Architecture",
    "/backprop": "Backprop",
    "/train": "Train",
    "/predict": "Predict",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_cold_by_its_address_and_axe_finds_nothing_serious(page, path):
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[path])
    expect(page.locator(".st-key-network_state:not(:has([role=progressbar]))")).to_be_visible()
    page.add_style_tag(content=AT_ONCE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page)
        until(page, lambda: serious(page), lambda found: found == [])
    expect(page.locator(".stException")).to_have_count(0)


def serious(page) -> list[tuple]:
    """What axe finds on the page as it is now; a part that is about to be drawn anew may be faint."""
    return [
        (violation["help"], node["target"], node["failureSummary"])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:3]
    ]
