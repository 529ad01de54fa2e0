"""Make the README's pictures from the real app: python -m docs.pictures [folder with MNIST's four files].

It starts the app, trains with the recommended settings, draws a digit with the mouse, and takes a picture of
each page. It needs Chromium and what is in tests/requirements.txt.
"""

import re
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import ARGUMENTS, Visit, chromium_path, serving, visiting

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
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        with visiting(chromium, server, viewport=SIZE) as visit:
            train(visit)
            for page in PAGES:
                go_to(visit, page)
                if page == "Predict":
                    draw(visit)
                visit.page.mouse.move(0, 0)
                visit.page.wait_for_timeout(1500)  # figures fade in
                visit.page.screenshot(path=FOLDER / f"{page.lower()}.png")
        chromium.close()


def train(visit: Visit) -> None:
    """Train with the recommended settings to the end."""
    visit.open(f"train?{RECOMMENDED}&batch_size=64&num_epochs=12")
    visit.page.locator(".st-key-train_start button:visible").click()
    visit.page.set_default_timeout(300_000)
    visit.page.locator(".st-key-network_state", has_text=re.compile(r"epoch 12, \d+")).wait_for()
    visit.settled()


def go_to(visit: Visit, page: str) -> None:
    """Follow the menu to a page."""
    with visit.rerun():
        visit.page.locator(".st-key-menu").get_by_role("link", name=page).click()


def draw(visit: Visit) -> None:
    """Draw the stroke on the canvas."""
    box = visit.page.locator("canvas.upper-canvas").first.bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in STROKE]
    with visit.rerun():
        visit.page.mouse.move(*points[0])
        visit.page.mouse.down()
        for point in points[1:]:
            visit.page.mouse.move(*point, steps=6)
        visit.page.mouse.up()


if __name__ == "__main__":
    main()
