"""A class of browsers at one server: a tab for each learner, all driven at once, and what each may do."""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests.browser import ARGUMENTS, LAPTOP, chromium_path
from tests.server import in_own_thread

SECONDS = 120.0  # that anybody waits for anything
STATE = ".st-key-network_state"
COUNTED = re.compile(r"mini-batch [1-9]|images/s|epoch ([2-9]|\d\d+) of|Trained for")
PAGES = {
    "mnistlab": "Home",
    **{name: name for name in ("Data", "Architecture", "Backprop", "Train", "Predict")},
}


def at_once(url: str, visits: Sequence[Callable[[Page], Awaitable]]) -> list:
    """Open a tab for each visit, all at once, and return what they return.

    Raises:
        ExceptionGroup: What visits raised, and the exceptions that pages threw in their browser.
    """

    async def everybody() -> list:
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            each = (visited(chromium, url, visit) for visit in visits)
            return await asyncio.gather(*each, return_exceptions=True)

    results = in_own_thread(asyncio.run, everybody())
    if broken := [result for result in results if isinstance(result, Exception)]:
        raise ExceptionGroup(f"{len(broken)} of {len(results)} tabs broke", broken)
    return results


async def visited(chromium: Browser, url: str, visit: Callable[[Page], Awaitable]) -> object:
    """Open a tab and return what a visit in it returns, unless the page breaks."""
    page = await chromium.new_page(viewport=LAPTOP, base_url=url)
    page.set_default_timeout(1000 * SECONDS)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        return await visit(page)
    finally:
        await page.close()
        assert errors == []


class Trained(NamedTuple):
    """How long after the press something was seen, in seconds."""

    begun: float  # the first mini-batches counted
    ended: float


async def train(page: Page, address: str, ready: asyncio.Barrier | None = None) -> Trained:
    """Open the Train page, press Train, and wait until the training has ended.

    Args:
        page: A tab.
        address: Of the page, with settings.
        ready: Waits until all have the page before them, and then all press at once.
    """
    await page.goto(address)
    button = await enabled(page.locator(".st-key-train_start button:visible"))
    if ready:
        await expect(page.locator(".st-key-train_cost svg").first).to_be_visible(timeout=1000 * SECONDS)
        await ready.wait()
    await button.click()
    start = time.monotonic()
    line = page.locator(".stMain [data-testid='stProgress']").first
    await expect(line).to_contain_text(COUNTED, timeout=1000 * SECONDS)
    begun = time.monotonic() - start
    await expect(line).to_contain_text("Trained for", timeout=1000 * SECONDS)
    ended = time.monotonic() - start
    await expect(page.get_by_role("heading", level=1)).to_have_text("Train")
    return Trained(begun, ended)


async def enabled(button: Locator) -> Locator:
    await expect(button).to_be_enabled(timeout=1000 * SECONDS)
    return button


