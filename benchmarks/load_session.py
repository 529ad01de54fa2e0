"""One browser tab without a browser: it talks to the app as Streamlit's own page does."""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.load_marks import Mark

PATIENCE = 60.0  # seconds for one answer
QUIET_SECONDS = 5.0  # without an answer, after which it counts whether anything runs at all
KEY = re.compile(r"\$\$ID-[0-9a-f]+-(.+)")
EPOCH = re.compile(r"epoch (\d+) of")
FIELDS = {
    "button": "trigger_value",
    "number_input": "double_value",
    "text_input": "string_value",
    "text_area": "string_value",
    "bidi_component": "json_value",
}
EVENTS = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # the widget that carries what a component tells once
ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class Widget:
    """A widget as the server drew it last."""

    def __init__(self, kind: str, proto: Any, fragment: str):
        self.kind, self.proto, self.fragment = kind, proto, fragment

    def state(self, value: Any) -> WidgetState:
        """Return the message that this widget now has a value."""
        state = WidgetState(id=self.proto.id)
        if self.kind in FIELDS:
            setattr(state, FIELDS[self.kind], value)
        elif self.kind == "button_group" or self.proto.type == Slider.SELECT_SLIDER:
            state.string_array_value.data.append(value)
        else:
            state.double_array_value.data.append(value)
        return state


class Asked:
    """Something asked of the server, until the run that answers it, or one that began later, has ended.

    Where a run is broken off by the next one, Streamlit may drop the message that it has ended.
    """

    def __init__(self, fragment: str):
        self.fragment = fragment
        self.runs: list[str] = []  # the one that answers it, and those that began later
        self.taken_up = False
        self.done: asyncio.Future = asyncio.get_running_loop().create_future()

    def begin(self, run: str, fragments: Sequence[str]) -> None:
        """Take note that a run began: of these fragments, or of the whole page."""
        if not fragments or (self.fragment in fragments and not self.runs):
            self.runs, self.taken_up = [run], True
        elif self.runs:
            self.runs.append(run)

    def end(self, run: str, how: int) -> None:
        """Take note that a run ended; where the one that answers was broken off, the page is drawn anew."""
        if run not in self.runs:
            return
        if how in ENDED and not self.done.done():
            self.done.set_result(None)
        elif run == self.runs[0]:
            self.runs, self.fragment = [], ""


