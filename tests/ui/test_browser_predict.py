"""The Predict page in a real browser: digits drawn with mouse and finger, tools, and what survives."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

import mnistlab.ui
from benchmarks.pen_strokes import WRITTEN, strokes_of
from mnistlab.ui.canvas import HIDDEN, SIDE
from tests.browser import LAPTOP, at_rest, follow, listen, settled, until

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser

SHEET = ".st-key-predict_canvas canvas.upper-canvas"
BARS = ".st-key-predict_outputs [title]"
TEN = ".st-key-predict_outputs .ten"  # the bars, with the number of the sheet that they show
SAMPLED = re.compile(r"\d+")  # such a number; none for what was sent with the pen up
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Share of the visible sheet that is dark, as the browser shows it.
INK = """([hidden, side]) => {
    const sheet = 'canvas.dc-canvas:not(.upper-canvas)'
    const find = (node) => node.querySelector(sheet)
        ?? [...node.querySelectorAll('*')].map((n) => n.shadowRoot && find(n.shadowRoot)).find(Boolean)
    const copy = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })
    const place = document.querySelector('.st-key-predict_canvas'), drawn = place && find(place)
    if (!drawn) return -1  // it is being put in its place
    copy.drawImage(drawn, 0, -hidden)
    const data = copy.getImageData(0, 0, side, side).data
    let dark = 0
    for (let i = 0; i < data.length; i += 4) dark += data[i] < 128 && data[i + 3] > 128
    return dark / (side * side)
}"""


def ink(page) -> float:
    return page.evaluate(INK, [HIDDEN, SIDE])


def expect_ink(page, holds) -> float:
    return until(page, lambda: ink(page), holds)


def place(page):
    """Where the visible sheet begins on the screen, x and y."""
    box = at_rest(page.locator(SHEET))
    return box["x"], box["y"] + HIDDEN


def draw(page, *strokes):
    """Draw strokes with the mouse, one after the other, and wait until what is on the sheet was read."""
    left, top = place(page)
    for points in strokes:
        page.mouse.move(left + points[0][0], top + points[0][1])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(left + x, top + y, steps=4)
        page.mouse.up()
    expect(page.locator(BARS)).to_have_count(10)


def answer(page) -> int:
    """The digit of the longest bar, -1 for a blank sheet."""
    told = page.locator(BARS).evaluate_all("all => all.map(one => Number(one.title.split(' ').at(-1)))")
    return told.index(max(told)) if told else -1


def press(page, key):
    page.locator(f".st-key-{key} button:visible").click()


def expect_blank(page):
    """The sheet is blank, and the server knows."""
    expect(page.locator(".st-key-predict_clear button:visible")).to_be_disabled()
    expect(page.locator(BARS)).to_have_count(0)
    expect_ink(page, lambda share: share == 0)


def expect_answer(page, words):
    expect(page.locator(".st-key-predict_verdict h2")).to_have_text(words)


@pytest.fixture(scope="module")
def tab(browser, server):
    """Somebody's tab, with a network that has learned from the preset; the tests here share it."""
    complaints = []
    context = listen(browser.new_context(base_url=server.url, viewport=LAPTOP), complaints)
    page = context.new_page()
    page.goto("/predict")
    page.get_by_role("button", name="Train a network for me").last.click()
    expect(page.locator(".st-key-network_state")).to_have_text(re.compile(r"epoch ([3-9]|\d\d),"))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def sheet(tab):
    """The page with a blank sheet, and the network of before."""
    tab.goto("/predict")
    expect(tab.locator(".st-key-network_state")).to_have_text(re.compile(r"epoch \d+,"))
    settled(tab)
    if tab.locator(".st-key-predict_clear button:visible").is_enabled():  # a drawing outlives a reload
        press(tab, "predict_clear")
    expect_blank(tab)
    tab.locator(".st-key-predict_live label").click()  # what is shown here was read with the pen up
    expect(tab.locator(".st-key-predict_live input")).not_to_be_checked()
    settled(tab)
    return tab


@pytest.mark.parametrize("digit", [0, 2, 3, 4, 5, 7, 8])
def test_digits_drawn_with_the_mouse_are_read(sheet, digit):
    draw(sheet, *strokes_of(WRITTEN[digit][0]))
    expect_answer(sheet, re.compile(str(digit)))
    until(sheet, lambda: answer(sheet), lambda read: read == digit)


def test_the_bars_follow_while_the_button_is_held(page):
    page.goto("/predict")
    settled(page)
    left, top = place(page)
    bars, first = page.locator(TEN), page.locator(f"{TEN} .bar").first
    page.mouse.move(left + 90, top + 40)
    page.mouse.down()
    page.mouse.move(left + 90, top + 140, steps=4)
    expect(bars).to_have_attribute("data-sheet", SAMPLED)
    expect(page.locator(BARS)).to_have_count(10)
    seen, element = bars.get_attribute("data-sheet"), first.element_handle()
    page.mouse.move(left + 200, top + 240, steps=4)
    expect(bars).not_to_have_attribute("data-sheet", seen)
    expect(page.locator(".st-key-predict_clear button:visible")).to_be_disabled()  # nothing else was told
    page.mouse.up()
    expect(bars).to_have_attribute("data-sheet", "")
    expect(page.locator(".st-key-predict_clear button:visible")).to_be_enabled()
    assert element.evaluate("bar => bar.isConnected")  # else its height would jump


