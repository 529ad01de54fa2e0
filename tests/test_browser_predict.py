"""The Predict page in a real browser: digits drawn with mouse and finger, tools, and what survives."""

import re

import numpy as np
import pytest

from benchmarks.pen_strokes import WRITTEN, strokes_of
from mnistlab.ui.canvas import HIDDEN, SIDE
from tests.browser import visiting

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser

SHEET = ".st-key-predict_canvas canvas.upper-canvas"


def place(visit):
    """Where the visible sheet begins on the screen, x and y."""
    sheet = visit.page.locator(SHEET)
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    return box["x"], box["y"] + HIDDEN


def stroke(visit, points):
    """Draw one stroke with the mouse."""
    left, top = place(visit)
    mouse = visit.page.mouse
    mouse.move(left + points[0][0], top + points[0][1])
    mouse.down()
    for x, y in points[1:]:
        mouse.move(left + x, top + y, steps=4)
    mouse.up()


def draw(visit, strokes):
    """Draw strokes, waiting for the answer to each; return the seconds that the last one took.

    A network that learns has the page drawn anew when it is done: such a run may seem to be the answer.
    """
    for points in strokes:
        told = visit.strokes_told
        with visit.rerun() as watch:
            stroke(visit, points)
            visit.wait_until(lambda told=told: visit.strokes_told > told, "the stroke was not told")
            visit.wait_until(lambda: bars(visit).size, "the stroke was not read")
    return watch.seconds


def bars(visit):
    """The activations that the bars show; none for a blank sheet."""
    told = visit.page.locator(".st-key-predict_outputs [title]").evaluate_all(
        "all => all.map(one => one.title)"
    )
    return np.array([float(words.split()[-1]) for words in told])


def click(visit, key):
    with visit.rerun():
        visit.page.locator(f".st-key-{key} button").first.click()


def choose(visit, name):
    with visit.rerun():
        visit.page.locator(".st-key-predict_source").get_by_text(name, exact=True).click()


def verdict(visit):
    return visit.page.locator(".st-key-predict_verdict h2").inner_text()


def ink_on_sheet(visit):
    """Share of the visible sheet that is dark, as the browser shows it."""
    return visit.page.evaluate(
        """([hidden, side]) => {
            const host = document.querySelector('.st-key-predict_canvas')
            const sheet = 'canvas.dc-canvas:not(.upper-canvas)'
            const find = (node) => node.querySelector(sheet)
                ?? [...node.querySelectorAll('*')].map((n) => n.shadowRoot && find(n.shadowRoot))
                    .find(Boolean)
            const copy = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })
            copy.drawImage(find(host), 0, -hidden)
            const data = copy.getImageData(0, 0, side, side).data
            let dark = 0
            for (let i = 0; i < data.length; i += 4) dark += data[i] < 128 && data[i + 3] > 128
            return dark / (side * side)
        }""",
        [HIDDEN, SIDE],
    )


@pytest.fixture(scope="module")
def lab(chromium, server):
    """Somebody whose network has learned from the preset; all tests here share this person's tab."""
    with visiting(chromium, server) as visitor:
        visitor.open("predict")
        with visitor.rerun():
            visitor.page.get_by_role("button", name="Train a network for me").last.click()
        network = visitor.page.locator(".st-key-network_state")
        network.get_by_text(re.compile(r"epoch ([3-9]|\d\d),")).wait_for()  # a tick may jump over the third
        yield visitor


@pytest.fixture
def clean(lab):
    """The page with a blank sheet."""
    lab.open("predict") if "/predict" not in lab.page.url else None
    lab.settled()
    clear = lab.page.locator(".st-key-predict_clear button").first
    if clear.is_enabled() and bars(lab).size:
        clear.click()
        lab.wait_until(lambda: is_blank(lab), "it was not cleared")
    lab.settled()
    return lab


def is_blank(visit):
    """Whether the sheet is, also to the server: after Clear, the browser tells it of the blank sheet."""
    return not bars(visit).size and not ink_on_sheet(visit) and not visit.strokes_told


def test_a_digit_is_read_while_the_network_still_learns(clean):
    draw(clean, strokes_of(WRITTEN[3][0]))
    clean.wait_until(lambda: verdict(clean) == "It is a 3.", "the drawing was not read as a 3")


@pytest.mark.parametrize("digit", [0, 2, 4, 5, 7, 8])
def test_digits_drawn_with_the_mouse_are_read(clean, digit):
    seconds = draw(clean, strokes_of(WRITTEN[digit][0]))
    clean.wait_until(lambda: str(digit) in verdict(clean), f"the drawing was not read as a {digit}")
    assert bars(clean).shape == (10,)
    assert bars(clean).argmax() == digit
    print(f"pen-up to a page that is done: {seconds:.2f} s")
    assert clean.complaints() == []


def test_every_part_of_the_sheet_takes_ink(clean):
    for corner in ((12, 12), (SIDE - 12, 12), (12, SIDE - 12), (SIDE - 12, SIDE - 12), (SIDE - 70, 6)):
        before = ink_on_sheet(clean)
        draw(clean, [[corner, (SIDE / 2, SIDE / 2)]])
        assert ink_on_sheet(clean) > before, f"no ink from {corner}"


def test_undo_takes_the_last_stroke_and_clear_takes_all(clean):
    first, second = [(90.0, 60.0), (90.0, 220.0)], [(160.0, 60.0), (230.0, 220.0)]
    draw(clean, [first])
    alone = ink_on_sheet(clean)
    draw(clean, [second])
    assert ink_on_sheet(clean) > alone
    clean.page.locator(".st-key-predict_undo button").first.click()
    clean.wait_until(
        lambda: clean.strokes_told == 1 and ink_on_sheet(clean) == pytest.approx(alone, abs=1e-3),
        "it was not undone",
    )
    clean.wait_until(lambda: bars(clean).size, "what was left was not read")
    clean.page.locator(".st-key-predict_clear button").first.click()
    clean.wait_until(lambda: is_blank(clean), "it was not cleared")
    clean.settled()
    assert not bars(clean).size, "the old drawing came back"
    assert clean.page.locator(".st-key-predict_clear button").first.is_disabled()
    draw(
        clean, [[(180.0, 60.0), (180.0, 220.0)]]
    )  # the very same strokes at once would be taken for the old ones
    assert ink_on_sheet(clean) == pytest.approx(alone, abs=1e-3)


def test_the_eraser_takes_ink_away(clean):
    draw(clean, [[(60.0, 60.0), (220.0, 60.0)], [(60.0, 200.0), (220.0, 200.0)]])
    both = ink_on_sheet(clean)
    with clean.rerun():
        clean.page.locator(".st-key-predict_tool").get_by_text("Eraser").click()
    draw(clean, [[(30.0, 60.0), (250.0, 60.0)]])
    assert ink_on_sheet(clean) < 0.7 * both
    with clean.rerun():
        clean.page.locator(".st-key-predict_tool").get_by_text("Pen").click()


def test_what_the_tab_key_reaches_above_the_sheet_is_seen_and_undoes_a_stroke(clean):
    draw(clean, [[(90.0, 60.0), (90.0, 220.0)]])
    hidden = "getComputedStyle(document.querySelector('.st-key-predict_canvas')).clipPath"
    assert clean.page.evaluate(hidden) != "none"
    clean.page.get_by_role("radio", name="Your drawing").focus()
    clean.page.keyboard.press("Tab")
    assert clean.page.evaluate(hidden) == "none"
    clean.page.keyboard.press("Tab")
    clean.page.keyboard.press("Enter")
    clean.wait_until(lambda: not ink_on_sheet(clean) and not bars(clean).size, "it was not undone")
    clean.settled()
    assert clean.complaints() == []


def test_the_drawing_survives_a_visit_to_another_page(clean):
    draw(clean, strokes_of(WRITTEN[4][0]))
    before, ink = bars(clean), ink_on_sheet(clean)
    for name in ("Home", "Predict"):
        with clean.rerun():
            clean.page.locator(".st-key-menu").get_by_text(name, exact=True).click()
    assert ink_on_sheet(clean) == pytest.approx(ink, abs=1e-3)
    assert bars(clean).argmax() == before.argmax()
    draw(clean, [[(20.0, 20.0), (40.0, 20.0)]])
    assert ink_on_sheet(clean) > ink, "the old strokes went with the new one"
    assert clean.complaints() == []


def test_nothing_of_one_input_is_left_behind_by_another(clean):
    label = clean.page.locator(".st-key-predict_input").get_by_text("Its label says")
    surest = clean.page.get_by_text("the surest of the wrong first")
    choose(clean, "A test image")
    label.wait_for()
    choose(clean, "Its worst mistakes")
    surest.wait_for()
    label.wait_for(state="detached")  # a tick of the training may come in between
    choose(clean, "A picture from a file")
    surest.wait_for(state="detached")
    choose(clean, "Your drawing")
    assert clean.page.locator(SHEET).is_visible()
    assert clean.complaints() == []


def test_a_click_on_a_hidden_unit_shows_what_it_looks_for(clean):
    draw(clean, strokes_of(WRITTEN[7][0]))
    with clean.rerun():
        cells = clean.page.locator(".st-key-predict_hidden .field").first
        cells.scroll_into_view_if_needed()
        box = cells.bounding_box()
        clean.page.mouse.click(box["x"] + 5.5 * box["width"] / 50, box["y"] + 4)
    clean.page.get_by_text("unit 5 of layer 1").first.wait_for()
    assert clean.complaints() == []


def test_one_click_says_what_it_was(clean):
    draw(clean, strokes_of(WRITTEN[9][1]))
    with clean.rerun():
        clean.page.locator(".st-key-predict_label").get_by_text("9", exact=True).click()
    clean.page.get_by_text("of yours right").wait_for()
    assert clean.complaints() == []


def test_drawing_seeing_and_answer_fit_into_one_view_on_a_laptop(clean):
    draw(clean, strokes_of(WRITTEN[4][0]))
    clean.page.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")
    for key in ("predict_canvas", "predict_stages", "predict_verdict", "predict_outputs", "predict_label"):
        box = clean.page.locator(f".st-key-{key}").first.bounding_box()  # a figure that gives way is one more
        assert box["y"] >= 0, key
        assert box["y"] + box["height"] <= 900, key
        assert box["x"] + box["width"] <= 1440, key
    tops = [
        clean.page.locator(f".st-key-{key}").first.bounding_box()["x"]
        for key in ("predict_canvas", "predict_stages", "predict_outputs")
    ]
    assert tops == sorted(tops)


def test_a_finger_draws_on_a_phone_and_nothing_is_clipped(chromium, server):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with visiting(chromium, server, **phone) as visit:
        visit.open("predict")
        left, top = place(visit)
        assert left >= 0
        assert left + SIDE <= 390
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
        finger = visit.page.context.new_cdp_session(visit.page)
        points = [(left + 250 - 3 * step, top + 10 + 8 * step) for step in range(25)]
        with visit.rerun():
            for kind, (x, y) in (("touchStart", points[0]), *(("touchMove", point) for point in points)):
                finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
            finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert ink_on_sheet(visit) > 0.03
        assert bars(visit).shape == (10,)
        answer = visit.page.locator(".st-key-predict_outputs").bounding_box()
        stages = visit.page.locator(".st-key-predict_stages").bounding_box()
        assert answer["y"] < stages["y"], "on a phone the answer comes right below the sheet"
        assert visit.complaints() == []
