"""A figure of plain markup in a real browser: saved as a picture it is what the page shows."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.browser import at_rest, settled, until

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser
MARGIN, SCALE = 12, 2  # of the saved picture


def seen(element) -> np.ndarray:
    """The pixels of an element on the page, 0..255, (height, width, 3)."""
    with Image.open(io.BytesIO(element.screenshot(animations="disabled"))) as picture:
        return np.asarray(picture.convert("RGB")).astype(float)


def saved_pixels(path) -> np.ndarray:
    """The pixels of a saved picture, at the size that it has on the page and without its margin."""
    with Image.open(path) as saved:
        small = saved.convert("RGB").resize((saved.width // SCALE, saved.height // SCALE), Image.BOX)
    return np.asarray(small).astype(float)[MARGIN:-MARGIN, MARGIN:-MARGIN]


def is_same(saved: np.ndarray, shown: np.ndarray) -> bool:
    """Whether two pictures show the same, but for the smoothing of edges."""
    height, width = (min(sizes) for sizes in zip(shown.shape[:2], saved.shape[:2], strict=True))
    apart = np.abs(saved[:height, :width] - shown[:height, :width]).mean(axis=2)
    # What lies between two rows of pixels is photographed with both, above and below.
    return abs(saved.shape[0] - shown.shape[0]) <= 2 and apart.mean() < 6 and (apart > 60).mean() < 0.05


@pytest.mark.parametrize("path", ["/data", "/architecture", "/backprop"])
def test_a_saved_figure_is_the_figure_on_the_page(page, tmp_path, path):
    page.goto(path)
    figure = page.locator(".sketch:has(canvas, svg):visible").first
    settled(page)
    at_rest(figure)
    until(page, lambda: seen(figure), lambda pixels: pixels.std() > 5)
    page.mouse.move(0, 0)

    def saved_and_shown() -> tuple[np.ndarray, np.ndarray]:
        """Both anew each time: the page may have been drawn again between them, with more digits."""
        button = figure.locator(".save")
        button.evaluate("button => button.style.opacity = 0")
        button.focus()
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        download.value.save_as(tmp_path / "saved.png")
        button.blur()
        return saved_pixels(tmp_path / "saved.png"), seen(figure)

    until(page, saved_and_shown, lambda both: is_same(*both))
