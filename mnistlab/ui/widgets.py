"""Widgets whose value the program sets: such a widget gets a new key, so it is a new widget to the browser.

And tabs of which only the open one is drawn, and which one finds as one left them.

A browser sends the values of all its widgets with every message, also those it is about to be told are others
by now. Under a new key the old value means nothing, and what was set stays set.

    number = st.number_input("Number", 0, 9, kept("number", 3), key=widget_key("number"))
    keep("number", number)
    st.button("Next", on_click=lambda: give("number", entered("number") + 1))
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")

VALUES, VERSIONS = "widget_values", "widget_versions"  # by the name of the widget
MOST_ROWS = 20  # of a table that is shown as a whole
ROW, BAR = 35, 12  # px: a row, of which two are titles, and room for the bar that scrolls the table sideways
PRESSES = "presses"  # key of a button -> how often it was pressed


def widget_key(name: str, group: str = "") -> str:
    """Return the key that a widget has as long as the program does not give it another value.

    Args:
        name: Of the widget.
        group: Where several get their values together, the name that they were renewed by.
    """
    version = st.session_state.get(VERSIONS, {}).get(group or name, 0)
    return f"{name}_{version}" if version else name


def kept(name: str, default: Any = None) -> Any:
    """Return the value to draw a widget with: the last that it was given, or had."""
    return st.session_state.get(VALUES, {}).get(name, default)


def keep(name: str, value: Any) -> None:
    """Keep what a widget shows, for when its page is opened again."""
    st.session_state.setdefault(VALUES, {})[name] = value


def give(name: str, value: Any) -> None:
    """Give a widget another value."""
    keep(name, value)
    renew(name)


def renew(name: str) -> None:
    """Have a widget, or a group of them, replaced by new ones, which show what they are drawn with."""
    versions = st.session_state.setdefault(VERSIONS, {})
    versions[name] = versions.get(name, 0) + 1


def show_in(name: str, value: Any) -> None:
    """Have a widget show what was decided elsewhere; one that shows it already stays as it is."""
    if name not in st.session_state.get(VALUES, {}):
        keep(name, value)
    elif entered(name) != value:
        give(name, value)


def entered(name: str, default: Any = None) -> Any:
    """Return what a widget shows now, in its own callback too."""
    return st.session_state.get(widget_key(name), kept(name, default))


def choose(label: str, names: Mapping[T, str], default: T, key: str, **options: Any) -> T:
    """Draw a row of choices, called by their names, and return the one that is chosen; one always is."""
    return st.segmented_control(
        label, list(names), format_func=names.__getitem__, default=default, required=True, key=key, **options
    )


def choose_rows(
    table: Mapping[Any, Sequence],
    name: str,
    rows: Sequence[int],
    columns: dict,
    alt: str,
    chosen: Callable[[list[int]], None],
) -> None:
    """Draw a table of which any rows can be ticked; all of it can be seen where it is not very long.

    Args:
        table: The columns by their titles; pairs of them stand under each other.
        name: Of the element.
        rows: Those that are ticked when it is drawn for the first time.
        columns: How some of them are shown.
        alt: What the table is, for those who do not see it.
        chosen: Called with the rows when others are ticked.
    """
    key = widget_key(name)
    st.dataframe(
        table,
        key=key,
        on_select=lambda: chosen(st.session_state[key]["selection"]["rows"]),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": list(rows)}},
        hide_index=True,
        column_config=columns,
        height=ROW * (2 + min(MOST_ROWS, len(next(iter(table.values()))))) + BAR,
        placeholder="",
        alt=alt,
    )


def choose_row(table: Mapping[str, Sequence], key: str, columns: dict, alt: str) -> int | None:
    """Draw a table of which one row can be chosen, and return its number.

    Args:
        table: The columns by their names.
        key: Of the element.
        columns: How some of them are shown.
        alt: What the table is, for those who do not see it.
    """
    event = st.dataframe(
        table,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        column_config=columns,
        alt=alt,
    )
    num_rows = len(next(iter(table.values())))
    return next((row for row in event["selection"]["rows"] if row < num_rows), None)


def once(key: str, action: Callable[..., object], *args: object) -> dict[str, Any]:
    """Return the options of a button that acts once for each press.

    Where a press, a tick and a run of the whole page meet, Streamlit may call a button back twice. So each
    press is numbered, and only the first call with a number counts.

    Args:
        key: Of the button.
        action: What it does, with these arguments.
        *args: The arguments.
    """
    number = st.session_state.setdefault(PRESSES, {}).get(key, 0)
    return {"key": key, "on_click": act_once, "args": (key, number, action, args)}


def act_once(key: str, number: int, action: Callable[..., object], args: tuple) -> None:
    """Do what a button is for, unless this press was told of before."""
    presses = st.session_state[PRESSES]
    if presses.get(key, 0) == number:
        presses[key] = number + 1
        action(*args)


def draw_tabs(key: str, contents: dict[str, Callable[[], None]]) -> None:
    """Draw a row of tabs and the content of the open one, each in a place of its own.

    They are a segmented control that looks like tabs. Those of `st.tabs` whose open one the server knows are
    set back in the browser by the answer to the click before; a tick at that moment would undo the new click.

    Args:
        key: Begins with the name of the page.
        contents: What draws each tab, by its name.
    """
    names, left_open = {name: name for name in contents}, st.session_state.get(f"{key}_open")
    first = left_open if left_open in names else next(iter(names))
    opened = choose("Tabs", names, first, key, label_visibility="collapsed", width="stretch")
    st.session_state[f"{key}_open"] = opened
    places = {name: st.container() for name in names}
    with places[opened]:
        contents[opened]()
