"""A tick brings no news: what only looks again, every second, sets nothing back."""

from dataclasses import replace
from functools import wraps

from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests


def take_ticks_without_widgets() -> None:
    """Have what the server itself set, such as the unit that a click chose, outlast the next tick.

    The browser sends the values of all widgets with every tick, also those that it is about to be told are
    others now; Streamlit would take these for something that somebody has just changed back. Whatever
    somebody does change is sent by itself, at once.
    """
    request_rerun = ScriptRequests.request_rerun

    @wraps(request_rerun)
    def without_widgets(requests: ScriptRequests, new_data: RerunData) -> bool:
        return request_rerun(
            requests, replace(new_data, widget_states=None) if new_data.is_auto_rerun else new_data
        )

    ScriptRequests.request_rerun = without_widgets
