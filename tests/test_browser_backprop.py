"""The Backprop page in a real browser: a unit, a pixel and an answer are clicked; check and step are run."""

import pytest

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser

# Whether every figure of plain markup has got its markup; until then what is below it moves.
PAINTED = """() => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].every(host =>
  host.shadowRoot && host.shadowRoot.querySelector(".stage")?.childElementCount !== 0)"""
# The color of a pixel of a canvas.
COLOR = """([canvas, x, y]) => [...canvas.getContext("2d").getImageData(x, y, 1, 1).data]"""


def picked(visit, which):
    return visit.page.locator(f".st-key-backprop_pick_{which} input").input_value()


def wait_for_pick(visit, which, number):
    visit.wait_until(lambda: picked(visit, which) == number, f"the {which} {number} was not chosen")


def open_tab(visit, name):
    tab = visit.page.get_by_role("tab", name=name, exact=True)
    if tab.get_attribute("aria-selected") != "true":
        with visit.rerun():
            tab.click()


def place_of(visit, figure, field=0):
    """A picture that stands still and is painted."""
    visit.settled()
    visit.page.wait_for_function(PAINTED)
    place = visit.page.locator(f".st-key-{figure} .field").nth(field)
    place.scroll_into_view_if_needed()
    return place, standing(visit, place)


def standing(visit, place):
    """The box of something, when it has come to rest: formulas and figures above it take their room first."""
    boxes = [place.bounding_box()]

    def at_rest():
        visit.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
        boxes.append(place.bounding_box())
        return boxes[-1] == boxes[-2]

    visit.wait_until(at_rest, "the figure did not come to rest")
    return boxes[-1]


def cell_of(visit, figure, cell, columns, rows, field=0):
    """A picture, and where in it the middle of a cell lies."""
    place, box = place_of(visit, figure, field)
    row, column = divmod(cell, columns)
    return place, {"x": (column + 0.5) * box["width"] / columns, "y": (row + 0.5) * box["height"] / rows}


def click_cell(visit, figure, cell, columns, rows, field=0):
    place, middle = cell_of(visit, figure, cell, columns, rows, field)
    with visit.rerun():
        place.click(position=middle)


def hover_over(visit, figure, cell, columns, rows):
    place, middle = cell_of(visit, figure, cell, columns, rows)
    place.hover(position=middle)


def press(visit, key):
    with visit.rerun():
        visit.page.locator(f".st-key-{key} button").first.click()


def test_a_click_on_a_unit_a_pixel_and_an_answer_leads_to_the_numbers_of_that_weight(visit):
    visit.open("backprop")
    click_cell(visit, "backprop_forward", 17, 50, 2)
    wait_for_pick(visit, "unit", "17")
    open_tab(visit, "Backward")
    click_cell(visit, "backprop_backward", 42, 50, 2, field=10)
    wait_for_pick(visit, "unit", "42")
    open_tab(visit, "The gradient")
    wait_for_pick(visit, "unit", "42")
    click_cell(visit, "backprop_picture", 14 * 28 + 13, 28, 28)
    wait_for_pick(visit, "source", str(14 * 28 + 13))
    open_tab(visit, "One weight")
    press(visit, "backprop_guess_raise")
    formulas = visit.page.locator(".st-key-backprop_equations_backward .katex-display")
    assert formulas.count() == 4
    assert "42,405" in formulas.nth(2).inner_text().replace("\n", "").replace("\u200b", "")
    assert visit.page.locator(".katex-error").count() == 0
    open_tab(visit, "The gradient")
    click_cell(visit, "backprop_matrix", 3 * 100 + 20, 100, 10)
    wait_for_pick(visit, "unit", "3")
    wait_for_pick(visit, "source", "20")
    name = visit.page.locator(".st-key-backprop_sheet button").nth(2).get_attribute("aria-label")
    click_cell(visit, "backprop_sheet", 0, 1, 1, field=2)
    wait_for_pick(visit, "unit", name.partition(",")[0].removeprefix("unit "))
    assert visit.complaints() == []


def test_the_same_unit_can_be_chosen_again_after_another_and_by_the_keyboard(visit):
    visit.open("backprop")
    for number in (17, 30, 17):
        click_cell(visit, "backprop_forward", number, 50, 2)
        wait_for_pick(visit, "unit", str(number))
    outputs = visit.page.locator(".st-key-backprop_forward button")
    with visit.rerun():
        outputs.nth(6).press("Enter")
    wait_for_pick(visit, "unit", "6")
    visit.wait_until(
        lambda: outputs.nth(6).get_attribute("aria-pressed") == "true", "the chosen unit was not framed"
    )
    assert visit.complaints() == []


def test_hovering_tells_the_number_of_a_cell(visit):
    visit.open("backprop")
    hover_over(visit, "backprop_forward", 17, 50, 2)
    label = visit.page.locator(".st-key-backprop_forward .label")
    label.wait_for()
    assert label.inner_text().startswith("unit 17\nz = ")
    visit.page.mouse.move(5, 5)
    label.wait_for(state="hidden")
    hover_over(visit, "backprop_digit_shown", 14 * 28 + 13, 28, 28)
    label = visit.page.locator(".st-key-backprop_digit_shown .label")
    label.wait_for()
    assert label.inner_text().startswith("row 14, column 13\nvalue ")


def test_pictures_are_painted_in_the_colors_of_the_theme_and_again_when_it_changes(visit):
    page = visit.page
    page.emulate_media(color_scheme="light")
    visit.open("backprop")
    open_tab(visit, "The gradient")
    canvas = page.locator(".st-key-backprop_picture canvas").element_handle()
    assert page.evaluate(COLOR, [canvas, 0, 0])[:3] == [0xFC, 0xFB, 0xF8], "zero is the color of the page"
    page.emulate_media(color_scheme="dark")
    visit.wait_until(
        lambda: page.evaluate(COLOR, [canvas, 0, 0])[:3] == [0x14, 0x15, 0x1A], "zero kept the light color"
    )
    digit = page.locator(".st-key-backprop_digit_shown canvas").element_handle()
    assert page.evaluate(COLOR, [digit, 0, 0])[:3] == [0xF4, 0xF1, 0xEA], "a digit is ink on paper"


def test_the_slider_the_check_and_the_step_work_and_the_choice_outlives_the_page(visit):
    visit.open("backprop?hidden=12&scaling=unit&initialization=scaled")
    open_tab(visit, "By hand")
    with visit.rerun():
        visit.page.locator("[class*=st-key-backprop_turn_]").get_by_role("slider").first.press("ArrowRight")
    open_tab(visit, "Is it right?")
    press(visit, "backprop_check")
    visit.page.get_by_text("By hand against central differences.").wait_for()
    open_tab(visit, "One step")
    press(visit, "backprop_step")
    visit.page.get_by_text("The sum and the mean.").wait_for()
    press(visit, "backprop_next")
    assert visit.page.locator(".st-key-backprop_number input").input_value() == "1"
    with visit.rerun():
        visit.page.get_by_role("link", name="Data").first.click()
    with visit.rerun():
        visit.page.get_by_role("link", name="Backprop").first.click()
    visit.page.locator(".st-key-backprop_number input").wait_for()
    assert visit.page.locator(".st-key-backprop_number input").input_value() == "1"
    assert visit.page.locator('[role="tab"][aria-selected="true"]').first.inner_text() == "One step"
    assert visit.complaints() == []
