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
# Some parts of a page report to the server when they stand, and it draws anew: what is waited for is faint.
COUNT_RUNS = """() => {
  const app = document.querySelector('.stApp');
  new MutationObserver(() => { app.runs = (app.runs ?? 0) + 1; })
    .observe(app, { attributeFilter: ['data-test-script-state'] });
}"""
RUNS = "document.querySelector('.stApp').runs ?? 0"
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
        violations = violations_at_rest(visit, axe.Axe())
    serious = [
        (violation["help"], node["target"], node["failureSummary"])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:3]
    ]
    assert serious == []


def violations_at_rest(visit, axe) -> list[dict]:
    """Return what axe finds on the page; where the server drew meanwhile, look again."""
    visit.page.evaluate(COUNT_RUNS)
    while True:
        before = visit.page.evaluate(RUNS)
        visit.settled()
        violations = axe.run(visit.page).response["violations"]
        if visit.page.evaluate(RUNS) == before:
            return violations
