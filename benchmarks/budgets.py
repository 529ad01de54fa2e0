"""How long a person waits: every line of the lab's budget, measured in a real Chromium.

    python -m benchmarks.budgets [--data DATA_DIR] [--rounds 5]

It needs Chromium and tests/requirements.txt. The page itself takes the time, from the pointer going down to
the frame in which nothing that was asked for is missing or out of date; of several times the 95th percentile
is compared with the bound.
"""

import argparse
import os
import re
import tempfile
import time

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.budget_rows import Rows
from docs.pictures import draw
from mnistlab.engine.config import PRESETS
from tests.browser import ARGUMENTS, LAPTOP, at_rest, chromium_path, follow, settled
from tests.server import Server, serving

PAGES = ("Data", "Architecture", "Backprop", "Train", "Predict", "Home")
BARS = "[...document.querySelectorAll('.st-key-predict_outputs [title]')].map(bar => bar.title).join()"
# Take the time from the next press of the pointer until something is so, and has been painted.
STOPWATCH = """there => {
    window.took = 0
    let begin = 0
    addEventListener("pointerdown", () => begin = performance.now(), { capture: true, once: true })
    const stop = () => window.took = (performance.now() - begin) / 1000
    const look = () => requestAnimationFrame(begin && eval(there) ? () => setTimeout(stop) : look)
    look()
}"""
DRAWN = """document.querySelector("h1")?.innerText === "{title}"
    && document.querySelector('.stApp[data-test-script-state="notRunning"]')
    && !document.querySelector('[data-stale="true"]')"""
SHOWN = """[...document.querySelectorAll("{selector}")].some(element => element.offsetParent)"""
FULLY_TRAINED = re.compile(rf"epoch {PRESETS['drawing'].num_epochs}, test accuracy \d")
QUIET_SECONDS = 4.0  # in which the server before this one, and its workers, are gone
NOTEBOOK = "/train?seed=123&num_epochs=1000"  # the Notebook preset, for as long as it takes to measure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.budgets", description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder with the four files of MNIST")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rows = Rows()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as cache:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        environment = {"MNISTLAB_CACHE_DIR": cache}
        if given.data:
            environment["MNISTLAB_DATA_DIR"] = os.path.abspath(given.data)
        for cached in (False, True):
            words = "start to first paint" + ("" if cached else ", nothing cached")
            time.sleep(QUIET_SECONDS)
            start = time.monotonic()
            with serving(**environment) as server:
                page = chromium.new_page(viewport=LAPTOP, base_url=server.url)
                page.goto("/")
                page.get_by_role("heading", level=1).wait_for()
                rows.add(words, 4.0 if cached else 12.0, [time.monotonic() - start])
                settled(page)
                if cached:
                    measure(rows, page, server, given.rounds)
                else:
                    answered(page)
                    rows.add("cold start to an answer to one's own digit", 60.0, [time.monotonic() - start])
                    other = chromium.new_page(viewport=LAPTOP, base_url=server.url)
                    trained(other)  # leaves the compiled operations and the digits behind
                    other.close()
                page.close()
        chromium.close()
    rows.print()


def measure(rows: Rows, page: Page, server: Server, rounds: int) -> None:
    """Measure what there is to wait for once the app runs."""
    walk(page)
    switches(rows, page, "", rounds)
    page.goto("/predict")
    rows.add("pen-up to new bars, untrained", 0.5, strokes(page, 2 * rounds))
    rows.add("slider (learning rate)", 0.5, nudges(page, 2 * rounds))
    page.goto(NOTEBOOK)
    page.wait_for_timeout(3000)
    rows.add("Train pressed to first epoch shown", 3.0, [trained(page)])
    switches(rows, page, " while training", rounds)
    follow(page, "Predict")
    rows.add("pen-up to new bars while training", 0.5, strokes(page, rounds))
    follow(page, "Train")
    steer(rows, page, rounds)
    rows.add_memory(server.process.pid)


def answered(page: Page) -> None:
    """From Home, with two clicks and one drawing: a network trained to its end that reads one's own digit."""
    page.get_by_role("button", name="Train a network for me").click()
    page.get_by_role("button", name="Draw a digit").click()
    draw(page)
    done = page.locator(".st-key-network_state:not(:has([role=progressbar]))", has_text=FULLY_TRAINED)
    done.wait_for()
    page.locator(".st-key-predict_verdict", has_text=re.compile(r"\d")).wait_for()


