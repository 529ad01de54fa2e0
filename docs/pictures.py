"""Make the README's pictures from the real app: python -m docs.pictures [folder with MNIST's four files].

It starts the app, trains with the recommended settings, draws a digit with the mouse, and takes a picture of
each page. It needs Chromium and what is in tests/requirements.txt.
"""

import re
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import ARGUMENTS, at_rest, chromium_path, follow, settled
from tests.server import serving

FOLDER = Path(__file__).parent / "pictures"
SIZE = {"width": 1280, "height": 800}
PAGES = ("Home", "Data", "Architecture", "Backprop", "Train", "Predict")
RECOMMENDED = "seed=123&hidden=200&activation=relu&initialization=scaled&scaling=unit&learning_rate=0.01"
# A three, as shares of the canvas.
STROKE = (
    *((0.33, 0.24), (0.47, 0.15), (0.63, 0.20), (0.65, 0.36), (0.50, 0.46), (0.64, 0.55)),
    *((0.68, 0.72), (0.53, 0.84), (0.33, 0.77)),
)


def main() -> None:
    """Take the pictures."""
    environment = {"MNISTLAB_DATA_DIR": str(Path(sys.argv[1]).resolve())} if len(sys.argv) > 1 else {}
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, serving(**environment) as server:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = chromium.new_page(viewport=SIZE, base_url=server.url)
        train(page)
        for name in PAGES:
            follow(page, name)
            if name == "Predict":
                draw(page)
            page.mouse.move(0, 0)
            page.wait_for_timeout(1500)  # figures fade in
            page.screenshot(path=FOLDER / f"{name.lower()}.png")
        chromium.close()


def train(page: Page) -> None:
    """Train with the recommended settings to the end."""
    page.goto(f"/train?{RECOMMENDED}&batch_size=64&num_epochs=12")
    page.locator(".st-key-train_start button:visible").click()
    state = page.locator(".st-key-network_state")
    expect(state).to_contain_text(re.compile(r"epoch 12, test accuracy \d+"), timeout=300_000)
    settled(page)


def draw(page: Page) -> None:
    """Draw the stroke on the canvas of the Predict page, and wait until it is read."""
    box = at_rest(page.locator("canvas.upper-canvas"))
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in STROKE]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=6)
    page.mouse.up()
    expect(page.locator(".st-key-predict_outputs [title]")).to_have_count(10)


if __name__ == "__main__":
    main()
