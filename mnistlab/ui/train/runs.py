"""The runs of the lab: in a table, side by side and by their curves; renamed, deleted, made current."""

from collections.abc import Sequence

import streamlit as st

from mnistlab.figures.theme import DASHES, DIGITS
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.comparison import Column, compared, differing, setting_column, what_differs
from mnistlab.runs.run import MAX_NAME, Run
from mnistlab.runs.run_store import MAX_BYTES
from mnistlab.setting_labels import SETTING_NAMES
from mnistlab.ui.formatting import count, percent, plain
from mnistlab.ui.lab_session import (
    back_to_network,
    command,
    command_and_redraw,
    current_snapshot,
    switch_network,
)
from mnistlab.ui.train.curves import MAX_OVERLAID, TICKED, draw_test_curves, ticked
from mnistlab.ui.widgets import choose_rows, entered, give, keep, show_in, widget_key

DELETING = "train_deleting"  # ids of the runs that may be deleted
SWATCH, LETTER, NAME_WIDTHS = 44, 8, (64, 170)  # px
STYLES = ("\u2003", "– –", "· · ·", "– ·", "— —")  # what stands in the swatch of a run with each of DASHES


def draw_runs(snapshot: Snapshot) -> None:
    """Draw the table of runs, what can be done with them, and the comparison of those that are ticked."""
    st.caption(
        "Every network you train is kept, also when you press Reset. Tick runs to see their curves, and in "
        f"which settings they differ. The current one is **{plain(snapshot.run.name)}**."
    )
    draw_table(snapshot)
    draw_what_is_not_kept(snapshot.runs)
    chosen = ticked(snapshot)
    draw_actions(chosen or [snapshot.run], snapshot.run)
    if deleting := [run for run in snapshot.runs if run.id in st.session_state.get(DELETING, ())]:
        draw_question(deleting)
    if chosen:
        draw_comparison(chosen)


def draw_table(snapshot: Snapshot) -> None:
    """Draw the table; the rows that are ticked are kept by the ids of their runs."""
    runs, columns = snapshot.runs, compared(snapshot.runs)
    ids = [run.id for run in runs]
    widest = LETTER * max(len(run.name) for run in runs) + 16
    colors = [str(place) for place in range(max(run.color for run in runs) + 1)]
    configs = {
        1: st.column_config.MultiselectColumn(
            options=colors, color="auto", width=SWATCH, pinned=True, format_func=dash_of
        ),
        2: st.column_config.Column(width=min(max(widest, NAME_WIDTHS[0]), NAME_WIDTHS[1])),
    }
    percents = st.column_config.NumberColumn(format="%.2f%%")
    configs |= {place: percents for place, column in enumerate(columns, start=2) if column.is_share}
    choose_rows(
        {("", " "): [[str(run.color)] for run in runs]}
        | {(column.group, column.title): cells_of(column) for column in columns},
        TICKED,
        [ids.index(run.id) for run in ticked(snapshot)],
        configs,
        f"{count(len(runs), 'run')} with settings and results",
        lambda rows: keep(TICKED, tuple(ids[row] for row in rows if row < len(ids))),
    )


def cells_of(column: Column) -> list:
    """Return the cells of a column as the table shows them: shares in percent."""
    return [100 * cell if column.is_share and cell is not None else cell for cell in column.cells]


def dash_of(place: str) -> str:
    """Return what tells a run's color from the same one of an earlier run."""
    return STYLES[int(place) // len(DIGITS) % len(DASHES)]


def draw_what_is_not_kept(runs: Sequence[Run]) -> None:
    """Say of which runs the weights of earlier epochs had to go, or never came."""
    if bare := [plain(run.name) for run in runs if run.epoch and 0 not in run.kept]:
        st.caption(
            f"Of {', '.join(bare)} the weights of earlier epochs are not all there: all runs together have "
            f"room for {MAX_BYTES >> 20} MB, and a file brings only the last ones. The curves are whole."
        )


def draw_actions(runs: Sequence[Run], current: Run) -> None:
    """Draw the field for the name of a single run, and the buttons."""
    run, is_single = runs[0], len(runs) == 1
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if is_single:
            name = f"train_name_{run.id}"
            show_in(name, run.name)
            field = widget_key(name)
            st.text_input(
                "Name", run.name, MAX_NAME, key=field, on_change=rename, args=(run.id, name), width=260
            )
        st.button(
            "Make current",
            key="train_select",
            on_click=switch_network,
            args=(Trainer.select, run.id),
            disabled=not is_single or run.id == current.id,
            help="Makes this the current network: all pages work with it, and Train goes on from here.",
        )
        label = "Delete" if is_single else f"Delete {len(runs)} runs"
        st.button(label, key="train_delete", on_click=ask_to_delete, args=([each.id for each in runs],))
    if not is_single:
        st.caption("Tick a single run to rename it, or to make it current: then you can export it.")


def ask_to_delete(run_ids: Sequence[str]) -> None:
    """Have the page ask once more."""
    st.session_state[DELETING] = run_ids


def draw_question(runs: Sequence[Run]) -> None:
    """Ask once more before runs are lost."""
    names = ", ".join(f"**{plain(run.name)}**" for run in runs)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="train_delete_question"):
        st.markdown(f"Delete {names} for good?", width="content")
        ids = [run.id for run in runs]
        st.button("Delete", key="train_delete_yes", on_click=delete, args=(ids,), type="primary")
        st.button("Keep", key="train_delete_no", on_click=ask_to_delete, args=((),))


def draw_comparison(runs: Sequence[Run]) -> None:
    """Draw what differs between runs, side by side, and their test curves."""
    if len(runs) == 2:
        one, other = runs
        st.markdown(f"**{plain(one.name)}** and **{plain(other.name)}**. {plain(what_differs(one, other))}")
    if len(runs) > 1:
        rows = [(SETTING_NAMES[name], *setting_column(runs, name)[1]) for name in differing(runs)]
        rows.append(("Final test accuracy", *(share(run.accuracy) for run in runs)))
        rows.append(("Best test accuracy", *(share(run.best_accuracy) for run in runs)))
        titles = ["\u2003", *(run.name for run in runs)]
        cells = {plain(title): list(map(plain, cells)) for title, *cells in zip(titles, *rows, strict=True)}
        st.table(cells, border="horizontal", width="content", alt="Settings that differ, side by side")
    if len(runs) > MAX_OVERLAID:
        st.caption(f"The curves of the last {MAX_OVERLAID} of them:")
    draw_test_curves(runs[-MAX_OVERLAID:])


def share(accuracy: float | None) -> str:
    """Return an accuracy in a cell."""
    return "" if accuracy is None else percent(accuracy)


def rename(run_id: str, field: str) -> None:
    """Take the name from the field; the field shows what became of it."""
    command_and_redraw(Trainer.rename, run_id, entered(field))


def delete(run_ids: Sequence[str]) -> None:
    """Forget runs; if the current one is among them, another takes its place with its settings."""
    ask_to_delete(())
    current = current_snapshot().run.id
    for run_id in sorted(run_ids, key=current.__eq__):
        command(Trainer.delete, run_id)
    give(TICKED, ())
    if current in run_ids:
        back_to_network()
    st.rerun()
