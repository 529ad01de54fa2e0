"""Training in a real Chromium: by its epoch count it goes on through all that one can do to the page."""

import re

import pytest
from playwright.sync_api import expect

from mnistlab.ui.live import STILL_HERE
from tests.browser import follow, listen, settled, until
from tests.cable import Cable, Gate

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser

LONG = (
    "/train?hidden=20&train_size=5000&num_epochs=1000&scaling=unit&initialization=scaled&learning_rate=0.01"
)
SHORT = LONG.replace("num_epochs=1000", "num_epochs=3")
STATE = ".st-key-network_state"


@pytest.fixture
def page(page):
    """A visitor who stops what they began: the lab of a closed tab goes on for minutes."""
    yield page
    if button(page, "stop").count() and button(page, "stop").is_enabled():
        stop(page)


def epoch(page) -> int:
    """Epochs that the sidebar counts."""
    found = re.search(r"epoch (\d+)[,\n]", page.locator(STATE).inner_text())
    return int(found.group(1)) if found else 0


def button(page, name):
    return page.locator(f".st-key-train_{name} button:visible")


def expect_epoch(page, least: int) -> int:
    return until(page, lambda: epoch(page), lambda done: done >= least)


def begin(page, path: str = LONG) -> int:
    """Have a training do an epoch, in a fresh tab."""
    page.goto(path)
    button(page, "start").click()
    return expect_epoch(page, 1)


def expect_end(page, last: int = 3) -> None:
    """A training ends by itself."""
    expect_epoch(page, last)
    expect(button(page, "start")).to_be_enabled()


def stop(page) -> int:
    button(page, "stop").click()
    expect(button(page, "resume")).to_be_enabled()
    return epoch(page)


def test_a_key_trains_and_buttons_pause_resume_and_stop(page):
    page.goto(LONG)
    expect(button(page, "start")).to_be_enabled()
    settled(page)
    page.keyboard.press("t")
    expect_epoch(page, 1)
    button(page, "pause").click()
    expect(button(page, "resume")).to_be_enabled()
    settled(page)
    paused = epoch(page)
    button(page, "resume").click()
    expect_epoch(page, paused + 2)
    assert stop(page) >= paused + 2


def test_a_press_in_a_busy_browser_counts_once(page):
    begin(page)
    button(page, "more").evaluate(
        """button => {
            button.click()
            const start = performance.now()
            while (performance.now() - start < 1500);  // all that polls is due when this ends
        }"""
    )
    expect(page.locator(STATE)).to_contain_text("of 1010")
    expect_epoch(page, epoch(page) + 2)
    expect(page.locator(STATE)).to_contain_text("of 1010")


def test_moving_settings_while_it_trains_loses_nothing(page):
    before = begin(page)
    slider = page.get_by_role("slider", name="Learning rate η")
    for _ in range(3):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "0.1")
    expect_epoch(page, before + 2)
    width = page.get_by_role("spinbutton", name="Width of layer 1")
    width.fill("30")
    width.press("Enter")
    expect(page.locator(".st-key-train_question")).to_be_visible()
    expect(page.locator(STATE)).to_contain_text("784-20-10")
    expect_epoch(page, epoch(page) + 2)


def test_training_goes_on_while_other_pages_are_read(page):
    before = begin(page)
    for name in ("Data", "Backprop", "Train"):
        follow(page, name)
        before = expect_epoch(page, before + 2)
    expect(button(page, "stop")).to_be_enabled()


def test_a_reload_finds_its_training_again(page):
    before = begin(page)
    page.reload()
    expect_epoch(page, before + 2)
    expect(button(page, "stop")).to_be_enabled()
    assert stop(page) >= before + 2


def test_a_link_opened_in_a_tab_that_has_a_lab_sets_what_it_says_and_keeps_the_network(page):
    begin(page, SHORT)
    expect_end(page)
    page.goto(SHORT.replace("num_epochs=3", "num_epochs=7").replace("rate=0.01", "rate=0.02"))
    expect(page.locator(STATE)).to_contain_text("epoch 3")
    expect(page.get_by_role("spinbutton", name="Epochs", exact=True)).to_have_value("7")
    expect(page).to_have_url(re.compile("num_epochs=7"))
    expect(page).to_have_url(re.compile("learning_rate=0.02"))


