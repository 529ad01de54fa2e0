"""A walk through the lab that collects what there is to read: labels, sentences, and what each "?" says."""

import html
import json
import re
from collections.abc import Iterator

from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from mnistlab.jobs.labs import labs
from tests.conftest import REPOSITORY

SMALL = {
    "dataset": "generated", "hidden": "10", "train_size": "500", "num_epochs": "2", "scaling": "unit",
    "learning_rate": "0.02", "batch_size": "20",
}  # fmt: skip
SECONDS = 120
PAGES = ("home", "data", "architecture", "backprop", "train", "predict")
MARKED = re.compile(r"\*\*(.+?)\*\*|^#+ (.+)$|-badge\[(.+?)\]", re.MULTILINE)  # bold, heading or badge
BUTTONS = ("button", "download_button", "page_link", "link_button")  # they have a hover, and no "?"


def nodes(block) -> Iterator:
    """All that is in a part of the page, the blocks included."""
    yield block
    for child in getattr(block, "children", {}).values():
        yield from nodes(child)


def strings(value: object) -> Iterator[str]:
    """All texts in what the browser gets."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)


def proto_of(node) -> dict:
    """What the browser gets of one part of the page."""
    proto = getattr(node, "proto", None)
    return MessageToDict(proto) if proto is not None else {}


def labels_in(node) -> Iterator[str]:
    """The labels of one part of the page."""
    told = proto_of(node)
    yield from (told[name] for name in ("label", "title") if isinstance(told.get(name), str))
    yield from (inner["label"] for inner in told.values() if isinstance(inner, dict) and "label" in inner)
    for option in told.get("options", []) if node.type != "select_slider" else ():  # there they are numbers
        yield option if isinstance(option, str) else option.get("content", "")
    kind, body = node.type, told.get("body", "")
    if kind in ("title", "header", "subheader"):
        yield body
    elif kind in ("markdown", "caption"):
        yield from (next(filter(None, found)) for found in MARKED.findall(body))
        yield from body.split("\n")[0].strip("|").split("|") if body.startswith("|") else ()
    elif kind == "latex":
        yield from re.findall(r"\\text\{(.+?):?\}", body)
    elif kind == "html":
        yield from texts_of(body)
    elif kind in ("dataframe", "arrow_data_frame", "table", "arrow_table"):
        for column in node.value.columns:  # a title, or a pair of them
            yield " ".join(column).strip() if isinstance(column, tuple) else str(column)
    elif kind == "plotly_chart":
        yield from labels_of_figure(json.loads(told["spec"]))
    elif kind == "bidi_component":
        told = json.loads(told.get("json", "{}") or "{}")
        yield from texts_of(told.get("markup", ""))
        if "figure" in told:
            yield from labels_of_figure(json.loads(told["figure"]))


def texts_of(markup: str) -> list[str]:
    """The texts between the tags."""
    return [html.unescape(text) for text in re.findall(r">([^<>]+)<", markup)]


def labels_of_figure(figure: dict) -> Iterator[str]:
    """Titles, axes, legend and notes of a chart, and the names on an axis of bars."""
    layout = figure["layout"]
    yield from strings([value.get("title") for value in layout.values() if isinstance(value, dict)])
    yield from strings(layout.get("title"))
    yield from (note.get("text", "") for note in layout.get("annotations", ()))
    for trace in figure["data"]:
        yield trace.get("name") or ""
        yield from (value for value in trace.get("y", ()) if isinstance(value, str))


def plain(label: str) -> set[str]:
    """A label without marks, as a whole and up to its first comma."""
    words = re.sub(r"\s+", " ", label.strip(" *#:")).casefold()
    return {words, words.rstrip("."), words.split(",")[0]}


class Walk:
    """A session that goes through all pages and remembers what it saw."""

    def __init__(self):
        self.app = AppTest.from_file(str(REPOSITORY / "mnistlab" / "app.py"), default_timeout=SECONDS)
        self.app.query_params.update(SMALL)
        self.labels: set[tuple[str, str]] = set()  # page and label
        self.texts: set[tuple[str, str]] = set()
        self.helps: set[tuple[str, str]] = set()
        self.run()
        self.rest()

    @property
    def trainer(self):
        return labs().open(self.app.session_state["tab"].token)

    def rest(self) -> None:
        """Wait until nothing is under way."""
        self.trainer.wait_for(lambda snapshot: not snapshot.active and not snapshot.doing, SECONDS)
        sweeping = labs().sweeping(self.app.session_state["tab"].token)
        sweeping.wait_for(lambda snapshot: not snapshot.active, SECONDS)

    def run(self, where: str = "home") -> None:
        """Draw the page and look at all of it."""
        self.app.run()
        assert not self.app.exception, where
        for node in (*nodes(self.app.sidebar), *nodes(self.app.main)):
            self.labels |= {(where, label) for label in labels_in(node) if label}
            told = proto_of(node)
            self.texts |= {(where, text) for text in strings(told)}
            if told.get("help") and node.type not in BUTTONS:
                self.helps.add((where, told["help"]))

    def press(self, key: str, where: str) -> None:
        """Press a button and look."""
        self.app.button(key=key).click()
        self.run(where)

    def open(self, page: str, tab: str = "") -> None:
        """Open a page, or one of its tabs."""
        if tab:
            self.app.session_state[f"{page}_tabs_open"] = self.app.session_state[f"{page}_tabs"] = tab
        else:
            self.app.switch_page(f"../pages/{page}.py")
        self.run(f"{page} {tab}".strip())

    def everywhere(self) -> None:
        """Open every page with every tab."""
        for page in PAGES:
            self.open(page)
            for tab in [
                tab for row in self.app.button_group if row.key == f"{page}_tabs" for tab in row.options
            ]:
                self.open(page, tab)