def test_bars_that_are_put_up_anew_while_the_button_is_held_show_the_moving_sheet(page):
    page.goto("about:blank")
    code = "".join(
        (Path(mnistlab.ui.__path__[0]) / name).read_text("utf-8") for name in ("pen.js", "bars.js")
    )
    shown = page.evaluate(
        """async (code) => {
            const bars = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))
            const size = { width: 8, height: 8 }
            const put = (sheet) => {
                document.body.innerHTML = '<p class="sheet"></p><div class="ten"></div>'
                const data = { markup: "<b></b>", pen: { canvas: ".sheet", size }, answered: 0, sheet }
                const taken = bars.default({ data, parentElement: document.body, setTriggerValue() {} })
                return { taken, place: document.querySelector(".ten") }
            }
            const before = put(null)
            document.querySelector(".sheet").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }))
            const after = put(7)
            before.taken()
            return [before.place.dataset.sheet, after.place.dataset.sheet, after.place.innerHTML]
        }""",
        code,
    )
    assert shown == ["", "7", "<b></b>"]


def test_where_the_layers_of_the_canvas_are_not_found_the_bars_wait_for_pen_up(page):
    page.goto("/predict")
    settled(page)
    samples = """() => {
        const read = HTMLCanvasElement.prototype.toDataURL
        window.samples = 0
        HTMLCanvasElement.prototype.toDataURL = function (...given) {
            window.samples++
            return read.apply(this, given)
        }
    }"""
    page.evaluate(samples)
    left, top = place(page)
    lower = page.locator(".st-key-predict_canvas canvas.dc-canvas.lower-canvas")
    lower.evaluate("layer => layer.classList.remove('lower-canvas')")
    page.mouse.move(left + 90, top + 40)
    page.mouse.down()
    page.mouse.move(left + 90, top + 200, steps=8)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.samples") == 0
    page.mouse.up()
    expect(page.locator(BARS)).to_have_count(10)
    expect(page.locator(TEN)).to_have_attribute("data-sheet", "")


def test_every_part_of_the_sheet_takes_ink(sheet):
    before = 0.0
    for corner in ((12, 12), (SIDE - 12, 12), (12, SIDE - 12), (SIDE - 12, SIDE - 12), (SIDE - 70, 6)):
        draw(sheet, [corner, (SIDE / 2, SIDE / 2)])
        before = expect_ink(sheet, lambda share, before=before: share > before)


def test_undo_takes_the_last_stroke_and_clear_takes_all(sheet):
    first, second = [(90.0, 60.0), (90.0, 220.0)], [(160.0, 60.0), (230.0, 220.0)]
    draw(sheet, first)
    alone = expect_ink(sheet, lambda share: share > 0.01)
    expect(sheet.locator(BARS)).to_have_count(10)
    one_read = sheet.locator(".outputs").get_attribute("aria-label")
    draw(sheet, second)
    expect_ink(sheet, lambda share: share > alone)
    expect(sheet.locator(".outputs").first).not_to_have_attribute("aria-label", one_read)  # it was told
    press(sheet, "predict_undo")
    expect_ink(sheet, lambda share: share == pytest.approx(alone, abs=1e-3))
    expect(sheet.locator(BARS)).to_have_count(10)
    press(sheet, "predict_clear")
    expect_blank(sheet)
    draw(sheet, [(180.0, 60.0), (180.0, 220.0)])
    expect_ink(sheet, lambda share: share == pytest.approx(alone, abs=1e-3))


def test_the_eraser_takes_ink_away(sheet):
    draw(sheet, [(60.0, 60.0), (220.0, 60.0)], [(60.0, 200.0), (220.0, 200.0)])
    both = expect_ink(sheet, lambda share: share > 0.01)
    eraser = sheet.locator(".st-key-predict_tool").get_by_role("radio", name="Eraser")
    eraser.click()
    expect(eraser).to_be_checked()
    settled(sheet)
    draw(sheet, [(30.0, 60.0), (250.0, 60.0)])
    expect_ink(sheet, lambda share: share < 0.7 * both)


def test_what_the_tab_key_reaches_above_the_sheet_is_seen_and_undoes_a_stroke(sheet):
    draw(sheet, [(90.0, 60.0), (90.0, 220.0)])
    canvas = sheet.locator(".st-key-predict_canvas")
    expect(canvas).not_to_have_css("clip-path", "none")
    expect(sheet.locator(".st-key-predict_clear button:visible")).to_be_enabled()  # the server has the stroke
    settled(sheet)
    sheet.get_by_role("radio", name="Your drawing").focus()
    sheet.keyboard.press("Tab")
    expect(canvas).to_have_css("clip-path", "none")
    sheet.keyboard.press("Tab")
    sheet.keyboard.press("Enter")
    expect_blank(sheet)


