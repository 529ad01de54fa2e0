"""The Backprop page in a real browser: a unit, a pixel and an answer are clicked; check and step are run."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import at_rest, follow, settled, until

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser

# Whether every figure of plain markup has got its markup; until then what is below it moves.
PAINTED = """() => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].every(host =>
  host.shadowRoot && host.shadowRoot.querySelector(".stage")?.childElementCount !== 0)"""
# The color of a canvas in its corner.
COLOR = """canvas => {
    const copy = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
    copy.drawImage(canvas, 0, 0)
    return [...copy.getImageData(0, 0, 1, 1).data].slice(0, 3)
}"""


def expect_pick(page, which, number):
    expect(page.locator(f"[class*=st-key-backprop_pick_{which}] input").first).to_have_value(str(number))


def open_tab(page, name):
    tab = page.get_by_role("radio", name=name, exact=True)
    tab.click()
    expect(tab).to_have_attribute("aria-checked", "true")


def cell_of(page, figure, cell, columns, rows, field=0):
    """A picture that stands still and is painted, and where in it the middle of a cell lies."""
    settled(page)
    page.wait_for_function(PAINTED)
    place = page.locator(f".st-key-{figure} .field").nth(field)
    box = at_rest(place)
    row, column = divmod(cell, columns)
    return place, {"x": (column + 0.5) * box["width"] / columns, "y": (row + 0.5) * box["height"] / rows}


def click_cell(page, figure, cell, columns, rows, field=0):
    place, middle = cell_of(page, figure, cell, columns, rows, field)
    place.click(position=middle)


def hover_over(page, figure, cell, columns, rows):
    place, middle = cell_of(page, figure, cell, columns, rows)
    place.hover(position=middle)


def press(page, key):
    page.locator(f".st-key-{key} button:visible").click()


def test_a_click_on_a_unit_a_pixel_and_an_answer_leads_to_the_numbers_of_that_weight(page):
    page.goto("/backprop")
    click_cell(page, "backprop_forward", 17, 50, 2)
    expect_pick(page, "unit", 17)
    open_tab(page, "Backward")
    click_cell(page, "backprop_backward", 42, 50, 2, field=10)
    expect_pick(page, "unit", 42)
    open_tab(page, "Gradient")
    expect_pick(page, "unit", 42)
    click_cell(page, "backprop_picture", 14 * 28 + 13, 28, 28)
    expect_pick(page, "source", 14 * 28 + 13)
    open_tab(page, "Four equations")
    press(page, "backprop_guess_raise")
    formulas = page.locator(".st-key-backprop_equations_backward .katex-display")
    expect(formulas).to_have_count(4)
    expect(formulas.nth(3)).to_contain_text(re.compile(r"42\s*,\s*405"))
    expect(page.locator(".katex-error")).to_have_count(0)
    open_tab(page, "Gradient")
    click_cell(page, "backprop_matrix", 3 * 100 + 20, 100, 10)
    expect_pick(page, "unit", 3)
    expect_pick(page, "source", 20)
    third = page.locator(".st-key-backprop_sheet button").nth(2)
    expect(third).to_have_attribute("aria-label", re.compile(r"^unit \d+,"))
    unit = re.search(r"\d+", third.get_attribute("aria-label")).group()
    click_cell(page, "backprop_sheet", 0, 1, 1, field=2)
    expect_pick(page, "unit", unit)


def test_the_same_unit_can_be_chosen_again_after_another_and_by_the_keyboard(page):
    page.goto("/backprop")
    for number in (17, 30, 17):
        click_cell(page, "backprop_forward", number, 50, 2)
        expect_pick(page, "unit", number)
    output = page.locator(".st-key-backprop_forward button").nth(6)
    output.press("Enter")
    expect_pick(page, "unit", 6)
    expect(output).to_have_attribute("aria-pressed", "true")


def test_hovering_tells_the_number_of_a_cell(page):
    page.goto("/backprop")
    hover_over(page, "backprop_forward", 17, 50, 2)
    label = page.locator(".st-key-backprop_forward .label")
    expect(label).to_have_text(re.compile(r"^unit 17\s*z = "), use_inner_text=True)
    page.mouse.move(5, 5)
    expect(label).to_be_hidden()
    hover_over(page, "backprop_digit_shown", 14 * 28 + 13, 28, 28)
    label = page.locator(".st-key-backprop_digit_shown .label")
    expect(label).to_have_text(re.compile(r"^row 14, column 13\s*value "), use_inner_text=True)


def test_pictures_are_painted_in_the_colors_of_the_theme_and_again_when_it_changes(page):
    page.emulate_media(color_scheme="light")
    page.goto("/backprop")
    open_tab(page, "Gradient")
    zero = page.locator(".st-key-backprop_picture canvas")
    until(page, lambda: zero.evaluate(COLOR), lambda color: color == [0xFC, 0xFB, 0xF8])
    page.emulate_media(color_scheme="dark")
    until(page, lambda: zero.evaluate(COLOR), lambda color: color == [0x14, 0x15, 0x1A])
    paper = page.locator(".st-key-backprop_digit_shown canvas")
    until(page, lambda: paper.evaluate(COLOR), lambda color: color == [0xF4, 0xF1, 0xEA])


def test_the_slider_the_check_and_the_step_work_and_the_choice_outlives_the_page(page):
    page.goto("/backprop?hidden=12&scaling=unit&initialization=scaled")
    open_tab(page, "Cost vs. weight")
    slider = page.locator("[class*=st-key-backprop_turn_]").get_by_role("slider").first
    before = slider.input_value()
    slider.press("ArrowRight")
    expect(slider).not_to_have_value(before)
    open_tab(page, "Gradient check")
    press(page, "backprop_check")
    expect(page.get_by_text("Backpropagation against central differences.")).to_be_visible()
    open_tab(page, "SGD step")
    press(page, "backprop_step")
    expect(page.get_by_text("takes the step too")).to_be_visible()
    number = page.locator("[class*=st-key-backprop_number] input").first
    after = str(int(number.input_value()) + 1)
    press(page, "backprop_next")
    expect(number).to_have_value(after)
    follow(page, "Data")
    follow(page, "Backprop")
    expect(number).to_have_value(after)
    expect(page.get_by_role("radio", name="SGD step")).to_have_attribute("aria-checked", "true")