def timed(page: Page, target, there: str) -> float:
    """Click something and return the seconds until something is so, an expression of JavaScript."""
    page.evaluate(STOPWATCH, there)
    target.click()
    return page.wait_for_function("window.took").json_value()


def go(page: Page, name: str) -> float:
    """Switch to a page and return the seconds."""
    link = page.locator(".st-key-menu").get_by_role("link", name=name, exact=True)
    return timed(page, link, DRAWN.format(title="mnistlab" if name == "Home" else name))


def switches(rows: Rows, page: Page, when: str, rounds: int) -> None:
    """Go through the pages so many times."""
    walks = [walk(page) for _ in range(rounds)]
    for name, seconds in zip(PAGES, zip(*walks, strict=True), strict=True):
        rows.add(f"switch to {name}{when}", 0.5, list(seconds))


def walk(page: Page) -> list[float]:
    """Go through all pages."""
    return [go(page, name) for name in PAGES]


def strokes(page: Page, number: int) -> list[float]:
    """Draw strokes, each on a blank sheet, and return the seconds from pen-up to the bars.

    On top of another, a stroke need not change any bar: raw pixels saturate every unit.
    """
    box = at_rest(page.locator("canvas.upper-canvas"))
    seconds = []
    for place in range(number + 1):
        x, y = box["x"] + box["width"] * (0.2 + 0.6 * place / (number + 1)), box["y"] + 0.2 * box["height"]
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 4, y + 0.5 * box["height"], steps=8)
        start = time.monotonic()
        page.mouse.up()
        page.wait_for_function(BARS)
        seconds.append(time.monotonic() - start)
        settled(page)
        page.locator(".st-key-predict_clear button").click()
        page.wait_for_function(f"!{BARS}")
        settled(page)
    return seconds[1:]  # the first stroke has the figures loaded


def nudges(page: Page, number: int) -> list[float]:
    """Move the learning rate's slider by its arrow key, until the address has what it is set to."""
    thumb = page.get_by_role("slider", name="Learning rate η").first
    seconds = []
    for place in range(number):
        thumb.focus()
        settled(page)
        before, start = page.url, time.monotonic()
        thumb.press("ArrowRight" if place % 2 else "ArrowLeft")
        expect(page).not_to_have_url(before)
        settled(page)
        seconds.append(time.monotonic() - start)
    return seconds


def button(page: Page, name: str):
    """Return one of the buttons that steer a training."""
    return page.locator(f".st-key-train_{name} button:visible")


def trained(page: Page) -> float:
    """Press Train and return the seconds until the sidebar counts an epoch."""
    if not button(page, "start").count():
        page.goto(NOTEBOOK)
    start = time.monotonic()
    button(page, "start").click()
    state = page.locator(".st-key-network_state", has_text=re.compile(r"epoch \d+, test accuracy \d"))
    state.wait_for()
    return time.monotonic() - start


def steer(rows: Rows, page: Page, rounds: int) -> None:
    """Press Pause, Resume and Stop in the middle of training."""
    pause, resume, stop = [], [], []
    for _ in range(rounds):
        if button(page, "start").count() and button(page, "start").is_enabled():
            button(page, "start").click()  # a fast machine is done with all epochs by now
            page.locator(".st-key-train_pause button:not([disabled]):visible").wait_for()
        pause.append(pressed(page, "pause", ".st-key-train_pause button[disabled]"))
        button(page, "resume").wait_for()
        settled(page)  # nobody presses what has been there for no time
        resume.append(pressed(page, "resume", ".st-key-train_pause button:not([disabled])"))
        stop.append(pressed(page, "stop", ".st-key-train_stop button[disabled]"))
        if button(page, "resume").count():
            button(page, "resume").click()
            page.locator(".st-key-train_pause button:not([disabled]):visible").wait_for()
    rows.add("Pause visible", 0.3, pause)
    rows.add("Resume visible", 0.3, resume)
    rows.add("Stop visible", 0.3, stop)
    if button(page, "stop").is_enabled():
        button(page, "stop").click()


def pressed(page: Page, name: str, then: str) -> float:
    """Press a button and return the seconds until the page shows what that did."""
    return timed(page, button(page, name), SHOWN.format(selector=then))


if __name__ == "__main__":
    main()