def test_a_second_tab_and_a_duplicated_tab_have_labs_of_their_own(page):
    before = begin(page)
    second = page.context.new_page()
    second.goto(page.url)
    with page.context.expect_page() as opened:
        page.evaluate("window.open(location.href)")  # takes a copy of sessionStorage along
    for other in (second, opened.value):
        expect(other.locator(STATE)).to_contain_text("untrained")
        settled(other)
        other.reload()
        settled(other)
        expect(other.locator(STATE)).to_contain_text("untrained")
    expect_epoch(page, before + 2)


# As soon as the tab has noticed that it remembers another's lab, before the server has an answer.
RELOAD_AT_ONCE = """() => {
    const look = () => window.mnistlabTab ? location.reload() : setTimeout(look)
    look()
}"""
TOKEN = "sessionStorage.getItem('mnistlab-token')"


def test_a_duplicated_tab_that_is_reloaded_at_once_is_a_duplicate_still(page):
    before = begin(page)
    with page.context.expect_page() as opened:
        page.evaluate("window.open(location.href)")
    other = opened.value
    other.wait_for_load_state("commit")
    with other.expect_navigation():
        other.evaluate(RELOAD_AT_ONCE)
    until(other, lambda: other.evaluate(TOKEN), lambda token: token != page.evaluate(TOKEN))
    settled(other)
    expect(other.locator(STATE)).to_contain_text("untrained")
    expect_epoch(page, before + 2)


def test_a_cut_connection_stops_nothing(browser, server):
    cable = Cable(server.url)
    page = listen(browser.new_context(base_url=cable.url), complaints=[]).new_page()
    before = begin(page)
    cable.pull_out()
    expect(page.locator('.stApp:not([data-test-connection-state="CONNECTED"])')).to_be_attached()
    cable.plug_in()
    expect_epoch(page, before + 4)
    assert stop(page) >= before + 4
    page.context.close()


STAYS = """async () => {
    const watched = [".st-key-train_cards", ".st-key-train_cost", ".st-key-train_tabs"]
    const seen = watched.map(() => new Set())
    const start = performance.now()
    while (performance.now() - start < 4000) {
        watched.forEach((name, i) => {
            const box = document.querySelector(name)?.getBoundingClientRect()
            seen[i].add(box ? Math.round(box.top) : "gone")
        })
        await new Promise(requestAnimationFrame)
    }
    return seen.map(places => [...places])
}"""


def test_nothing_jumps_while_it_trains(page):
    begin(page)
    expect_epoch(page, 3)
    settled(page)
    moved = page.evaluate(STAYS)
    assert [len(places) for places in moved] == [1, 1, 1], moved


def test_each_tab_opens_at_the_first_click(page):
    page.goto("/train")
    for name in ("Weights", "Runs", "Hyperparameter sweep", "Export and import", "Confusion matrix"):
        tab = page.locator(".st-key-train_tabs").get_by_role("radio", name=name)
        tab.click()
        expect(tab).to_have_attribute("aria-checked", "true")


def test_a_tab_stays_open_when_the_answer_to_the_click_before_comes_late(page):
    gate = Gate(page)
    begin(page)
    tabs = page.locator(".st-key-train_tabs")
    gate.is_shut = True
    tabs.get_by_role("radio", name="Weights").click()
    until(page, lambda: gate.num_answers, lambda number: number >= 3)
    before = gate.num_held
    tabs.get_by_role("radio", name="Runs").click()
    answers = gate.num_answers
    until(page, lambda: gate.num_answers, lambda number: number >= answers + 3)
    gate.let_through(before)
    ticks(page, gate, 2)
    gate.let_through(gate.num_held)
    gate.is_shut = False
    ticks(page, gate, 3)
    expect(tabs.get_by_role("radio", name="Runs")).to_be_checked()
    expect(page.locator(".st-key-train_runs")).to_be_visible()