def test_the_drawing_survives_a_visit_to_another_page(sheet):
    draw(sheet, *strokes_of(WRITTEN[4][0]))
    expect_answer(sheet, "It is a 4.")
    drawn = ink(sheet)
    follow(sheet, "Home")
    follow(sheet, "Predict")
    expect_answer(sheet, "It is a 4.")
    expect_ink(sheet, lambda share: share == pytest.approx(drawn, abs=1e-3))
    draw(sheet, [(20.0, 20.0), (40.0, 20.0)])
    expect_ink(sheet, lambda share: share > drawn)


AT_ONCE = """([selector, x, y]) => {
    const frames = (count) => new Promise((done) => {
        const next = () => count-- ? requestAnimationFrame(next) : done()
        next()
    })
    window.addEventListener("mouseup", async () => {
        await frames(2)
        document.querySelector(selector).click()
    }, { once: true })
}"""


@pytest.mark.parametrize("then", ["leave", "undo"])
def test_a_stroke_counts_though_the_next_thing_comes_at_once(sheet, then):
    """The canvas by itself sends a stroke 0.2 s after its end."""
    draw(sheet, *strokes_of(WRITTEN[4][0])[:1])
    drawn = expect_ink(sheet, lambda share: share > 0)
    expect(sheet.locator(".st-key-predict_clear button:visible")).to_be_enabled()
    settled(sheet)
    button = ".st-key-predict_undo button" if then == "undo" else ".st-key-menu [href$=data]"
    sheet.evaluate(AT_ONCE, [button])
    draw(sheet, [(40.0, 240.0), (240.0, 240.0)])
    if then == "leave":
        follow(sheet, "Predict")
        expect_ink(sheet, lambda share: share > 1.2 * drawn)
    else:
        expect_ink(sheet, lambda share: share == pytest.approx(drawn, abs=1e-3))


def test_nothing_of_one_input_is_left_behind_by_another(sheet):
    label = sheet.locator(".st-key-predict_input").get_by_text("Its label says")
    surest = sheet.get_by_text("the most confident first")

    def choose(name):
        sheet.locator(".st-key-predict_source").get_by_text(name, exact=True).click()

    choose("A test image")
    expect(label).to_be_visible()
    choose("Most confident errors")
    expect(surest).to_be_visible()
    expect(label).not_to_be_attached()
    choose("Your pictures")
    expect(surest).not_to_be_attached()
    choose("Your drawing")
    expect(sheet.locator(SHEET)).to_be_visible()


def test_a_click_on_a_hidden_unit_shows_what_it_looks_for(sheet):
    draw(sheet, *strokes_of(WRITTEN[7][0]))
    expect_answer(sheet, re.compile("7"))
    settled(sheet)
    cells = sheet.locator(".st-key-predict_hidden .field").first
    box = at_rest(cells)
    cells.click(position={"x": 5.5 * box["width"] / 50, "y": 4})
    expect(sheet.get_by_text("unit 5 of layer 1").first).to_be_visible()


def test_drawing_seeing_and_answer_fit_into_one_view_on_a_laptop(sheet):
    draw(sheet, *strokes_of(WRITTEN[4][0]))
    expect_answer(sheet, "It is a 4.")
    settled(sheet)
    sheet.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")
    for key in ("predict_canvas", "predict_stages", "predict_verdict", "predict_outputs", "predict_label"):
        place = sheet.locator(f".st-key-{key}").first  # a figure that gives way is one more
        expect(place).to_be_in_viewport(ratio=0.9)  # a tenth of the canvas is cut off on purpose
    left, middle, right = (
        sheet.locator(f".st-key-predict_{key}").first.bounding_box()["x"]
        for key in ("canvas", "stages", "outputs")
    )
    assert left < middle < right


@pytest.mark.browser_context_args(**PHONE)
def test_a_finger_draws_on_a_phone_and_nothing_is_clipped(page):
    page.goto("/predict")
    settled(page)
    left, top = place(page)
    assert left >= 0
    assert left + SIDE <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finger = page.context.new_cdp_session(page)
    points = [(left + 250 - 3 * step, top + 10 + 8 * step) for step in range(25)]
    for kind, (x, y) in (("touchStart", points[0]), *(("touchMove", point) for point in points)):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    expect(page.locator(TEN)).to_have_attribute("data-sheet", SAMPLED)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator(TEN)).to_have_attribute("data-sheet", "")
    expect(page.locator(BARS)).to_have_count(10)
    expect_ink(page, lambda share: share > 0.03)
    answer_box = at_rest(page.locator(".st-key-predict_outputs").first)
    assert answer_box["y"] < page.locator(".st-key-predict_stages").first.bounding_box()["y"]
