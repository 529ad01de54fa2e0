"""What a fragment no longer draws leaves the page, also when another fragment begins in the same moment."""

from collections.abc import Set
from functools import wraps

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue


def clear_leftovers() -> None:
    """Have the browser told all of a fragment drawn to its end: then it clears what was there before.

    Where that still waits to be sent when another fragment begins, such as the progress in the sidebar,
    Streamlit makes it say that the run was broken off, and drops what it drew of the one that begins, where
    this is a part of it. What begins is drawn on top of it in any case.
    """
    clear = ForwardMsgQueue.clear

    @wraps(clear)
    def kept(queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run=None) -> None:
        told = count_told(queue._queue, set(fragment_ids_this_run)) if fragment_ids_this_run else 0
        whole, queue._queue = queue._queue[:told], queue._queue[told:]
        clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
        queue._queue = whole + queue._queue

    ForwardMsgQueue.clear = kept


def count_told(messages: list[ForwardMsg], beginning: Set[str]) -> int:
    """Return how many messages lead to the last that ends a run of fragments, none of which begins anew."""
    done = (number for number, message in enumerate(messages, 1) if is_done(message, beginning))
    return max(done, default=0)


def is_done(message: ForwardMsg, beginning: Set[str]) -> bool:
    """Return whether a message tells that fragments were drawn to their end, none of which begins anew."""
    return (
        message.WhichOneof("type") == "script_finished"
        and message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        and beginning.isdisjoint(message.metadata.run.fragment_ids)
    )
