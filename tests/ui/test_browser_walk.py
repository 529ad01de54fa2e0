"""One walk through the whole lab in a real Chromium."""

import re

import pytest
from playwright.sync_api import expect

from docs.pictures import draw
from tests.browser import at_rest, follow, settled
from tests.conftest import MNIST_FOLDER
from tests.server import serving

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser
QUICK = "train_size=2000&num_epochs=2&scaling=unit&initialization=scaled&learning_rate=0.05&batch_size=20"
STATE = ".st-key-network_state"
COUNT_CLICKS = """
window.clicks = 0;
const drawn = target => target.closest(".st-key-predict_sheet");
addEventListener("click", event => { window.clicks += event.isTrusted && !drawn(event.target) }, true);
"""


def expect_title(page, title):
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


@pytest.mark.parametrize("digits", ["generated", "mnist"])
def test_two_clicks_and_a_drawing_lead_from_a_cold_start_to_an_answer(new_context, request, digits):
    request.getfixturevalue(digits)
    environment = {"MNISTLAB_DATA_DIR": str(MNIST_FOLDER)} if digits == "mnist" else {}
    with serving(**environment) as server:
        context = new_context()
        page = context.new_page()
        page.add_init_script(COUNT_CLICKS)
        page.goto(server.url)
        page.get_by_role("button", name="Train a network for me").click()
        page.get_by_role("button", name="Draw a digit").click()
        expect_title(page, "Predict")
        draw(page)  # a three
        expect(page.locator(STATE)).to_contain_text(re.compile(r"epoch \d+, test accuracy 9\d"))
        expect(page.locator(".st-key-predict_verdict")).to_contain_text("It is a 3.")
        assert page.evaluate("clicks") == 2
        context.close()
        assert server.complaints() == []


def test_what_is_wrong_with_a_link_stays_to_be_read(page):
    page.goto("/?seed=abc")
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text("seed must be a whole number")
    page.wait_for_function("() => sessionStorage.getItem('mnistlab-token')")
    page.goto("/?seed=abc")  # the tab now has a lab that it takes back
    expect(alert).to_contain_text("seed must be a whole number")
    settled(page)
    expect(alert).to_contain_text("seed must be a whole number")


@pytest.mark.parametrize(
    ("words", "heading"), [("Shape a network, and see", "Architecture"), ("Watch how far the cost", "Train")]
)
def test_a_card_of_home_is_a_link_as_a_whole(page, words, heading):
    page.goto("/")
    expect(page.locator(".st-key-network_state:not(:has([role=progressbar]))")).to_be_visible()
    settled(page)
    box = at_rest(page.get_by_text(words))
    page.mouse.click(box["x"] + 20, box["y"] + 5)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


FOCUSED = """() => {
    const held = document.activeElement;
    return held.getAttribute("aria-label") || held.textContent || held.tagName;
}"""
BY_KEYBOARD = {
    "/": (
        "Predict",
        "Hidden layers",
        "Larger text",
        "Train a network for me",
        "A link for your class",
    ),
    "/train": ("Home", "Learning rate η", "Train", "One epoch", "Latest epochs", "Confusion matrix"),
    "/predict": ("Your drawing", "Pen", "Pen width", "Resize only", "Move right", "Train a network for me"),
}


@pytest.mark.parametrize("path", BY_KEYBOARD)
def test_what_one_can_press_is_reached_by_the_tab_key(page, path):
    page.goto(path)
    expect(page.get_by_text(BY_KEYBOARD[path][-1]).last).to_be_visible()
    settled(page)
    left = set(BY_KEYBOARD[path])
    for _ in range(150):
        page.keyboard.press("Tab")
        words = page.evaluate(FOCUSED)
        left -= {name for name in left if name in words and len(words) < 80}
    assert not left


def test_settings_survive_page_changes_and_stand_in_the_address(page):
    page.goto("/?hidden=30&seed=7")
    follow(page, "Data")
    follow(page, "Train")
    expect(page.get_by_role("spinbutton", name="Width of layer 1")).to_have_value("30")
    expect(page.locator(STATE)).to_contain_text("784-30-10")
    expect(page).to_have_url(re.compile("hidden=30"))
    expect(page).to_have_url(re.compile("seed=7"))


def test_the_sidebar_stays_where_it_is_and_back_leads_to_the_page_before(page):
    rate = page.get_by_role("slider", name="Learning rate η").first
    page.goto("/train?seed=7")
    kept = rate.element_handle()
    for value in ("0.002", "0.005", "0.01"):
        rate.press("ArrowRight")
        expect(rate).to_have_attribute("aria-valuetext", value)
    expect(page).to_have_url(re.compile("learning_rate=0.01"))
    follow(page, "Data")
    assert kept.evaluate("slider => slider.isConnected")
    page.go_back()
    expect_title(page, "Train")
    expect(rate).to_have_attribute("aria-valuetext", "0.01")
    expect(page).to_have_url(re.compile("learning_rate=0.01"))


@pytest.mark.browser_context_args(viewport={"width": 390, "height": 844})
def test_on_a_phone_the_sidebar_gives_way_to_the_page_that_was_chosen(page):
    page.goto("/")
    page.get_by_test_id("stExpandSidebarButton").click()
    follow(page, "Data")
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")


def test_an_experiment_asks_first_and_answers_after(page):
    page.goto("/train?experiment=too-slow")
    panel = page.locator(".st-key-experiment")
    expect(panel).to_contain_text("Guess first")
    panel.get_by_text("about 80 of 100").click()
    panel.get_by_role("button", name="Train it").click()
    expect(panel.get_by_text("What your run did")).to_be_visible()
    expect(panel).to_contain_text("After 5 epochs the test accuracy is")
    expect(panel.get_by_role("radio").first).to_be_disabled()


def test_a_teachers_words_are_shown_as_text(page):
    page.goto("/?note=Look+at+%2Athis%2A+%3Cimg+src%3Dx%3E+%21%5Bx%5D%28http%3A%2F%2Fexample.org%2Fx.png%29")
    note = page.locator(".st-key-note")
    expect(note).to_have_text("Look at *this* <img src=x> ![x](http://example.org/x.png)")
    expect(note.locator("img")).to_have_count(0)


def test_a_student_finds_the_lab_as_the_teachers_link_has_it(page, new_context):
    page.goto("/?hidden=30")
    page.get_by_text("A link for your class").click()
    words = page.locator(".st-key-link_note textarea")
    words.fill("Guess *first*")
    words.press("Control+Enter")
    link = page.locator(".st-key-link_builder code")
    expect(link).to_contain_text("first")
    student = new_context().new_page()
    student.goto(link.inner_text())
    expect(student.locator(".st-key-note").get_by_text("Guess *first*", exact=True)).to_be_visible()
    expect(student.locator(STATE)).to_contain_text("784-30-10")
