"""Data and Architecture in a real Chromium: digits, points and units are clicked, tabs opened."""

import re

import pytest

from tests.browser import visiting

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser


def opened_tab(page) -> str:
    return page.locator('[role="tab"][aria-selected="true"]').inner_text()


def open_tab(visit, name: str) -> None:
    with visit.rerun():
        visit.page.get_by_role("tab", name=name).click()
    assert opened_tab(visit.page) == name


def click_middle(visit, locator) -> None:
    """Click where something lies; a chart's own surface lies above its marks."""
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    with visit.rerun():
        visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def numbers(page) -> list[str]:
    cells = page.locator(".st-key-data_table td")
    cells.last.wait_for()
    return cells.all_inner_texts()


def test_a_digit_is_square_where_there_is_little_room(visit):
    visit.open("data")
    visit.page.locator(".st-key-data_picture").evaluate("place => place.style.width = '70px'")
    box = visit.page.locator(".st-key-data_picture img").bounding_box()
    assert box["width"] == pytest.approx(70), "it does not keep to the room that there is"
    assert box["height"] == pytest.approx(box["width"])


@pytest.mark.parametrize("width", [1024, 1440])
def test_all_columns_of_the_numbers_are_in_view(chromium, server, width):
    with visiting(chromium, server, viewport={"width": width, "height": 768}) as visit:
        visit.open("data")
        table = visit.page.locator(".st-key-data_table .pixels")
        table.wait_for()
        assert table.evaluate("e => e.scrollWidth <= e.clientWidth"), "some columns are cut off"


def test_a_clicked_digit_opens_as_its_picture_and_its_numbers(visit):
    page = visit.page
    visit.open("data")
    before = numbers(page)
    assert len(before) == 784
    click_middle(visit, page.locator(".st-key-data_sheet button").nth(5))
    visit.wait_until(lambda: numbers(page) != before, "the numbers stayed the same")
    caption = page.locator(".st-key-data_sheet .tiles .muted").nth(5).text_content()
    sixth = page.locator(".st-key-data_sheet button").nth(5)
    visit.wait_until(lambda: sixth.get_attribute("aria-pressed") == "true", "the open digit was not framed")
    label = re.search(r"\d", caption).group()
    page.get_by_text(f"The same {label}, as the computer has it").wait_for()
    cell = page.locator(".st-key-data_table td", has_text=re.compile("^2[0-9]{2}$")).first
    assert re.fullmatch(r"row \d+, column \d+: 2\d\d", cell.get_attribute("title"))
    assert visit.complaints() == []


def test_reshuffle_and_filter_change_the_sheet(visit):
    page = visit.page
    visit.open("data")
    captions = page.locator(".st-key-data_sheet .tiles .muted")
    captions.nth(15).wait_for()
    first = captions.all_text_contents()
    with visit.rerun():
        page.get_by_role("button", name="Reshuffle").first.click()
    visit.wait_until(lambda: captions.all_text_contents() != first, "the sheet stayed the same")
    with visit.rerun():
        page.locator(".st-key-data_kind").get_by_role("radio", name="3", exact=True).click()
    sixteen = ["This is a 3"] * 16
    visit.wait_until(lambda: captions.all_text_contents() == sixteen, "the sheet was not of threes")
    assert visit.complaints() == []


def test_every_tab_opens_and_the_last_one_is_open_when_one_comes_back(visit):
    page = visit.page
    visit.open("data")
    for name in ("Kinds", "Pixels", "To beat", "Drawn by the lab", "Map"):
        open_tab(visit, name)
    click_middle(visit, page.locator(".st-key-data_map .point").nth(40))
    with visit.rerun():
        page.locator(".st-key-menu").get_by_role("link", name="Architecture").click()
    with visit.rerun():
        page.locator(".st-key-menu").get_by_role("link", name="Data").click()
    assert opened_tab(page) == "Map"
    assert visit.complaints() == []


def test_a_point_of_the_map_opens_its_image(visit):
    page = visit.page
    visit.open("data")
    open_tab(visit, "Map")
    title = page.locator(".st-key-data_point_picture p")
    title.wait_for()
    before = title.text_content()
    point = page.locator(".st-key-data_map .point").nth(40)
    digit = point.text_content()
    click_middle(visit, point)
    visit.wait_until(lambda: title.text_content() != before, "the image stayed the same")
    assert re.fullmatch(rf"Training image [\d,]+: {digit}", title.text_content())
    assert visit.complaints() == []


def test_a_line_of_the_diagram_tells_its_weight_and_a_unit_its_bias(visit):
    page = visit.page
    visit.open("architecture?hidden=3")
    wires = page.locator(".st-key-architecture_diagram .wires")
    box = wires.bounding_box()
    units = page.locator(".st-key-architecture_diagram .wires i")
    first, last = (units.nth(number).bounding_box() for number in (14 + 3, 14 + 3 + 9))
    hidden = units.nth(14).bounding_box()
    label = page.locator(".st-key-architecture_diagram .label")
    x, y = ((hidden[side] + first[side]) / 2 + 7.5 for side in "xy")  # halfway from one to the other
    page.mouse.move(x, y)
    label.wait_for()
    assert re.fullmatch(r"layer 2, to unit 0 from unit 0\nweight [+-][\d.]+", label.inner_text())
    assert page.locator(".st-key-architecture_diagram .hovered").get_attribute("d")
    page.mouse.move(last["x"] + 7, last["y"] + 7)
    visit.wait_until(lambda: label.inner_text().startswith("unit 9\nbias "), "the unit did not tell its bias")
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 2)
    label.wait_for(state="hidden")
    assert visit.complaints() == []


def test_the_architecture_page_follows_the_sidebar_and_shows_a_clicked_unit(visit):
    page = visit.page
    visit.open("architecture?hidden=24")
    page.get_by_text("24 × 784 + 24").wait_for()
    for name in ("The sums z", "What it can do", "First weights"):
        open_tab(visit, name)
    units = page.locator(".st-key-architecture_sheet_before .field")
    units.scroll_into_view_if_needed()
    box = units.bounding_box()
    with visit.rerun():  # the fourth of the second row, of ten in three
        page.mouse.click(box["x"] + 0.35 * box["width"], box["y"] + 0.5 * box["height"])
    page.locator(".st-key-architecture_unit_before .title", has_text="Unit 13 as it begins").wait_for()
    with visit.rerun():
        page.get_by_role("button", name="Recommended").click()
    page.get_by_text("200 × 784 + 200").wait_for()
    assert visit.complaints() == []
