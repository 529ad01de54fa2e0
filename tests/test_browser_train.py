"""Training in a real Chromium: by its epoch count it goes on through all that one can do to the page."""

import re

import pytest

from tests.cable import Cable
from tests.mortal import Mortal

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser

LONG = "train?hidden=20&train_size=5000&num_epochs=1000&scaling=unit&initialization=scaled&learning_rate=0.01"
SHORT = LONG.replace("num_epochs=1000", "num_epochs=3")


@pytest.fixture
def visit(chromium, server):
    """A visitor who stops what they began: the lab of a closed tab goes on for minutes."""
    from tests.browser import visiting

    with visiting(chromium, server) as visitor:
        yield visitor
        stop = button(visitor, "stop")
        if stop.count() and stop.is_enabled():
            stopped(visitor)


def epoch(visit) -> int:
    """Epochs that the sidebar counts."""
    found = re.search(r"epoch (\d+)[,\n]", visit.page.locator(".st-key-network_state").inner_text())
    return int(found.group(1)) if found else 0


def button(visit, name):
    return visit.page.locator(f".st-key-train_{name} button:visible")


def reached(visit, least: int) -> None:
    visit.wait_until(lambda: epoch(visit) >= least, f"epoch {least} did not come")


def begun(visit, path: str = LONG) -> None:
    """A training that has done an epoch, in a fresh tab."""
    visit.open(path)
    button(visit, "start").click()
    reached(visit, 1)


def complaints(visit) -> list[str]:
    """All that is wrong, without what Streamlit says when two of its parts ask for a rerun at once."""
    return [line for line in visit.complaints() if "Multiple different fragmentIds" not in line]


def chosen_page(visit, name: str) -> None:
    visit.page.locator(".st-key-menu").get_by_role("link", name=name).click()
    visit.page.locator("h1", has_text=name).wait_for()


def state(visit, name: str) -> None:
    """Wait until a button can be pressed."""
    visit.page.locator(f".st-key-train_{name} button:visible:not([disabled])").wait_for()


def stopped(visit) -> int:
    button(visit, "stop").click()
    state(visit, "resume")
    return epoch(visit)


def test_train_pause_resume_stop_in_the_browser(visit):
    begun(visit)
    button(visit, "pause").click()
    state(visit, "resume")
    visit.settled()
    paused = epoch(visit)
    button(visit, "resume").click()
    reached(visit, paused + 2)
    assert stopped(visit) >= paused + 2
    assert complaints(visit) == []


def test_a_key_on_the_keyboard_trains_and_stops(visit):
    visit.open(SHORT)
    state(visit, "start")

    def starts() -> bool:
        """Press the key; a page that is just drawn once more may miss it."""
        visit.page.keyboard.press("t")
        visit.page.wait_for_timeout(1000)
        return button(visit, "stop").is_enabled() or epoch(visit) > 0

    visit.wait_until(starts, "the key did nothing")
    reached(visit, 3)
    state(visit, "start")
    assert complaints(visit) == []


def test_a_press_in_a_busy_browser_counts_once(visit):
    begun(visit)
    visit.page.locator(".st-key-train_more button:visible").evaluate(
        """button => {
            button.click()
            const start = performance.now()
            while (performance.now() - start < 1500);  // all that polls is due when this ends
        }"""
    )
    state(visit, "stop")
    visit.page.locator(".st-key-network_state", has_text="of 1010").wait_for()
    later = epoch(visit)
    reached(visit, later + 2)
    assert "of 1010" in visit.page.locator(".st-key-network_state").inner_text()


def test_moving_settings_while_it_trains_loses_nothing(visit):
    begun(visit)
    before = epoch(visit)
    slider = visit.page.get_by_role("slider", name="Learning rate η")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    reached(visit, before + 2)
    width = visit.page.get_by_role("spinbutton", name="Width of layer 1")
    width.fill("30")
    width.press("Enter")
    visit.page.locator(".st-key-train_question").wait_for()
    assert "784-20-10" in visit.page.locator(".st-key-network_state").inner_text()
    later = epoch(visit)
    reached(visit, later + 2)
    assert complaints(visit) == []


def test_training_goes_on_while_other_pages_are_read(visit):
    begun(visit)
    for name in ("Data", "Backprop"):
        before = epoch(visit)
        chosen_page(visit, name)
        reached(visit, before + 2)
    before = epoch(visit)
    chosen_page(visit, "Train")
    state(visit, "stop")
    reached(visit, before + 1)
    assert complaints(visit) == []


def test_a_tab_knows_its_lab_before_anything_is_pressed(visit):
    visit.open(LONG)
    visit.page.wait_for_function("/^[0-9a-f]{32}$/.test(sessionStorage.getItem('mnistlab-token'))")
    assert complaints(visit) == []


def test_only_a_tab_that_remembers_a_lab_has_its_page_drawn_twice(visit):
    visit.open("data")
    visit.page.wait_for_function("sessionStorage.getItem('mnistlab-token')")
    visit.settled()
    assert not visit.told_its_lab
    visit.page.reload()
    visit.wait_until(lambda: visit.told_its_lab, "the tab did not tell which lab it had")


def test_a_reload_finds_its_training_again(visit):
    begun(visit)
    before = epoch(visit)
    visit.page.reload()
    reached(visit, before + 2)
    state(visit, "stop")
    assert stopped(visit) >= before + 2


