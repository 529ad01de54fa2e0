"""Ticks leave widgets alone, and take nothing from what somebody did in the same moment."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from mnistlab.ui.ticks import take_ticks_without_widgets


def saying(unit: int) -> WidgetStates:
    """What a browser sends that shows this unit."""
    states = WidgetStates()
    states.widgets.add(id="unit", int_value=unit)
    return states


TICK = RerunData(fragment_id="progress", widget_states=saying(17), is_auto_rerun=True)
ACT = RerunData(fragment_id="bench", widget_states=saying(42))


@pytest.fixture
def next_run(monkeypatch):
    """What the next run is about, when all this was asked for meanwhile."""
    monkeypatch.setattr(ScriptRequests, "request_rerun", ScriptRequests.request_rerun)
    take_ticks_without_widgets()

    def folded(*asked: RerunData) -> RerunData:
        requests = ScriptRequests()
        assert all(requests.request_rerun(data) for data in asked)
        return requests.on_scriptrunner_ready().rerun_data

    return folded


def test_a_tick_says_nothing_of_widgets(next_run):
    assert next_run(TICK).widget_states is None
    assert next_run(TICK).fragment_id_queue == ["progress"]


@pytest.mark.parametrize("asked", [(ACT,), (ACT, TICK), (TICK, ACT)])
def test_what_somebody_did_is_kept_whether_a_tick_comes_before_or_after(next_run, asked):
    run = next_run(*asked)
    assert [(state.id, state.int_value) for state in run.widget_states.widgets] == [("unit", 42)]
    assert "bench" in run.fragment_id_queue
