"""A fragment that was drawn to its end is told to be so, whatever begins before the browser hears of it."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from mnistlab.ui.leftovers import clear_leftovers

DONE, BROKEN_OFF = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY, ForwardMsg.FINISHED_EARLY_FOR_RERUN


@pytest.fixture
def cleared(monkeypatch):
    """What the browser is told of the fragment "bench", and of "bars" in it, when others begin at once."""
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)
    clear_leftovers()

    def told(beginning, how=DONE):
        queue = ForwardMsgQueue()
        text, finished = ForwardMsg(), ForwardMsg()
        text.delta.fragment_id = "bars"
        text.delta.new_element.text.body = "0.98"
        finished.script_finished = how
        finished.metadata.run.script_run_id = "1"
        finished.metadata.run.fragment_ids.append("bench")
        for message in (text, finished):
            queue.enqueue(message)
        queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=beginning)
        *before, last = queue.flush()
        return len(before), last.script_finished

    return told


@pytest.mark.parametrize("beginning", ["progress", "bars"])
def test_another_fragment_or_a_part_of_it_leaves_it_as_it_was(cleared, beginning):
    assert cleared([beginning]) == (1, DONE)


@pytest.mark.parametrize("beginning", [["bench", "bars"], None])
def test_what_is_drawn_anew_counts_as_broken_off(cleared, beginning):
    assert cleared(beginning) == (0, BROKEN_OFF)


def test_what_was_broken_off_stays_so(cleared):
    assert cleared(["progress"], BROKEN_OFF) == (1, BROKEN_OFF)
    assert cleared(["bars"], BROKEN_OFF) == (0, BROKEN_OFF)


def test_a_queue_that_was_sent_is_empty(cleared):
    cleared(["progress"])
    queue = ForwardMsgQueue()
    queue.enqueue(ForwardMsg())
    queue.clear()
    assert queue.is_empty()
