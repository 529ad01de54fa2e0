"""The runs of the lab: compared in a table, renamed, hidden, deleted, and made the current network again."""

import streamlit as st

from mnistlab.jobs.snapshot import Snapshot
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.comparison import BEST, FINAL, compared
from mnistlab.runs.run import MAX_NAME, Run
from mnistlab.ui.formatting import count, plain
from mnistlab.ui.lab_session import command_and_redraw, current_snapshot, switch_network
from mnistlab.ui.widgets import choose_row, entered, show_in, widget_key

TABLE = "train_runs"
DELETING = "train_deleting"  # id of the run that may be deleted
HERE = "current"
SHOWN = "plotted"


def draw_runs(snapshot: Snapshot) -> None:
    """Draw the table of runs, and what can be done with the one that is chosen in it."""
    st.caption(
        "Every network you train is kept. Here you see what became of each, with the settings in which they "
        "differ. Choose a row to do something with that run."
    )
    chosen = draw_table(snapshot)
    draw_actions(chosen, chosen.id == snapshot.run.id, chosen.id in snapshot.hidden)
    if st.session_state.get(DELETING) == chosen.id:
        draw_question(chosen)


def draw_table(snapshot: Snapshot) -> Run:
    """Draw the table and return the run that is chosen in it: at first the current one."""
    listed = snapshot.runs
    marks = {
        HERE: [run.id == snapshot.run.id for run in listed],
        SHOWN: [run.id == snapshot.run.id or run.id not in snapshot.hidden for run in listed],
    }
    share = st.column_config.NumberColumn(format="percent")
    alt = f"{count(len(listed), 'run')} with settings and results"
    row = choose_row({**compared(listed), **marks}, TABLE, {FINAL: share, BEST: share}, alt)
    return snapshot.run if row is None else listed[row]


def draw_actions(run: Run, is_current: bool, is_hidden: bool) -> None:
    """Draw the field for the name, and the buttons."""
    name = f"train_name_{run.id}"
    show_in(name, run.name)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Name", run.name, MAX_NAME, key=widget_key(name), on_change=rename, args=(run.id, name), width=260
        )
        st.button(
            "Make current",
            key="train_select",
            on_click=switch_network,
            args=(Trainer.select, run.id),
            disabled=is_current,
            help="Makes this the current network: all pages work with it, and Train goes on from here.",
        )
        st.button(
            "Add to plot" if is_hidden else "Remove from plot",
            key="train_hide",
            on_click=command_and_redraw,
            args=(Trainer.hide, run.id, not is_hidden),
            disabled=is_current,
        )
        st.button("Delete", key="train_delete", on_click=ask_to_delete, args=(run.id,))


def ask_to_delete(run_id: str) -> None:
    """Have the page ask once more; "" is nobody's id."""
    st.session_state[DELETING] = run_id


def draw_question(run: Run) -> None:
    """Ask once more before a run is lost."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="train_delete_question"):
        st.markdown(f"Delete **{plain(run.name)}** for good?", width="content")
        st.button("Delete it", key="train_delete_yes", on_click=delete, args=(run.id,), type="primary")
        st.button("Keep it", key="train_delete_no", on_click=ask_to_delete, args=("",))


def rename(run_id: str, field: str) -> None:
    """Take the name from the field; the field shows what became of it."""
    command_and_redraw(Trainer.rename, run_id, entered(field))


def delete(run_id: str) -> None:
    """Forget a run; if it was the current one, another takes its place with its settings."""
    st.session_state[DELETING] = ""
    was_current = current_snapshot().run.id == run_id
    forget = switch_network if was_current else command_and_redraw
    forget(Trainer.delete, run_id)
