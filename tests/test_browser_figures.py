"""A figure of plain markup in a real browser: saved as a picture it is what the page shows."""

import io

import numpy as np
import pytest
from PIL import Image

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser
MARGIN, SCALE = 12, 2  # of the saved picture


def seen(element) -> np.ndarray:
    """The pixels of an element on the page, 0..255, (height, width, 3)."""
    return pixels(io.BytesIO(element.screenshot()))


def pixels(file) -> np.ndarray:
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB")).astype(float)


@pytest.mark.parametrize("page", ["data", "architecture", "backprop"])
def test_a_saved_figure_is_the_figure_on_the_page(visit, tmp_path, page):
    visit.open(page)
    figure = visit.page.locator(".sketch:has(canvas):visible").first
    figure.scroll_into_view_if_needed()
    figure.locator(".save").focus()
    with visit.page.expect_download() as download:
        visit.page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "saved.png")
    visit.page.evaluate("document.activeElement.blur()")
    visit.page.mouse.move(0, 0)
    with Image.open(tmp_path / "saved.png") as saved:
        small = saved.convert("RGB").resize((saved.width // SCALE, saved.height // SCALE), Image.BOX)
        saved_pixels = np.asarray(small).astype(float)[MARGIN:-MARGIN, MARGIN:-MARGIN]
    figure.locator(".save").evaluate("button => button.style.display = 'none'")
    shown = seen(figure)
    height, width = (min(sizes) for sizes in zip(saved_pixels.shape[:2], shown.shape[:2], strict=True))
    assert abs(saved_pixels.shape[0] - shown.shape[0]) <= 1
    assert shown.std() > 5, "there is something to see"
    apart = np.abs(saved_pixels[:height, :width] - shown[:height, :width]).mean(axis=2)
    assert apart.mean() < 6
    assert (apart > 60).mean() < 0.05
    assert visit.complaints() == []
