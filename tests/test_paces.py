"""How often pages look at a training, and how often its figures are drawn anew."""

from types import SimpleNamespace

import pytest
from mnistlab.ui.train.turns import on_turn

from mnistlab.ui import crowd as crowds
from mnistlab.ui.train import figures, turns


@pytest.fixture
def session(monkeypatch):
    """What one session remembers, without a running app."""
    app = SimpleNamespace(session_state={})
    monkeypatch.setattr(crowds, "st", app)
    monkeypatch.setattr(turns, "st", app)
    monkeypatch.setattr(figures, "st", app)
    return app.session_state


def sharing(number):
    return SimpleNamespace(sharing=number)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
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


def test_while_it_trains_figures_take_turns_and_at_rest_all_are_drawn(session):
    names = ("cost", "accuracy", "cost", "recall")
    drawn = [on_turn(names, moving=True) for _ in range(8)]
    assert drawn == [{name} for name in names * 2]
    assert on_turn(names, moving=False) == set(names)


def test_a_figure_that_waits_is_the_one_of_before_but_never_that_of_another_run(session, monkeypatch):
    monkeypatch.setattr(figures, "show", lambda figure, *_: figure)
    assert figures.show_kept("cost", "run a", 1, lambda: "first") == "first"
    assert figures.show_kept("cost", "run a", 2, lambda: "second", may_wait=True) == "first"
    assert figures.show_kept("cost", "run a", 2, lambda: "second") == "second"
    assert figures.show_kept("cost", "run b", 2, lambda: "other", may_wait=True) == "other"
