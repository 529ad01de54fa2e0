"""What a fragment no longer draws leaves the page, also when another fragment begins in the same moment."""

from collections.abc import Set
from functools import wraps

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

DONE = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


def clear_leftovers() -> None:
    """Have the browser told of each fragment that was drawn to its end: then it clears what was there before.

    Where the word of it still waits to be sent when another fragment begins, such as the progress in the
    sidebar, Streamlit makes it say that the run was broken off, though all that was drawn is sent.
    """
    clear = ForwardMsgQueue.clear

    @wraps(clear)
    def kept(queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run=None) -> None:
        beginning = set(fragment_ids_this_run or ())
        done = [message for message in queue._queue if is_done(message, beginning)] if beginning else []
        clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
        for message in done:
            message.script_finished = DONE

    ForwardMsgQueue.clear = kept


def is_done(message: ForwardMsg, beginning: Set[str]) -> bool:
    """Return whether a message tells that fragments were drawn to their end, none of which begins anew."""
    told = message.WhichOneof("type") == "script_finished" and message.script_finished == DONE
    return told and beginning.isdisjoint(message.metadata.run.fragment_ids)
