"""Nothing serious is in the way of anybody: axe-core on every page, light and dark."""

import pytest

from tests.browser import visiting

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser
# What is drawn anew fades out and in, slowly; half-way, or all the way at once, it has little contrast.
AT_ONCE = """
* { transition: none !important; animation: none !important; }
[data-stale="true"] { opacity: 1 !important; }
"""
# The page's own look arrives as an element of it; until then the accent has too little contrast.
LOOK = "[...document.querySelectorAll('style')].some(style => style.textContent.includes('.katex-display {'))"
# The page is drawn anew when the untrained network has been measured; a part that waits for that is faint.
MEASURED = ".st-key-network_state:not(:has([role=progressbar]))"
PAGES = ("", "data", "architecture", "backprop", "train", "predict")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "home")
def test_axe_finds_nothing_serious(chromium, server, path, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="tests/requirements.txt has axe"
    )
    with visiting(chromium, server, color_scheme=scheme) as visit:
        visit.open(path)
        visit.page.locator(MEASURED).wait_for()
        visit.settled()
        visit.page.wait_for_function(LOOK)
        visit.page.add_style_tag(content=AT_ONCE)
        found = axe.Axe().run(visit.page).response["violations"]
    serious = [
        f"{violation['id']}: {violation['help']} {[node['target'] for node in violation['nodes']][:3]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []
