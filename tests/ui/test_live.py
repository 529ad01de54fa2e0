"""How often a page looks at its training, and how slowly what takes long to draw follows it."""

import itertools
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.ui import live, network_status
from mnistlab.ui.network_status import ArrivalPhase
from tests.conftest import REPOSITORY

EMPTY = Snapshot(**dict.fromkeys(set(Snapshot._fields) - {"set_aside"}))


def lab(active=True, doing="training", sharing=1):
    state = "running" if active else "idle"
    return SimpleNamespace(snapshot=EMPTY._replace(state=state, doing=doing, sharing=sharing))


@pytest.mark.parametrize(
    ("sharing", "seconds"), [(1, 0.5), (2, 0.5), (3, 2.0), (8, 2.0), (9, 6.0), (30, 6.0)]
)
def test_the_more_networks_share_the_machine_the_more_seldom_a_page_looks(sharing, seconds):
    assert live.seconds_between(lab(sharing=sharing)) == seconds


@pytest.mark.parametrize(("mnist", "complete", "seconds"), [("here", True, 60.0), ("fetching", True, 1.0)])
def test_at_rest_a_page_looks_seldom_unless_digits_are_on_their_way(monkeypatch, mnist, complete, seconds):
    monkeypatch.setattr(live, "arrival_phase", lambda lab: ArrivalPhase(mnist, complete))
    assert live.seconds_between(lab(active=False, doing="")) == seconds


def test_digits_that_are_still_drawn_count_as_on_their_way():
    assert network_status.ArrivalPhase("", False).moves
    assert not network_status.ArrivalPhase("", True).moves


def test_a_page_that_began_alone_looks_more_seldom_when_others_come(monkeypatch):
    monkeypatch.setattr(live, "arrival_phase", lambda lab: None)
    first, alone, pair, crowd, rest = (
        live.phase_of(None, snapshot("a", 1, active, sharing=sharing))
        for active, sharing in ((True, 1), (True, 1), (True, 2), (True, 20), (False, 20))
    )
    assert first == alone == pair != crowd, "it is drawn anew, with its new pace"
    assert rest == live.phase_of(None, snapshot("a", 1, active=False)), "at rest nobody's coming is noticed"


def test_a_training_page_that_is_drawn_anew_is_not_ticked_by_what_stood_there_before(monkeypatch):
    looks = []
    recorder = SimpleNamespace(
        fragment=lambda look, run_every: looks.append((look.__qualname__, run_every)) or id, session_state={}
    )
    monkeypatch.setattr(live, "st", recorder)
    monkeypatch.setattr(live, "arrival_phase", lambda lab: ArrivalPhase("here", True))
    for drawing, active in enumerate((False, False, True, True, False, False)):
        run = SimpleNamespace(id="a", epoch=1)
        page = lab(active=active, doing="training" if active else "")
        page.snapshot = page.snapshot._replace(run=run)
        page.drawing = drawing
        live.draw_live(page)
    names, seconds = zip(*looks, strict=True)
    rest, again, first, second, end, later = names
    assert seconds[-2:] == (live.AFTERWARDS, live.STILL_HERE), "a click that came late is answered soon"
    assert rest == again == end == later, "a click at rest is answered, though the page was drawn anew"
    assert len({rest, first, second}) == 3


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(time=100.0)
    monkeypatch.setattr(live, "st", SimpleNamespace(session_state={}))
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: now.time))
    return now


def snapshot(run_id, epoch, active=True, sharing=1):
    run = SimpleNamespace(id=run_id, epoch=epoch)
    return EMPTY._replace(state="running" if active else "idle", run=run, sharing=sharing)


def test_what_takes_long_to_draw_follows_a_training_after_some_seconds(clock):
    def shown(*args, **options):
        return live.followed_slowly("digits", snapshot(*args, **options), 4.0).epoch

    assert shown("a", 1) == 1
    clock.time += 3.9
    assert shown("a", 2) == 1
    clock.time += 0.2
    assert shown("a", 3) == 3
    assert shown("b", 0) == 0, "another run is shown at once"
    assert shown("b", 5, active=False) == 5, "so is one at rest"
    clock.time += 4.1
    assert shown("b", 6, sharing=8) == 5, "the more networks share the machine, the more seldom"
    clock.time += 12.1
    assert shown("b", 7, sharing=8) == 7


@pytest.mark.parametrize(
    ("name", "opened", "button", "seen"),
    [
        ("home", "", "open_vanishing", "**Experiment: "),
        ("backprop", "Gradient check", "backprop_check", "against `jax.grad`.**"),
        ("backprop", "SGD step", "backprop_step", "actual / predicted"),
    ],
)
def test_no_press_is_lost_when_something_ends_while_the_page_is_drawn(
    generated, monkeypatch, name, opened, button, seen
):
    app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=120)
    app.query_params["dataset"] = "generated"
    app.query_params["hidden"] = "12"
    app.session_state["backprop_tabs_open"] = opened
    app.switch_page(f"../pages/{name}.py").run()
    calls, phase_of = itertools.count(), live.phase_of
    monkeypatch.setattr(live, "phase_of", lambda *args: "other" if next(calls) == 1 else phase_of(*args))
    app.button(key=button).click().run()
    assert next(calls) > 2, "the page was drawn once more"
    assert not app.exception
    words = [*(words.value for words in app.markdown), *(metric.label for metric in app.metric)]
    assert seen in "\n".join(words)