def test_a_click_on_what_was_still_the_page_of_a_training_is_answered_soon(page):
    gate = Gate(page)
    begin(page, SHORT)
    gate.is_shut = True
    until(page, lambda: gate.num_pages)  # the training has ended, and the page does not know yet
    asked = gate.num_asked
    page.locator(".st-key-train_tabs").get_by_role("radio", name="Runs").click()
    until(page, lambda: gate.num_asked > asked)
    gate.is_shut = False
    gate.let_through(gate.num_held)
    expect(page.locator(".st-key-train_runs")).to_be_visible(timeout=1000 * STILL_HERE / 2)


def ticks(page, gate, number: int) -> None:
    """Wait until the page has looked at the lab so many times more."""
    asked = gate.num_asked
    until(page, lambda: gate.num_asked, lambda now: now >= asked + number)


def test_a_click_on_the_matrix_opens_its_images(page):
    begin(page, SHORT)
    expect_end(page)
    settled(page)
    cells = page.locator(".st-key-train_confusion .field").first
    images = page.locator(".st-key-train_cell_images")
    cells.scroll_into_view_if_needed()
    box = cells.bounding_box()
    cells.click(position={"x": 0.15 * box["width"], "y": 0.15 * box["height"]})
    expect(images.get_by_text("True label 1, predicted 1")).to_be_visible()
    settled(page)
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "Enter"):
        cells.press(key)
    expect(images.get_by_text("True label 2, predicted 2")).to_be_visible()
    cells.hover(position={"x": 0.35 * box["width"], "y": 0.35 * box["height"]})
    page.mouse.down()
    cells.evaluate(
        "field => field.parentElement.replaceChildren(...[...field.parentElement.childNodes].map("
        "node => node.cloneNode(true)))"
    )  # as the next epoch's figure does
    page.mouse.up()
    expect(images.get_by_text("True label 3, predicted 3")).to_be_visible()


def test_what_is_downloaded_can_be_brought_back(page, new_context, tmp_path):
    begin(page, SHORT)
    expect_end(page)
    page.get_by_role("radio", name="Export and import").click()
    files = {}
    for suffix in ("safetensors", "csv", "py", "txt"):
        with page.expect_download() as download:
            button(page, f"download_{suffix}").click()
        files[suffix] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[suffix])
    assert files["csv"].read_text().count("\n") == 5
    assert "Episode 2" in files["txt"].read_text()
    compile(files["py"].read_text(), "script", "exec")
    stranger = new_context().new_page()
    stranger.goto("/train")
    stranger.get_by_role("radio", name="Export and import").click()
    stranger.locator('input[type="file"]').set_input_files(files["safetensors"])
    expect(stranger.locator(STATE)).to_contain_text(re.compile("784-20-10.*epoch 3", re.DOTALL))


CHART = """place => ({
    epochs: (place.data?.[0]?.x.length ?? 0) - 1,
    range: place.layout?.xaxis.range,
    hidden: (place.data ?? []).filter(line => line.visible === "legendonly").map(line => line.name),
})"""


def test_a_chart_goes_on_after_a_finger_scrolled_and_keeps_zoom_and_hidden_line_for_ten_epochs(page):
    begin(page)
    place = page.locator(".st-key-train_cost .chart")

    def chart():
        return place.evaluate(CHART)

    def drag(*stops: float) -> None:
        for stop in stops:
            place.hover(position={"x": stop, "y": 200}, force=True)  # a drag has a cover over all

    place.scroll_into_view_if_needed()
    place.dispatch_event("pointerdown")
    place.dispatch_event("pointercancel", {"bubbles": True})  # a finger that scrolls the page
    before = max(chart()["epochs"], 0)
    until(page, chart, lambda seen: seen["epochs"] > before + 2)
    drag(120)
    page.mouse.down()
    drag(150, 220)
    before = chart()["epochs"]
    expect_epoch(page, epoch(page) + 3)  # while the pointer drags, nothing changes under it
    assert chart()["epochs"] == before
    drag(260)
    page.mouse.up()
    zoomed = until(page, chart, lambda seen: seen["epochs"] > before)["range"]
    assert zoomed[1] - zoomed[0] < 0.5 * 1000
    place.locator(".legendtoggle").nth(1).click()
    hidden = until(page, chart, lambda seen: seen["hidden"] == ["training"])
    after = until(page, chart, lambda seen: seen["epochs"] >= hidden["epochs"] + 10)
    assert (after["range"], after["hidden"]) == (zoomed, ["training"])
    button(page, "reset").click()
    expect_epoch(page, 0)
    until(page, chart, lambda seen: seen["hidden"] == [] and seen["range"] != zoomed)