class Wanderer:
    """Somebody who trains and meanwhile clicks at random; every click has to count exactly once.

    Args:
        page: A tab.
        seed: Of what is done.
    """

    def __init__(self, page: Page, seed: int):
        self.page, self.order = page, random.Random(seed)
        self.epochs, self.sample = 1000, 123
        self.image: int | None = None  # until one is chosen: one that the network misreads
        self.done = []

    async def wander(self, address: str, seconds: float) -> list[str]:
        """Press Train, do things for so many seconds, and return what was done."""
        await self.page.goto(address)
        await (await enabled(self.page.locator(".st-key-train_start button:visible"))).click()
        await self.sees(self.page.locator(STATE), f"of {self.epochs}")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            title = await self.page.get_by_role("heading", level=1).inner_text(timeout=1000 * SECONDS)
            here = {"Data": self.resample, "Backprop": self.next_image, "Train": self.more_epochs}.get(title)
            acts = [self.go, self.nudge, self.drag, self.open_tab, *([here] * 3 if here else [])]
            act = self.order.choice(acts)
            self.done.append(f"{title}: {act.__name__}")
            try:
                await act()
            except Exception as error:
                error.add_note("after " + ", ".join(self.done[-6:]))
                raise
        for name in ("Data", "Backprop", "Train"):
            await self.go(name)
        return self.done

    async def go(self, name: str = "") -> None:
        """Follow the menu; what was counted before still is."""
        title = {name: title for title, name in PAGES.items()}
        name = name or self.order.choice(list(title))
        await self.page.locator(".st-key-menu").get_by_role("link", name=name, exact=True).click()
        await self.sees(self.page.get_by_role("heading", level=1), title[name])
        await self.sees(self.page.locator(STATE), re.compile(rf"of {self.epochs}\b"))
        if name == "Data":
            await self.holds(self.sample_seed, self.sample)
        if name == "Backprop" and self.image is not None:
            await self.holds(self.image_number, self.image)

    async def resample(self) -> None:
        """Take other sample images."""
        self.sample += 1
        await self.page.get_by_role("button", name="Resample").first.click()
        await self.holds(self.sample_seed, self.sample)

    async def next_image(self) -> None:
        """Follow the next image."""
        if self.image is None:
            await self.chooses_image()
            return
        self.image += 1
        await self.page.locator(".st-key-backprop_next button:visible").click()
        await self.holds(self.image_number, self.image)

    async def chooses_image(self) -> None:
        """Follow the first image."""
        self.image = 0
        await self.image_number.fill("0")
        await self.image_number.press("Enter")
        await self.holds(self.image_number, self.image)

    async def more_epochs(self) -> None:
        """Have ten epochs more trained."""
        self.epochs += 10
        await self.page.locator(".st-key-train_more button:visible").click()
        await self.sees(self.page.locator(STATE), re.compile(rf"of {self.epochs}\b"))

    async def nudge(self) -> None:
        """Move the learning rate by one step of its scale, by the keyboard."""
        before, high = int(await self.slider.input_value()), int(await self.slider.get_attribute("max"))
        step = 1 if before == 0 or (before < high and self.order.random() < 0.5) else -1
        await self.slider.press("ArrowRight" if step > 0 else "ArrowLeft")
        await self.holds(self.slider, before + step)
        await self.address_agrees()

    async def drag(self) -> None:
        """Drag the learning rate with the mouse."""
        box = await self.slider.locator("xpath=../..").bounding_box()  # the thumb around it
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        await self.page.mouse.move(x + self.order.choice([-40, -20, 20, 40]), y, steps=5)
        await self.page.mouse.up()
        await self.address_agrees()

    async def open_tab(self) -> None:
        """Open one of the tabs of the page, where it has any."""
        tabs = self.page.locator("[class*=_tabs]").get_by_role("radio")
        if count := await tabs.count():
            tab = tabs.nth(self.order.randrange(count))
            await tab.click()
            await expect(tab).to_have_attribute("aria-checked", "true", timeout=1000 * SECONDS)

    async def address_agrees(self) -> None:
        """The address has the learning rate that the slider shows; the default, 0.001, is not written."""
        shown = float(await self.slider.get_attribute("aria-valuetext"))
        there = re.compile(r"learning_rate=" + re.escape(f"{shown:g}"))
        if shown == 0.001:
            await expect(self.page).not_to_have_url(re.compile("learning_rate"), timeout=1000 * SECONDS)
        else:
            await expect(self.page).to_have_url(there, timeout=1000 * SECONDS)

    @property
    def slider(self) -> Locator:
        return self.page.get_by_role("slider", name="Learning rate η").first

    @property
    def sample_seed(self) -> Locator:
        return self.page.get_by_role(
            "spinbutton", name="Seed of the sample"
        ).last  # it gets a new key each time

    @property
    def image_number(self) -> Locator:
        return self.page.get_by_role("spinbutton", name="Number", exact=True).last

    async def sees(self, place: Locator, text: str | re.Pattern) -> None:
        await expect(place).to_contain_text(text, timeout=1000 * SECONDS)

    async def holds(self, field: Locator, number: int) -> None:
        await expect(field).to_have_value(str(number), timeout=1000 * SECONDS)
