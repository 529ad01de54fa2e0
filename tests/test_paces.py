"""How often pages look at a training, and how often its figures are drawn anew."""

from types import SimpleNamespace

import pytest

from mnistlab.ui import crowd as crowds
from mnistlab.ui.train import live as train_live


@pytest.fixture
def session(monkeypatch):
    """What one session remembers, without a running app."""
    app = SimpleNamespace(session_state={})
    monkeypatch.setattr(crowds, "st", app)
    monkeypatch.setattr(train_live, "st", app)
    return app.session_state


def sharing(number):
    return SimpleNamespace(sharing=number)


@pytest.mark.parametrize("number", [0, 1, 2, 4, 6])
def test_where_few_train_a_page_looks_as_often_as_it_can(session, number):
    assert crowds.crowd(sharing(number)) == 1.0


def test_a_class_looks_in_proportion_more_seldom_so_that_all_together_cost_the_same(session):
    assert crowds.crowd(sharing(25)) == 25 / crowds.FEW
    assert crowds.crowd(sharing(100)) == 100 / crowds.FEW


def test_a_few_who_come_or_go_do_not_have_every_page_drawn_anew(session):
    kept = crowds.crowd(sharing(24))
    assert {crowds.crowd(sharing(number)) for number in range(12, 33)} == {kept}


def test_when_the_class_is_gone_a_page_looks_often_again(session):
    crowds.crowd(sharing(25))
    assert crowds.crowd(sharing(1)) == 1.0


class Clock:
    now = 100.0

    def monotonic(self):
        return self.now


def moving(run, state="running"):
    return SimpleNamespace(run=SimpleNamespace(id=run), state=state, active=state == "running", doing="")


def test_while_it_trains_figures_change_once_a_second_and_else_at_once(session, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(train_live, "time", clock)
    first, second = moving("a"), moving("a")
    assert train_live.at_reading_pace(first) is first
    clock.now += 0.5
    assert train_live.at_reading_pace(second) is first
    clock.now += 0.6
    assert train_live.at_reading_pace(second) is second
    other = moving("b")
    assert train_live.at_reading_pace(other) is other
    rested = moving("b", "paused")
    assert train_live.at_reading_pace(rested) is rested