class Session:
    """A tab with a mark of its own; what it receives is searched for the marks of others."""

    def __init__(self, port: int, mark: Mark):
        self.port, self.mark = port, mark
        self.widgets: dict[str, Widget] = {}  # by the key that the app gave them
        self.token = self.id = self.query = self.page = ""
        self.pages: dict[str, str] = {}  # name -> hash
        self.complaints: list[str] = []
        self.own_marks, self.leaks = 0, set()
        self.progress: list[tuple[float, float]] = []  # time, epochs done
        self.rests = 0  # times that the pause between two sheets has doubled
        self.known_at = 0.0  # when the tab was last told that its lab is found
        self._values: dict[str, WidgetState] = {}  # by id, as the browser keeps them
        self._asked: Asked | None = None
        self._running = False  # whether the server runs something for this tab
        self._timers: dict[str, asyncio.Task] = {}
        self._socket: ClientConnection | None = None
        self._ear: asyncio.Task | None = None

    async def open(self, page: str = "", query: dict[str, str] | None = None) -> float:
        """Connect, open a page by its address and return the seconds until it is drawn and the lab is known.

        A tab that was connected before brings along the session that it had and the token that it keeps.
        """
        begin = time.perf_counter()
        protocols = ["streamlit", "xsrf", *filter(None, [self.id])]
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        self._socket = await connect(
            address, subprotocols=protocols, compression=None, max_size=None, open_timeout=PATIENCE
        )
        self.query, self.page = urlencode(query or {}), page
        self._values.clear()
        self._ear = asyncio.create_task(self._listen())
        await self._rerun(page_name=page)
        return time.perf_counter() - begin

    async def act(self, key: str, value: Any = True) -> float:
        """Set a widget, or press it; return the seconds from the message until the answer is whole."""
        widget = self.widgets[key]
        state = widget.state(value)
        if widget.kind != "button":
            self._values[state.id] = state
        return await self._rerun(widget.fragment, also=[state] if widget.kind == "button" else [])

    async def tell(self, key: str, event: str, value: Any) -> float:
        """Have one of the lab's components tell something once; return the seconds as `act` does."""
        widget = self.widgets[key]
        state = WidgetState(id=EVENTS.format(widget.proto.id))
        state.json_trigger_value = json.dumps([{"event": event, "value": value}])
        return await self._rerun(widget.fragment, also=[state])

    async def visit(self, page: str) -> float:
        """Go to another page by the menu; return the seconds until it is drawn."""
        self._stop_timers()
        self._values.clear()
        self.page = page
        return await self._rerun(page_script_hash=self.pages[page])

    def drop(self) -> None:
        """Lose the connection at once, as when the network is gone."""
        self._stop_timers()
        self._ear.cancel()
        self._socket.transport.abort()

    async def close(self) -> None:
        """Close the tab."""
        if self._socket is None:
            return
        self._stop_timers()
        self._ear.cancel()
        await self._socket.close()

    async def _rerun(self, fragment: str = "", also=(), **more: str) -> float:
        begin = time.perf_counter()
        self._asked = Asked(fragment)
        await self._send(fragment, also, **more)
        await self._answer()
        return time.perf_counter() - begin

    async def _answer(self) -> None:
        """Wait until what was asked is answered, or was taken up and nothing runs any more."""
        asked = self._asked
        for _ in range(int(PATIENCE / QUIET_SECONDS)):
            await asyncio.wait([asked.done], timeout=QUIET_SECONDS)
            if asked.done.done():
                return asked.done.result()
            if asked.taken_up and not self._running:
                return None
        raise TimeoutError

    async def _send(self, fragment: str = "", also=(), auto: bool = False, **more: str) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.fragment_id, state.is_auto_rerun = self.query, fragment, auto
        if not more and self.page in self.pages:
            state.page_script_hash = self.pages[self.page]
        for name, value in more.items():
            setattr(state, name, value)
        state.widget_states.widgets.extend([*self._values.values(), *also])
        state.context_info.url = f"http://127.0.0.1:{self.port}/{self.page}"
        await self._socket.send(message.SerializeToString())

    async def _listen(self) -> None:
        try:
            async for data in self._socket:
                mine, others = self.mark.found_in(data)
                self.own_marks += mine
                self.leaks |= others
                await self._take(ForwardMsg.FromString(data))
        except ConnectionClosed as error:
            self._complain(f"connection lost: {error}")
        except Exception as error:
            self._complain(f"not understood: {error!r}")

    def _complain(self, sentence: str) -> None:
        self.complaints.append(sentence)
        if self._asked and not self._asked.done.done():
            self._asked.done.set_exception(RuntimeError(sentence))

    async def _take(self, message: ForwardMsg) -> None:
        kind, run = message.WhichOneof("type"), message.metadata.run
        if kind == "delta":
            await self._draw(message.delta)
        elif kind == "new_session":
            self._begin(message.new_session, run)
        elif kind == "navigation":
            self.pages = {
                "" if page.is_default else page.url_pathname: page.page_script_hash
                for page in message.navigation.app_pages
            }
        elif kind == "script_finished":
            if self._asked:
                self._asked.end(run.script_run_id, message.script_finished)
        elif kind == "session_status_changed":
            self._running = message.session_status_changed.script_is_running
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._set_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self._stop_timers(message.stop_auto_rerun.fragment_ids)

    def _begin(self, new, run) -> None:
        """Take note that a run began: of the whole page, or of some of its fragments."""
        if not run.fragment_ids:
            self._stop_timers()
            self.id = new.initialize.session_id
        if self._asked:
            self._asked.begin(run.script_run_id, run.fragment_ids)

    async def _draw(self, delta) -> None:
        part = delta.new_element if delta.HasField("new_element") else delta.add_block
        kind = part.WhichOneof("type")
        if kind is None:
            return
        proto = getattr(part, kind)
        if kind == "exception" or (kind == "alert" and proto.format == Alert.ERROR):
            self.complaints.append(f"{self.page}: {getattr(proto, 'message', '') or proto.body}")
        elif kind == "progress" and (found := EPOCH.match(proto.text)):
            done = int(found[1]) - 1 + proto.value / 100
            self.progress.append((time.perf_counter(), done))
        elif found := KEY.match(getattr(proto, "id", "")):
            self.widgets[found[1]] = Widget(kind, proto, delta.fragment_id)
            if found[1] == "tab_memory":
                await self._remember(proto)

    async def _remember(self, proto) -> None:
        """Do what the tab does to keep its lab: store its token, or tell the other one that it has stored."""
        data = json.loads(proto.json)
        if data["settled"] or self.token in ("", data["token"]):
            self.token, self.known_at = data["token"], time.perf_counter()
            return
        found = {"asked": data["asked"], "token": self.token, "copied": False}
        state = self.widgets["tab_memory"].state(json.dumps({"found": found}))
        if self._values.get(proto.id) != state:
            self._values[proto.id] = state
            if self._asked:
                self._asked.runs, self._asked.taken_up = [], False
            await self._send(page_name=self.page)  # the hashes of the pages are not known yet

    def _set_timer(self, fragment: str, seconds: float) -> None:
        if fragment not in self._timers:
            self._timers[fragment] = asyncio.create_task(self._tick(fragment, seconds))

    async def _tick(self, fragment: str, seconds: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(seconds)
                await self._send(fragment, auto=True)

    def _stop_timers(self, fragments=None) -> None:
        for fragment in list(self._timers if fragments is None else fragments):
            if timer := self._timers.pop(fragment, None):
                timer.cancel()

    def settings(self) -> dict[str, str]:
        """Return the settings in the address bar."""
        return dict(parse_qsl(self.query))
