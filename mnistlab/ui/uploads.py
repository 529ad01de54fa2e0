"""What browsers upload: how much of it the server holds for each of them, how long, and who takes it in."""

import asyncio
from typing import NamedTuple

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.typing import UploadedFile

from mnistlab.ui.widgets import renew, widget_key

UPLOADS = "/_stcore/upload_file/"  # and then session/file; before it the base path, where there is one
MAX_HELD_BYTES = 30 * 2**20  # for each session
HELD_SECONDS = 120.0  # pages take in at once what is uploaded for them


class Held(NamedTuple):
    """A file that Streamlit holds."""

    brought: Scope  # the request that brought it; the same with DELETE has it let go
    num_bytes: int


class UploadLimit:
    """Have Streamlit let go of the oldest files of a session that holds too many bytes, and of all in time.

    By itself it holds every file until the session ends, and that until another visitor leaves.
    """

    def __init__(self, app: ASGIApp):
        self.app = app
        self.held: dict[str, Held] = {}  # by path, the oldest first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; take note of a file that was taken."""
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOADS not in scope["path"]:
            return await self.app(scope, receive, send)
        brought, num_bytes, status = dict(scope), 0, 0

        async def count() -> Message:
            nonlocal num_bytes
            message = await receive()
            num_bytes += len(message.get("body", b""))
            return message

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self.app(scope, count, watch)
        if status == 204:
            await self._hold(Held(brought, num_bytes))

    async def _hold(self, new: Held) -> None:
        path: str = new.brought["path"]
        self.held.pop(path, None)
        self.held[path] = new
        session = path.rpartition("/")[0]
        of_session = [each for each in self.held if each.rpartition("/")[0] == session]
        while sum(self.held[each].num_bytes for each in of_session) > MAX_HELD_BYTES:
            await self._let_go(of_session.pop(0))
        loop = asyncio.get_running_loop()
        loop.call_later(HELD_SECONDS, lambda: loop.create_task(self._let_go(path)))

    async def _let_go(self, path: str) -> None:
        async def nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def nobody(message: Message) -> None:
            pass

        if held := self.held.pop(path, None):
            await self.app({**held.brought, "method": "DELETE"}, nothing, nobody)


def taken_in(name: str) -> list[UploadedFile | None]:
    """Return the files that a file uploader, or the camera, was just given, in its callback.

    None stands for one that is gone because they were too much at once. The widget is renewed, so that the
    session keeps nothing of the files.

    Args:
        name: Of the widget, whose key is `widget_key(name)`.
    """
    given = st.session_state.get(widget_key(name))
    if not given:
        return []
    renew(name)
    files = given if isinstance(given, list) else [given]
    return [file if isinstance(file, UploadedFile) else None for file in files]
