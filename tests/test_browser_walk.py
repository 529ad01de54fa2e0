"""One walk through the whole lab in a real Chromium, and every page opened cold by its address."""

import re

import pytest

from docs.pictures import draw
from tests.browser import serving, visiting
from tests.conftest import MNIST_FOLDER

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser
PAGES = ("", "data", "architecture", "backprop", "train", "predict")
TITLES = ("mnistlab", "Data", "Architecture", "Backprop", "Train", "Predict")
QUICK = "train_size=2000&num_epochs=2&scaling=unit&initialization=scaled&learning_rate=0.05&batch_size=20"


@pytest.mark.parametrize(("path", "title"), zip(PAGES, TITLES, strict=True), ids=TITLES)
def test_every_page_opens_cold_by_its_address(visit, path, title):
    visit.open(path)
    assert visit.page.get_by_role("heading", level=1).inner_text() == title
    assert visit.page.locator(".stException").count() == 0
    assert visit.complaints() == []


def test_open_train_two_epochs_draw_and_read_the_answer(visit):
    page = visit.page
    visit.open(f"train?{QUICK}")
    page.locator(".st-key-train_start button:visible").click()
    page.locator(".st-key-network_state", has_text=re.compile(r"epoch 2, \d+")).wait_for()
    visit.settled()
    with visit.rerun():
        page.locator(".st-key-menu").get_by_role("link", name="Predict").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Predict"
    canvas = page.locator("canvas.upper-canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    across, top = box["x"] + box["width"] / 2, box["y"] + 0.15 * box["height"]
    with visit.rerun():
        page.mouse.move(across, top)
        page.mouse.down()
        page.mouse.move(across, top + 0.7 * box["height"], steps=12)
        page.mouse.up()
    answer = page.locator(".st-key-predict_verdict")
    answer.wait_for()
    assert re.search(r"\d", answer.inner_text())
    assert visit.complaints() == []


COUNT_CLICKS = """
window.clicks = 0;
const drawn = target => target.closest(".st-key-predict_sheet");
addEventListener("click", event => { window.clicks += event.isTrusted && !drawn(event.target) }, true);
"""


@pytest.mark.parametrize("digits", ["generated", "mnist"])
def test_two_clicks_and_a_drawing_lead_from_a_cold_start_to_an_answer(chromium, request, digits):
    request.getfixturevalue(digits)
    environment = {"MNISTLAB_DATA_DIR": str(MNIST_FOLDER)} if digits == "mnist" else {}
    with serving(**environment) as server, visiting(chromium, server) as visit:
        visit.page.add_init_script(COUNT_CLICKS)
        visit.open()
        visit.page.get_by_role("button", name="Train a network for me").click()
        with visit.rerun():
            visit.page.get_by_role("button", name="Draw a digit").click()
        draw(visit)  # a three
        visit.page.locator(".st-key-network_state", has_text=re.compile(r"epoch \d+, 9\d")).wait_for()
        visit.page.locator(".st-key-predict_verdict", has_text="It is a 3.").wait_for()
        assert visit.page.evaluate("clicks") == 2
        assert visit.complaints() == []


def test_what_is_wrong_with_a_link_stays_to_be_read(visit):
    visit.open("?seed=abc")
    assert "seed must be a whole number" in visit.page.get_by_test_id("stAlert").inner_text()
    visit.page.wait_for_function("sessionStorage.getItem('mnistlab-token')")
    visit.open("?seed=abc")
    visit.wait_until(lambda: visit.told_its_lab, "the tab did not tell which lab it had")
    visit.settled()
    assert "seed must be a whole number" in visit.page.get_by_test_id("stAlert").inner_text()


REACHED = """() => {
    const held = document.activeElement;
    return held.getAttribute("aria-label") || held.textContent || held.tagName;
}"""
BY_KEYBOARD = {
    "": ("Predict", "Hidden layers", "Large type", "Train a network for me", "Open", "A link for your class"),
    "train": ("Home", "Learning rate η", "Train", "One epoch", "linear axis", "Digits"),
    "predict": ("Your drawing", "Pen", "Pen width", "Raw resize", "Move right", "Train a network for me"),
}


@pytest.mark.parametrize("path", BY_KEYBOARD, ids=lambda path: path or "home")
def test_what_one_can_press_is_reached_by_the_tab_key(visit, path):
    visit.open(path)
    visit.settled()
    reached = []
    for _ in range(100):
        visit.page.keyboard.press("Tab")
        reached.append(visit.page.evaluate(REACHED))
    for name in BY_KEYBOARD[path]:
        assert any(name in words for words in reached if len(words) < 80), f"{name}: {reached}"


def test_settings_survive_page_changes_and_stand_in_the_address(visit):
    page = visit.page
    visit.open("?hidden=30&seed=7")
    with visit.rerun():
        page.locator(".st-key-menu").get_by_role("link", name="Data").click()
    with visit.rerun():
        page.locator(".st-key-menu").get_by_role("link", name="Train").click()
    assert page.get_by_role("spinbutton", name="Width of layer 1").input_value() == "30"
    assert "hidden=30" in page.url
    assert "seed=7" in page.url
    assert "784-30-10" in page.locator(".st-key-network_state").inner_text()


def test_the_sidebar_stays_where_it_is_and_back_leads_to_the_page_before(visit):
    page = visit.page
    rate = page.get_by_role("slider", name="Learning rate η").first
    link = page.locator(".st-key-menu").get_by_role("link", name="Data")
    visit.open("train?seed=7")
    kept = rate.element_handle()
    for _ in range(3):
        rate.focus()
        with visit.rerun():
            rate.press("ArrowRight")
    with visit.rerun():
        link.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Data"
    assert kept.evaluate("slider => slider.isConnected")
    with visit.rerun():
        page.go_back()
    assert page.get_by_role("heading", level=1).inner_text() == "Train"
    assert rate.get_attribute("aria-valuetext") == "0.01"
    assert "learning_rate=0.01" in page.url
    assert visit.complaints() == []


def test_on_a_phone_the_sidebar_gives_way_to_the_page_that_was_chosen(chromium, server):
    with visiting(chromium, server, viewport={"width": 390, "height": 844}) as visit:
        visit.open()
        visit.page.get_by_test_id("stExpandSidebarButton").click()
        with visit.rerun():
            visit.page.locator(".st-key-menu").get_by_role("link", name="Data").click()
        visit.page.locator("[data-testid=stSidebar][data-collapsed=true]").wait_for(state="attached")
        assert visit.page.get_by_role("heading", level=1).inner_text() == "Data"


def test_an_experiment_asks_first_and_answers_after(visit):
    page = visit.page
    visit.open("train?experiment=by-heart&num_epochs=40")
    panel = page.locator(".st-key-experiment")
    assert "Guess first" in panel.inner_text()
    with visit.rerun():
        panel.get_by_text("both about 99%").click()
    with visit.rerun():
        panel.get_by_role("button", name="Train it").click()
    panel.get_by_text("What your run did").wait_for()
    visit.settled()
    assert "It reads" in panel.inner_text()
    assert panel.get_by_role("radio").first.is_disabled(), "a guess can be changed after the answer"
    assert visit.complaints() == []


def test_a_teachers_words_are_shown_as_text(visit):
    visit.open("?note=Look+at+%2Athis%2A+%3Cimg+src%3Dx%3E+%21%5Bx%5D%28http%3A%2F%2Fexample.org%2Fx.png%29")
    note = visit.page.locator(".st-key-note")
    assert note.inner_text() == "Look at *this* <img src=x> ![x](http://example.org/x.png)"
    assert note.locator("img").count() == 0
    assert visit.complaints() == []


def test_a_student_finds_the_lab_as_the_teachers_link_has_it(chromium, server):
    with visiting(chromium, server) as teacher, visiting(chromium, server) as student:
        teacher.open("?hidden=30")
        with teacher.rerun():
            teacher.page.get_by_text("A link for your class").click()
        words = teacher.page.get_by_label("Your words above every page, as plain text")
        with teacher.rerun():
            words.fill("Guess *first*")
            words.press("Control+Enter")
        link = teacher.page.locator(".st-key-link_builder code").inner_text()
        student.open(link.removeprefix(f"{server.url}/"))
        student.page.locator(".st-key-note").get_by_text("Guess *first*", exact=True).wait_for()
        student.page.locator(".st-key-network_state", has_text="784-30-10").wait_for()
        assert teacher.complaints() == student.complaints() == []
