"""What moves by itself on a page: one fragment that looks at the lab again and again, and draws all of it."""

import time
from collections.abc import Callable
from itertools import count

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import Run
from mnistlab.ui.lab_session import Lab, current_snapshot, is_moving
from mnistlab.ui.network_status import arrival_phase, draw_arrival, draw_network

TICK = 0.5  # seconds between two looks at something that moves
ACTIVE = "was_active"  # session state: whether a training went on when the page was drawn last
AFTERWARDS = 2.0  # seconds, when a training has just ended
STILL_HERE = 60.0  # seconds, at rest: often enough for the lab to know that somebody has it open


def draw_live(lab: Lab, draw: Callable[[Snapshot], None] = lambda snapshot: None, tick: float = 0.0) -> None:
    """Draw what moves on this page and in the sidebar; from then on it redraws itself.

    A page calls this once, and last: several such fragments would race with each other and with runs of the
    whole page, and where this has the page drawn anew, a button that is drawn after it loses its press.

    Streamlit knows a fragment by its function's name. During a training it gets another one each time the
    whole page is drawn: on a busy server a tick of the page as it was would else be answered in place of the
    press that came just before it, whose page nobody would see, and nothing would ever tick again. At rest it
    keeps its name: a click on what the page showed a moment ago is then answered, not left to the next tick.
    A click on what was still the training's page is left to that: so it comes soon, and once.

    Args:
        lab: As the page found it.
        draw: Draws the part of the page that moves, in a shape that stays the same while it does; where
            something appears or vanishes it has to call `st.rerun`.
        tick: Seconds between two looks where something else than the network moves; 0: nothing does.
    """

    ended = st.session_state.get(ACTIVE, False) and not lab.snapshot.active
    st.session_state[ACTIVE] = lab.snapshot.active
    looks = count()

    def look(phase: tuple) -> None:
        if next(looks) and ended:
            st.rerun()
        live(lab, phase, draw)

    look.__qualname__ = f"look_{lab.drawing}" if lab.snapshot.active else "look"
    st.fragment(look, run_every=tick or seconds_between(lab, ended))(phase_of(lab, lab.snapshot))


def seconds_between(lab: Lab, ended: bool = False) -> float:
    """Return how often to look: at what moves, soon after it has `ended`, and seldom at rest."""
    if is_moving(lab.snapshot):
        return TICK * lab.snapshot.crowding
    if ended:
        return AFTERWARDS
    return 2 * TICK if arrival_phase(lab).moves else STILL_HERE


def live(lab: Lab, phase: tuple, draw: Callable[[Snapshot], None]) -> None:
    """Draw it once; when something began or ended meanwhile, have the whole page drawn anew."""
    snapshot = current_snapshot()
    with lab.places.network.container(border=True, key="network_state", gap="small"):
        draw_network(snapshot)
    with lab.places.arrival.container():
        draw_arrival(lab)
    draw(snapshot)
    if phase_of(lab, snapshot) != phase:
        st.rerun()


def phase_of(lab: Lab, snapshot: Snapshot) -> tuple:
    """Return what buttons and pace of a page depend on; while it stays the same, only figures move.

    The first to train in a class would else look as often as they did alone, and slow down all others.
    """
    state = "running" if snapshot.state == "queued" else snapshot.state
    undo = snapshot.can_undo_reset, snapshot.can_undo_train_on, snapshot.can_undo_restore
    moving = is_moving(snapshot)
    return state, moving and snapshot.crowding, snapshot.run.id, *undo, arrival_phase(lab)


def followed_slowly(name: str, snapshot: Snapshot, seconds: float) -> Run:
    """Return the current run, while it trains as it was up to some seconds ago: redrawing takes time.

    Args:
        name: Of what is drawn.
        snapshot: The trainer as it is.
        seconds: How long what is drawn stays as it is; the longer, the more networks are being trained.
    """
    key, now = f"followed_{name}", time.monotonic()
    run, since = st.session_state.get(key, (None, now))
    due = now - since >= seconds * snapshot.crowding
    if run is None or run.id != snapshot.run.id or not snapshot.active or due:
        run = snapshot.run
        st.session_state[key] = run, now
    return run
