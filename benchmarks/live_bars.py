"""How live the bars are while the pen moves, in a real Chromium: python -m benchmarks.live_bars.

Strokes of some seconds are drawn by mouse events. The page itself notes when the bars change and when that is
painted; the number of a sheet is the time at which it was sampled. An age is the time from there until the
bars stand still, their transition included. It needs Chromium and tests/requirements.txt.
"""

import argparse
import math
import time

from playwright.sync_api import Page, sync_playwright

from benchmarks.load_rows import Row, at_least, at_most, none_of, share_within, table
from mnistlab.ui.canvas import HIDDEN
from tests.browser import ARGUMENTS, LAPTOP, at_rest, chromium_path, follow, settled
from tests.server import serving

# In ms since 1970, as sheets are numbered; "" is the number of what was sent with the pen up.
NOTES = """() => {
    const notes = window.notes = { painted: [], up: [] }
    const now = () => performance.timeOrigin + performance.now()
    const canvas = document.querySelector(".st-key-predict_canvas")
    const lifted = (event) => event.composedPath().includes(canvas) && notes.up.push(now())
    addEventListener("pointerup", lifted, true)
    const place = document.querySelector(".st-key-predict_outputs .ten")
    const bars = new MutationObserver(() => {
        const changed = now(), sheet = place.dataset.sheet
        requestAnimationFrame(() => setTimeout(() => {
            const bar = place.querySelector(".bar") ?? place
            const seconds = parseFloat(getComputedStyle(bar).transitionDuration)
            notes.painted.push([sheet, changed, now() + 1000 * seconds])
        }))
    })
    bars.observe(place, { attributeFilter: ["data-sheet"] })
}"""
CIRCLE = 80  # px, the radius of the stroke
WAVES = 9  # round it, so that it is never the same ink again
PEN_UP = 10  # strokes


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.live_bars", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="of a stroke")
    parser.add_argument("--url", help="of a server that runs; else one is started, on generated digits")
    given = parser.parse_args()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        if given.url:
            rows = measured(chromium.new_page(viewport=LAPTOP, base_url=given.url), given.seconds)
        else:
            with serving() as server:
                rows = measured(chromium.new_page(viewport=LAPTOP, base_url=server.url), given.seconds)
        chromium.close()
    print(table(rows))


def measured(page: Page, seconds: float) -> list[Row]:
    """Return the rows of a page with a network that has been trained: a long stroke, and then short ones."""
    page.set_default_timeout(300_000)
    page.goto("/train?train_size=1000&num_epochs=3")
    page.locator(".st-key-train_start button:visible").click()
    page.locator(".st-key-network_state:not(:has([role=progressbar]))", has_text="epoch 3, test").wait_for()
    follow(page, "Predict")
    stroke(page, 0.5)  # the first has the figures loaded
    page.evaluate(NOTES)
    long = [painted for sheet, _, painted in stroke(page, seconds)["painted"] if sheet]
    notes = [stroke(page, 0.5) for _ in range(PEN_UP)][-1]
    live = [(int(sheet), changed, painted) for sheet, changed, painted in notes["painted"] if sheet]
    ages = [(painted - sheet) / 1000 for sheet, _, painted in live]
    final = [
        min(painted for sheet, changed, painted in notes["painted"] if not sheet and changed > up) - up
        for up in notes["up"]
    ]
    late = [
        f"{changed - up:.0f} ms after pen-up, {up - sheet:.0f} ms old"
        for up, after in zip(notes["up"], final, strict=True)
        for sheet, changed, _ in live
        if sheet < up < changed < up + after
    ]
    rate = (len(long) - 1) / (long[-1] - long[0]) * 1000
    return [
        at_least(f"updates while a stroke of {seconds:g} s is drawn", rate, 4, " / s"),
        at_most(f"age of the bars, p95 of {len(ages)}", share_within(ages), 0.25, " s"),
        at_most(f"pen-up to new bars, p95 of {len(final)}", share_within(final) / 1000, 0.5, " s"),
        none_of("bars of an older sheet after pen-up", late),
    ]


def stroke(page: Page, seconds: float) -> dict:
    """Draw round and round for some seconds on a blank sheet; return the notes when all is answered."""
    box = at_rest(page.locator(".st-key-predict_canvas canvas.upper-canvas"))
    x, y = box["x"] + box["width"] / 2, box["y"] + HIDDEN + (box["height"] - HIDDEN) / 2
    page.mouse.move(x, y - CIRCLE)
    page.mouse.down()
    begin = time.monotonic()
    while (share := (time.monotonic() - begin) / seconds) < 1:
        angle, radius = 2 * math.pi * share, CIRCLE + 15 * math.sin(2 * math.pi * WAVES * share)
        page.mouse.move(x + radius * math.sin(angle), y - radius * math.cos(angle))
        page.wait_for_timeout(10)
    page.mouse.up()
    page.locator(".st-key-predict_clear button:not([disabled])").wait_for()
    settled(page)
    page.locator(".st-key-predict_clear button").click()
    page.locator(".st-key-predict_clear button[disabled]").wait_for()
    settled(page)
    return page.evaluate("window.notes || {}")


if __name__ == "__main__":
    main()
