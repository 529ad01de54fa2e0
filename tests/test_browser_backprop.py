"""The Backprop page in a real browser: a unit, a pixel and an answer are clicked; check and step are run."""

import pytest

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser


def bars(visit, where):
    """The cells of a figure that can be clicked."""
    return visit.page.locator(f".st-key-{where} .barlayer path")


def picked(visit, which):
    return visit.page.locator(f".st-key-backprop_pick_{which} input").input_value()


def click_cell(visit, where, number):
    """Click a cell by its place; plotly listens to the pointer, not to the path."""
    cell = bars(visit, where).nth(number)
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    with visit.rerun() as watch:
        visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return watch


def press(visit, key):
    with visit.rerun():
        visit.page.locator(f".st-key-{key} button").first.click()


def test_a_click_on_a_unit_a_pixel_and_an_answer_leads_to_the_numbers_of_that_weight(visit):
    visit.open("backprop")
    visit.page.locator(".st-key-backprop_forward .barlayer path").first.wait_for(state="attached")
    click_cell(visit, "backprop_forward", 17)
    assert picked(visit, "unit") == "17"
    click_cell(visit, "backprop_backward", 10 + 42)
    assert picked(visit, "unit") == "42"
    click_cell(visit, "backprop_picture", 14 * 28 + 13)
    assert picked(visit, "source") == str(14 * 28 + 13)
    press(visit, "backprop_guess_raise")
    formulas = visit.page.locator(".st-key-backprop_equations_backward .katex-display")
    assert formulas.count() == 4
    assert "42,405" in formulas.nth(2).inner_text().replace("\n", "").replace("\u200b", "")
    assert visit.page.locator(".katex-error").count() == 0
    click_cell(visit, "backprop_matrix", 3 * 100 + 20)
    assert (picked(visit, "unit"), picked(visit, "source")) == ("3", "20")
    click_cell(visit, "backprop_sheet", 2)
    assert visit.page.get_by_text("Layer").first.is_visible()
    assert visit.complaints() == []


def test_the_same_unit_can_be_chosen_again_after_another(visit):
    visit.open("backprop")
    visit.page.locator(".st-key-backprop_forward .barlayer path").first.wait_for(state="attached")
    for number in (17, 30, 17):
        click_cell(visit, "backprop_forward", number)
        assert picked(visit, "unit") == str(number)
    assert visit.complaints() == []


def test_the_slider_the_check_and_the_step_work_and_the_choice_outlives_the_page(visit):
    visit.open("backprop?hidden=12&scaling=unit&initialization=scaled")
    with visit.rerun():
        visit.page.locator("[class*=st-key-backprop_turn_]").get_by_role("slider").first.press("ArrowRight")
    press(visit, "backprop_check")
    visit.page.get_by_text("By hand against central differences.").wait_for()
    press(visit, "backprop_step")
    visit.page.get_by_text("Why the step grows with the mini-batch.").wait_for()
    press(visit, "backprop_next")
    assert visit.page.locator(".st-key-backprop_number input").input_value() == "1"
    with visit.rerun():
        visit.page.get_by_role("link", name="Data").first.click()
    with visit.rerun():
        visit.page.get_by_role("link", name="Backprop").first.click()
    visit.page.locator(".st-key-backprop_number input").wait_for()
    assert visit.page.locator(".st-key-backprop_number input").input_value() == "1"
    assert visit.complaints() == []
