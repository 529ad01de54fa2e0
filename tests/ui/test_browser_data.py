"""Data and Architecture in a real Chromium: digits, points and units are clicked, tabs opened."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import at_rest, follow, settled, until

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser


def open_tab(page, name: str) -> None:
    tab = page.get_by_role("radio", name=name)
    tab.click()
    expect(tab).to_have_attribute("aria-checked", "true")


def click_middle(locator) -> None:
    """Click where something lies; a chart's own surface lies above its marks."""
    settled(locator.page)
    box = at_rest(locator)
    locator.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_digit_is_square_where_there_is_little_room(page):
    page.goto("/data")
    page.locator(".st-key-data_picture").evaluate("place => place.style.width = '70px'")
    picture = page.locator(".st-key-data_picture img")
    until(page, picture.bounding_box, lambda box: box["width"] == pytest.approx(70) == box["height"])


def test_all_columns_of_the_numbers_are_in_view(page):
    page.goto("/data")
    table = page.locator(".st-key-data_table .pixels")
    expect(table).to_be_visible()
    for width in (1024, 1440):
        page.set_viewport_size({"width": width, "height": 768})
        settled(page)
        until(page, lambda: table.evaluate("e => e.clientWidth - e.scrollWidth"), lambda room: room >= 0)


def test_a_clicked_digit_opens_as_its_picture_and_its_numbers(page):
    page.goto("/data")
    cells = page.locator(".st-key-data_table td")
    expect(cells).to_have_count(784)
    before = cells.all_text_contents()
    sixth = page.locator(".st-key-data_sheet button").nth(5)
    click_middle(sixth)
    expect(sixth).to_have_attribute("aria-pressed", "true")
    until(page, cells.all_text_contents, lambda numbers: len(numbers) == 784 and numbers != before)
    caption = page.locator(".st-key-data_sheet .tiles .muted").nth(5)
    label = re.search(r"\d", caption.text_content()).group()
    expect(page.get_by_text(f"The same {label}, as the computer has it")).to_be_visible()
    cell = cells.filter(has_text=re.compile("^2[0-9]{2}$")).first
    expect(cell).to_have_attribute("title", re.compile(r"^row \d+, column \d+: 2\d\d$"))


def test_every_tab_opens_a_point_of_the_map_its_image_and_the_last_tab_is_open_when_one_comes_back(page):
    page.goto("/data")
    for name in ("Classes", "Pixels", "Baselines", "Generated digits", "PCA"):
        open_tab(page, name)
    title = page.locator(".st-key-data_point_picture p")
    before = title.text_content()
    point = page.locator(".st-key-data_map .point").nth(40)
    digit = point.text_content()
    click_middle(point)
    expect(title).not_to_have_text(before)
    expect(title).to_have_text(re.compile(rf"^Training image [\d,]+: {digit}$"))
    follow(page, "Architecture")
    follow(page, "Data")
    expect(page.get_by_role("radio", name="PCA")).to_have_attribute("aria-checked", "true")


def test_a_line_of_the_diagram_tells_its_weight_and_a_unit_its_bias(page):
    page.goto("/architecture?hidden=3")
    figure = page.locator(".st-key-architecture_diagram")
    units = figure.locator(".wires i")
    settled(page)
    hidden, first, last = (at_rest(units.nth(number)) for number in (14, 14 + 3, 14 + 3 + 9))
    box = at_rest(figure.locator(".wires"))
    hidden, first, last = (units.nth(number).bounding_box() for number in (14, 14 + 3, 14 + 3 + 9))
    label = figure.locator(".label")
    x, y = ((hidden[side] + first[side]) / 2 + 7.5 for side in "xy")  # halfway from one to the other
    page.mouse.move(x, y)
    weight = re.compile(r"^layer 2, to unit 0 from unit 0\s*weight [+-][\d.]+$")
    expect(label).to_have_text(weight, use_inner_text=True)
    expect(figure.locator(".hovered")).to_have_attribute("d", re.compile("."))
    page.mouse.move(last["x"] + 7, last["y"] + 7)
    expect(label).to_have_text(re.compile(r"^unit 9\s*bias "), use_inner_text=True)
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 2)
    expect(label).to_be_hidden()


def test_the_architecture_page_follows_the_sidebar_and_shows_a_clicked_unit(page):
    page.goto("/architecture?hidden=24")
    expect(page.get_by_text("24 × 784 + 24")).to_be_visible()
    for name in ("Pre-activations z", "Universal approximation", "First-layer weights"):
        open_tab(page, name)
    settled(page)
    units = page.locator(".st-key-architecture_sheet_before .field")
    box = at_rest(units)  # the fourth of the second row, of ten in three
    units.click(position={"x": 0.35 * box["width"], "y": 0.5 * box["height"]})
    expect(page.locator(".st-key-architecture_unit_before .title")).to_contain_text("Unit 13 as it begins")
    page.get_by_role("button", name="Recommended").click()
    expect(page.get_by_text("200 × 784 + 200")).to_be_visible()
