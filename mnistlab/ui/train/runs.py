"""The runs of the lab: compared in a table, renamed, hidden, deleted, and made the current network again."""

import streamlit as st

from mnistlab.files.comparing import compared
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import MAX_NAME, Run
from mnistlab.ui.crowd import crowd
from mnistlab.ui.lab import Lab, back_to_network, command, current_snapshot
from mnistlab.ui.press import press_button
from mnistlab.ui.words import count, plain

TABLE = "train_runs"
DELETING = "train_deleting"  # id of the run that may be deleted
CHANGED = "train_runs_changed"
TICK = 2.0  # seconds
HERE = "on the bench"
SHOWN = "in the curves"


def draw_runs(lab: Lab) -> None:
    """Draw the tab; while a network learns its row keeps up with it."""
    st.fragment(runs, run_every=TICK * crowd(lab.snapshot) if lab.snapshot.active else None)()


def runs() -> None:
    """Draw the table of runs, and what can be done with the one that is chosen in it."""
    if st.session_state.pop(CHANGED, False):
        st.rerun()
    snapshot = current_snapshot()
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
    event = st.dataframe(
        {**compared(listed), **marks},
        key=TABLE,
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        column_config={"last": share, "best": share},
        alt=f"{count(len(listed), 'run')} with settings and results",
    )
    rows = [row for row in event["selection"]["rows"] if row < len(listed)]
    return listed[rows[0]] if rows else snapshot.run


def draw_actions(run: Run, is_current: bool, is_hidden: bool) -> None:
    """Draw the field for the name, and the buttons."""
    key = f"train_name_{run.id}_{run.name}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input("Name", run.name, MAX_NAME, key=key, on_change=rename, args=(run.id, key), width=260)
        press_button(
            "Put it on the bench",
            "train_select",
            put_on_bench,
            run.id,
            disabled=is_current,
            help="Makes this the current network: all pages work with it, and Train goes on from here.",
        )
        label = "Show in the curves" if is_hidden else "Hide from the curves"
        press_button(label, "train_hide", changing, "hide", run.id, not is_hidden, disabled=is_current)
        press_button("Delete", "train_delete", st.session_state.update, {DELETING: run.id})


def draw_question(run: Run) -> None:
    """Ask once more before a run is lost."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="train_delete_question"):
        st.markdown(f"Delete **{plain(run.name)}** for good?", width="content")
        press_button("Delete it", "train_delete_yes", delete, run.id, type="primary")
        press_button("Keep it", "train_delete_no", st.session_state.update, {DELETING: ""})


def changing(name: str, *args) -> None:
    """Give a command that changes more of the page than this tab."""
    command(name, *args)
    st.session_state[CHANGED] = True


def rename(run_id: str, key: str) -> None:
    """Take the name from the field; the field shows what became of it."""
    changing("rename", run_id, st.session_state[key])
    st.session_state[key] = next((run.name for run in current_snapshot().runs if run.id == run_id), "")


def put_on_bench(run_id: str) -> None:
    """Make a run the current one, and have the sidebar show its settings."""
    changing("select", run_id)
    back_to_network()


def delete(run_id: str) -> None:
    """Forget a run; if it was the current one, another takes its place with its settings."""
    was_current = current_snapshot().run.id == run_id
    changing("delete", run_id)
    st.session_state[DELETING] = ""
    if was_current:
        back_to_network()