def test_a_chart_is_drawn_when_it_is_scrolled_to_and_tells_its_values_below_where_they_cover_no_curve(page):
    begin(page, SHORT)
    recall = page.locator(".st-key-train_recall .chart")
    assert recall.locator("svg").count() == 0
    recall.scroll_into_view_if_needed()
    expect(recall.locator(".scatterlayer .trace")).to_have_count(10)
    expect_end(page)
    place = page.locator(".st-key-train_cost .chart")
    readout = page.locator(".st-key-train_cost .readout")
    place.scroll_into_view_if_needed()
    expect(place.locator(".scatterlayer .trace").first).to_be_attached()
    place.hover(position={"x": 200, "y": 200})
    expect(readout).to_have_text(re.compile(r"^epoch \d\s*test: 0\.\d{4}\s*training: 0\.\d{4}"))
    expect(place.locator(".hoverlayer .legend, .hoverlayer .hovertext")).to_have_count(0)
    page.mouse.move(5, 5)
    expect(readout).to_be_empty()


def tick(page, *rows: int) -> None:
    """Click the boxes of some rows of the table of runs, a canvas with two rows of titles."""
    table = page.locator("[class*=st-key-train_runs]")
    table.scroll_into_view_if_needed()
    expect(table.get_by_test_id("data-grid-canvas")).to_be_visible()
    settled(page)
    for row in rows:
        table.click(position={"x": 16, "y": 70 + 35 * row + 17})
        settled(page)


def test_runs_are_ticked_compared_and_deleted_and_a_link_offers_one_to_others(page, new_context):
    begin(page, SHORT.replace("num_epochs=3", "num_epochs=2"))
    expect_end(page, 2)
    page.get_by_role("slider", name="Learning rate η").press("ArrowRight")
    button(page, "reset").click()
    expect(page.locator(STATE)).to_contain_text("untrained")
    button(page, "start").click()
    expect_end(page, 2)
    page.locator(".st-key-train_tabs").get_by_role("radio", name="Runs").click()
    tick(page, 0, 1)
    expect(page.get_by_text("in a single setting: learning rate η, 0.01 and 0.02.")).to_be_visible()
    page.locator(".st-key-train_test_cost .chart").scroll_into_view_if_needed()
    lines = page.locator(".st-key-train_test_cost .chart .legendtext")
    expect(lines).to_have_text(["Run 1", "Run 2"])
    button(page, "reset").click()  # the ticks stay where the list grows
    expect(page.locator(STATE)).to_contain_text("untrained")
    settled(page)
    expect(lines).to_have_text(["Run 1", "Run 2"])
    tick(page, 1)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Run 1")
    button(page, "delete").click()
    button(page, "delete_yes").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Run 3")
    tick(page, 0)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Run 2")
    page.locator(".st-key-train_tabs").get_by_role("radio", name="Export and import").click()
    expect(page.get_by_text("This link works on this computer only: 127.0.0.1 is")).to_be_visible()
    link = page.locator("code").filter(has_text="run=Run+3")
    stranger = new_context().new_page()
    stranger.goto(link.inner_text())
    expect(stranger.get_by_text("This is a link to a run, “Run 3”")).to_be_visible()
    button(stranger, "linked_run").click()
    expect_end(stranger, 2)
    expect(stranger.get_by_text("This is a link to a run")).to_have_count(0)
    expect(stranger.get_by_role("slider", name="Learning rate η")).to_have_attribute("aria-valuetext", "0.02")
