"""The load script, small: three tabs for a few seconds, and the sums behind its figures."""

import asyncio

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.load import on_server
from benchmarks.load_connections import dropped, is_back
from benchmarks.load_marks import drawing, new_mark
from benchmarks.load_rows import share_within
from benchmarks.load_server import Use
from benchmarks.load_session import Asked, Session
from benchmarks.load_training import fairness, opened, training
from tests.server import in_own_thread

SESSIONS, DROPPED, SECONDS = 3, 8, 12.0  # in which a page of three looks six times


def test_the_index_of_fairness_is_one_for_equals_and_falls_to_one_over_n():
    assert fairness([2.0, 2.0, 2.0]) == pytest.approx(1.0)
    assert fairness([1.0, 0.0, 0.0, 0.0]) == pytest.approx(0.25)
    assert fairness([1.0, 3.0]) == pytest.approx(0.8)


def test_of_a_hundred_times_the_share_of_95_in_100_is_the_96th():
    assert share_within([float(number) for number in range(100, 0, -1)]) == 96.0


@pytest.mark.parametrize(
    ("now", "back"),
    [
        (Use(109.0, 50.0, 9, 2, 30), True),
        (Use(111.0, 50.0, 9, 2, 30), False),
        (Use(100.0, 50.0, 8, 2, 31), False),  # fewer threads do not make up for more files
        (Use(100.0, 50.0, 9, 3, 10), False),
        (Use(100.0, 50.0, 10, 1, 10), False),
    ],
)
def test_memory_threads_children_and_files_have_to_be_back_each(now, back):
    assert is_back(now, Use(100.0, 50.0, 9, 2, 30)) == back


def test_a_mark_of_another_session_is_found_in_what_is_received():
    mine, other = new_mark(), new_mark()
    sent = f"..{mine.word}..seed={mine.seed}&..{other.word}..".encode()
    assert mine.found_in(sent) == (2, {other.word.encode()})
    assert mine.found_in(sent.replace(other.word.encode(), b"")) == (2, set())


EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN


def begun(run, *fragments):
    message = ForwardMsg()
    message.metadata.run.script_run_id = run
    message.metadata.run.fragment_ids.extend(fragments)
    message.new_session.main_script_hash = "home"
    return message


def ended(run, how=ForwardMsg.FINISHED_SUCCESSFULLY):
    message = ForwardMsg(script_finished=how)
    message.metadata.run.script_run_id = run
    return message


@pytest.mark.parametrize(
    ("messages", "answered"),
    [
        ([begun("a"), ended("a")], True),
        ([begun("a", "buttons"), ended("a", ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)], True),
        ([begun("a", "clock"), ended("a", ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)], False),
        ([ended("before"), begun("a")], False),
        ([begun("a", "buttons"), ended("a", EARLY)], False),
        # The message that b has ended was dropped.
        ([begun("a", "buttons"), begun("b"), begun("c", "clock"), ended("c")], True),
        ([begun("a"), ended("a", EARLY), begun("b", "clock"), ended("b")], False),
        ([begun("a"), ended("a", EARLY), begun("b", "clock"), begun("c"), ended("c")], True),
    ],
)
def test_an_answer_is_whole_when_its_run_or_a_later_one_has_ended(messages, answered):
    async def take():
        session = Session(0, new_mark())
        session._asked = Asked("buttons")
        for message in messages:
            await session._take(message)
        return session._asked.done.done()

    assert in_own_thread(asyncio.run, take()) is answered


@pytest.mark.slow
def test_three_tabs_train_at_once_and_see_only_their_own(generated):
    trained = in_own_thread(on_server, lambda server: training(server, SESSIONS, SECONDS))
    assert [session.complaints for session in trained.sessions] == [[]] * SESSIONS
    assert trained.log == ()
    assert min(trained.paces) > 0
    assert 1 / SESSIONS < fairness(trained.paces) <= 1
    assert len({session.token for session in trained.sessions} - {""}) == SESSIONS
    assert all(session.own_marks > 0 and not session.leaks for session in trained.sessions)
    assert len(trained.health) > 1
    assert max(trained.health) < SECONDS


@pytest.mark.slow
def test_dropped_connections_come_back_to_their_own_labs(generated):
    rows = {row.what: row for row in in_own_thread(on_server, lambda server: dropped(server, DROPPED))}
    assert rows["different tokens"].measured == f"{DROPPED}"
    assert rows["have their own lab again"].measured == f"{DROPPED}"
    assert rows["failures"].met
    assert rows["marks of another session received"].met
    assert rows["complaints in the server's log"].met


@pytest.mark.slow
def test_strokes_on_the_canvas_are_answered_one_after_the_other(generated):
    async def draw(server):
        (session,) = await opened(server, 1, "predict")
        for number in range(3):
            await session.act("predict_canvas", drawing(session.mark, number))
        await session.close()
        return session.complaints

    *complaints, log = in_own_thread(on_server, draw)
    assert complaints == []
    assert log.met, log.measured