def test_a_link_opened_in_a_tab_that_has_a_lab_sets_what_it_says_and_keeps_the_network(visit):
    begun(visit, SHORT)
    reached(visit, 3)
    state(visit, "start")
    visit.open(SHORT.replace("num_epochs=3", "num_epochs=7").replace("rate=0.01", "rate=0.02"))
    visit.page.get_by_role("spinbutton", name="Epochs", exact=True).wait_for()
    visit.wait_until(lambda: epoch(visit) == 3, "the network did not come back")
    assert visit.page.get_by_role("spinbutton", name="Epochs", exact=True).input_value() == "7"
    assert "num_epochs=7" in visit.page.url
    assert "learning_rate=0.02" in visit.page.url
    assert complaints(visit) == []


def test_a_second_tab_and_a_duplicated_tab_have_labs_of_their_own(visit):
    begun(visit)
    context = visit.page.context
    context.set_default_timeout(180_000)
    second = context.new_page()
    second.goto(visit.page.url)
    with context.expect_page() as opened:
        visit.page.evaluate("window.open(location.href)")  # takes a copy of sessionStorage along
    for page in (second, opened.value):
        page.locator(".st-key-network_state", has_text="untrained").wait_for()
        page.locator('.stApp[data-test-script-state="notRunning"]').wait_for(state="attached")
        assert "untrained" in page.locator(".st-key-network_state").inner_text()
        page.reload()
        page.locator(".st-key-network_state", has_text="untrained").wait_for()
    before = epoch(visit)
    reached(visit, before + 2)


def test_a_cut_connection_stops_nothing(chromium, server):
    from tests.browser import visiting

    cable = Cable(server)
    with visiting(chromium, cable) as visit:
        begun(visit)
        before = epoch(visit)
        cable.pull_out()
        visit.page.locator('.stApp:not([data-test-connection-state="CONNECTED"])').wait_for(state="attached")
        visit.page.wait_for_timeout(3000)
        cable.plug_in()
        visit.page.locator('.stApp[data-test-connection-state="CONNECTED"]').wait_for(state="attached")
        reached(visit, before + 4)
        assert stopped(visit) >= before + 4


def test_nothing_jumps_while_it_trains(visit):
    begun(visit)
    reached(visit, 3)
    moved = visit.page.evaluate(
        """async () => {
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
    )
    assert [len(places) for places in moved] == [1, 1, 1], moved


def test_each_tab_opens_at_the_first_click(visit):
    visit.open("train")
    for name in ("Weights", "Runs", "Sweep", "Take away", "Digits"):
        tab = visit.page.locator(".st-key-train_tabs").get_by_role("tab", name=name)
        with visit.rerun():
            tab.click()
        assert tab.get_attribute("aria-selected") == "true", f"the click on {name} was lost"
    assert visit.complaints() == []


def test_a_click_on_the_matrix_opens_its_images(visit):
    begun(visit, SHORT)
    reached(visit, 3)
    state(visit, "start")
    visit.settled()
    chart = visit.page.locator(".st-key-train_confusion")
    chart.scroll_into_view_if_needed()
    cells = chart.locator(".field").first
    box = cells.bounding_box()
    with visit.rerun():
        cells.click(position={"x": 0.15 * box["width"], "y": 0.15 * box["height"]})
    images = visit.page.locator(".st-key-train_cell_images")
    images.get_by_text("A 1, read right").wait_for()
    cells.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"):
        cells.press(key)
    with visit.rerun():
        cells.press("Enter")
    images.get_by_text("A 2, read right").wait_for()
    assert complaints(visit) == []


def test_what_is_downloaded_can_be_brought_back(visit, tmp_path):
    from tests.browser import visiting

    page = visit.page
    begun(visit, SHORT)
    reached(visit, 3)
    state(visit, "start")
    page.get_by_role("tab", name="Take away").click()
    files = {}
    for suffix in ("safetensors", "csv", "py", "txt"):
        with page.expect_download() as download:
            page.locator(f".st-key-train_download_{suffix} button:visible").click()
        files[suffix] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[suffix])
    assert files["csv"].read_text().count("\n") == 5
    assert "Episode 2" in files["txt"].read_text()
    compile(files["py"].read_text(), "script", "exec")
    page.locator('input[type="file"]').set_input_files(files["safetensors"])
    page.get_by_role("tab", name="Runs").click()
    visit.settled()
    assert epoch(visit) == 3
    with visiting(page.context.browser, visit.server) as stranger:
        stranger.open("train")
        stranger.page.get_by_role("tab", name="Take away").click()
        stranger.page.locator('input[type="file"]').set_input_files(files["safetensors"])
        reached(stranger, 3)
        assert "784-20-10" in stranger.page.locator(".st-key-network_state").inner_text()


def test_a_killed_server_that_comes_back_has_every_saved_epoch(chromium, generated, tmp_path):
    from tests.browser import visiting

    server = Mortal(tmp_path)
    try:
        with visiting(chromium, server) as visit:
            begun(visit)
            before = epoch(visit)
            reached(visit, before + 5)  # saves are a second apart
            server.kill()
            server.start()
            visit.wait_until(lambda: epoch(visit) > before, "the lab did not come back")
            state(visit, "resume")
            again = epoch(visit)
            button(visit, "resume").click()
            reached(visit, again + 1)
    finally:
        server.kill()
