"""Widgets whose value the program sets: what it sets wins, and what a person chose comes back."""

import pytest
from streamlit.testing.v1 import AppTest


def counter():
    import streamlit as st

    from mnistlab.ui.widgets import entered, give, keep, kept, widget_key

    if st.toggle("Here", True, key="here"):
        number = st.number_input("Number", 0, 99, kept("number", 3), key=widget_key("number"))
        keep("number", number)
        st.button("Next", key="next", on_click=lambda: give("number", entered("number") + 1))
    st.text(entered("number", "not yet"))


@pytest.fixture
def app():
    return AppTest.from_function(counter).run()


def shown(app):
    """The number in the only field, which is also what the program finds entered."""
    assert not app.exception
    (field,) = app.number_input
    assert app.text[0].value == str(field.value)
    return field.value


def test_a_widget_begins_with_its_default_and_takes_what_is_typed(app):
    assert shown(app) == 3
    app.number_input[0].set_value(8).run()
    assert shown(app) == 8


def test_a_callback_finds_what_came_in_the_same_message_and_gives_another_value(app):
    app.number_input[0].set_value(8)
    app.button("next").click().run()
    assert shown(app) == 9
    app.button("next").click().run()
    assert shown(app) == 10


def test_a_stale_value_under_the_old_key_changes_nothing(app):
    stale = app.number_input[0].key
    app.button("next").click().run()
    app.session_state[stale] = 42  # as a browser sends it that has not been told of the new widget yet
    app.run()
    assert shown(app) == 4
    app.number_input[0].set_value(6).run()
    assert shown(app) == 6


def test_what_was_given_can_be_changed_by_hand_and_given_again(app):
    app.button("next").click().run()
    app.number_input[0].set_value(20).run()
    assert shown(app) == 20
    app.button("next").click().run()
    assert shown(app) == 21


@pytest.mark.parametrize("given", [False, True])
def test_a_value_is_kept_while_its_widget_is_not_drawn(app, given):
    app.number_input[0].set_value(7).run()
    if given:
        app.button("next").click().run()
    app.toggle("here").set_value(False).run()
    assert not app.number_input
    app.toggle("here").set_value(True).run()
    assert shown(app) == 7 + given


def follower():
    import streamlit as st

    from mnistlab.ui.widgets import entered, kept, show_in, widget_key

    decided = st.session_state.setdefault("decided", 3)
    show_in("number", decided)
    st.number_input("Number", 0, 99, kept("number"), key=widget_key("number"))
    st.text(entered("number"))


def test_a_widget_that_shows_the_decided_value_already_stays_as_it_is():
    app = AppTest.from_function(follower).run()
    assert shown(app) == 3
    key = app.number_input[0].key
    app.run()
    assert (shown(app), app.number_input[0].key) == (3, key)
    app.number_input[0].set_value(5)
    app.session_state.decided = 5
    app.run()
    assert (shown(app), app.number_input[0].key) == (5, key)


def test_a_widget_that_shows_something_else_gives_way_to_one_that_shows_the_decided_value():
    app = AppTest.from_function(follower).run()
    app.session_state.decided = 9
    app.run()
    assert shown(app) == 9
    key = app.number_input[0].key
    app.run()
    assert (shown(app), app.number_input[0].key) == (9, key)
    app.number_input[0].set_value(1).run()  # against what is decided
    assert shown(app) == 9


def group():
    import streamlit as st

    from mnistlab.ui.widgets import renew, widget_key

    settings = st.session_state.setdefault("settings", {"depth": 1, "width": 100})

    def reset():
        settings.update(depth=2, width=50)
        renew("settings")

    for name in settings:
        settings[name] = st.number_input(name, value=settings[name], key=widget_key(name, "settings"))
    st.number_input("apart", value=7, key=widget_key("apart"))
    st.button("Reset", on_click=reset)


def test_widgets_of_a_group_are_renewed_together_and_others_are_not():
    app = AppTest.from_function(group).run()
    for field, value in zip(app.number_input, (4, 300, 8), strict=True):
        field.set_value(value)
    app.run()
    app.button[0].click().run()
    assert not app.exception
    assert [field.value for field in app.number_input] == [2, 50, 8]
