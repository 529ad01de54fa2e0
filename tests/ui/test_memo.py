"""What is worked out once: for a session by the identity of the arguments, for the process by a key."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistlab.ui.memo import forget_shared, same, shared

SECONDS = 10.0  # the longest that a thread waits for another


@pytest.fixture(autouse=True)
def forgotten():
    """Other tests find nothing of what these leave behind."""
    yield
    forget_shared()


class Key:
    """A key like all others of its kind that tells when it is looked up."""

    def __init__(self):
        self.looked_up = threading.Event()

    def __hash__(self):
        self.looked_up.set()
        return 1

    def __eq__(self, other):
        return isinstance(other, Key)


def counted(max_entries=1):
    """A shared function that notes each key it computes, and those keys."""
    computed = []

    @shared(max_entries)
    def square(number):
        computed.append(number)
        return [number * number]

    return square, computed


def test_two_threads_that_ask_at_once_get_the_one_result_of_one_computation():
    begun, first, second, computed = threading.Event(), Key(), Key(), []

    @shared()
    def slow(key):
        computed.append(key)
        begun.set()
        assert second.looked_up.wait(SECONDS)
        return object()

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(slow, first)
        assert begun.wait(SECONDS)
        other = threads.submit(slow, second)
        assert one.result(SECONDS) is other.result(SECONDS)
    assert len(computed) == 1


def test_a_slow_key_keeps_nobody_waiting_who_asks_for_another():
    begun, go_on = threading.Event(), threading.Event()

    @shared(max_entries=2)
    def answer(key):
        if key == "slow":
            begun.set()
            assert go_on.wait(SECONDS)
        return key

    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(answer, "slow")
        assert begun.wait(SECONDS)
        assert threads.submit(answer, "quick").result(SECONDS) == "quick"
        go_on.set()
        assert slow.result(SECONDS) == "slow"


def test_equal_keys_give_the_same_result_and_other_arguments_do_not_count():
    @shared(max_entries=2)
    def summed(_key, values):
        return sum(values)

    assert summed(("a", 1), [1, 2]) == 3
    assert summed(("a", 1), [5, 5]) == 3
    assert summed(("a", 2), [5, 5]) == 10


def test_an_exception_is_not_kept():
    tries = []

    @shared()
    def fragile():
        tries.append(1)
        if len(tries) == 1:
            raise OSError("not this time")
        return "here"

    with pytest.raises(OSError, match="not this time"):
        fragile()
    assert [fragile(), fragile()] == ["here", "here"]
    assert len(tries) == 2


def test_those_asked_for_longest_ago_are_forgotten_first():
    square, computed = counted(max_entries=2)
    for number in (1, 2, 1, 3):  # 2 was asked for longest ago, though 1 is older
        square(number)
    assert computed == [1, 2, 3]
    square(1)
    assert computed == [1, 2, 3]
    square(2)
    assert computed == [1, 2, 3, 2]


def test_what_is_shared_can_be_forgotten_by_all_functions_at_once():
    square, computed = counted()
    other, computed_too = counted()
    first = square(3), other(4)
    forget_shared()
    assert (square(3), other(4)) == first
    assert (computed, computed_too) == ([3, 3], [4, 4])


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("text", "".join(["te", "xt"]), True),
        (10**9, int("1000000000"), True),
        (1, True, False),
        (1, 1.0, False),
        ((1,), tuple([1]), False),  # a tuple might hold arrays, which cannot be compared
    ],
)
def test_texts_and_numbers_are_the_same_by_what_they_say(one, other, equal):
    assert same(one, other) is equal


def test_arrays_are_the_same_only_by_identity():
    array = np.zeros(3)
    assert same(array, array)
    assert not same(array, array.copy())


def page():
    import numpy as np
    import streamlit as st

    from mnistlab.ui.memo import remembered

    if "image" not in st.session_state:
        st.session_state.update(image=np.zeros(3), computed=[])
    if st.button("Another image"):
        st.session_state.image = np.zeros(3)
    scale = st.number_input("Scale", 1, 9)

    def compute():
        st.session_state.computed.append(scale)
        return st.session_state.image + scale

    st.text(remembered("scaled", (st.session_state.image, scale), compute))


def test_a_session_computes_again_only_for_another_object_or_number():
    app = AppTest.from_function(page).run()
    app.run()
    assert app.session_state.computed == [1]
    app.number_input[0].set_value(2).run()
    assert app.text[0].value == "[2. 2. 2.]"
    assert app.session_state.computed == [1, 2]
    app.button[0].click().run()  # an equal array, but another
    assert app.session_state.computed == [1, 2, 2]


def test_one_session_does_not_see_what_another_remembers():
    app, other = AppTest.from_function(page).run(), AppTest.from_function(page).run()
    assert app.session_state.computed == other.session_state.computed == [1]
