"""What surrounds the script: what starts and stops with the server, its hosts and its headers."""

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnistlab.compilation_cache import keep_compiled_operations
from mnistlab.jobs.labs import labs, stop_labs
from mnistlab.jobs.process import return_freed_memory
from mnistlab.ui.connections import closed, opened

HOSTS, ANCESTORS = "MNISTLAB_HOSTS", "MNISTLAB_FRAME_ANCESTORS"  # environment: names, spaces between
CLOUD = ".streamlit.app"  # Streamlit Community Cloud: nobody else can give a name below it to this machine
METRICS = "/_stcore/metrics"
STREAM = "/_stcore/stream"  # one websocket for each open tab
DOWNLOADS = "/media/"
# Streamlit loads its own modules, styles and workers from this server or from what it made in the browser.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob: data:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' blob: data:",
    "worker-src": "'self' blob:",
    "frame-src": "'self' blob: data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


@asynccontextmanager
async def lifespan(app) -> AsyncIterator[None]:
    """Start what all visits share, and at the end save every lab and stop the workers."""
    return_freed_memory()
    keep_compiled_operations()
    labs()
    gc.freeze()  # what was imported stays: no collection looks at it again
    try:
        yield
    finally:
        stop_labs()


class Guard:
    """Refuse foreign hosts, hide the metrics, set security headers, and note which tabs are connected."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one websocket as long as it is open."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if not is_welcome(headers.get("host", "")):
            return await refuse(scope, receive, send)
        if scope["type"] == "websocket":
            return await self._stay_connected(headers.get("sec-websocket-key", ""), scope, receive, send)
        if scope["path"].startswith(METRICS):
            return await PlainTextResponse("Not found.", 404)(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self.app(scope, receive, send_with_headers)

    async def _stay_connected(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        opened(key)
        try:
            await self.app(scope, receive, send)
        finally:
            closed(key)


MIDDLEWARE = [Middleware(Guard)]


def is_welcome(host: str) -> bool:
    """Return whether this server answers to a host's name, as the browser sent it, port included.

    A name that somebody else can point at this machine would let a page of theirs speak to the lab.
    """
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    if name == "localhost" or name.endswith((".localhost", CLOUD)) or is_ip_address(name):
        return True
    return name in (each.lower() for each in os.environ.get(HOSTS, "").replace(",", " ").split())


def is_ip_address(name: str) -> bool:
    """Return whether a host is named by its address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Say which setting names the hosts; a websocket is closed before it is accepted."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    sentence = f"This lab must be opened by localhost, an IP address or a name in {HOSTS}. Got another host."
    await PlainTextResponse(sentence, 421)(scope, receive, send)


def add_headers(headers: MutableHeaders, path: str) -> None:
    """Set the headers of one answer."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = policy(os.environ.get(ANCESTORS, ""))
    if path.startswith(DOWNLOADS):
        headers["Cache-Control"] = "no-store"


def policy(ancestors: str) -> str:
    """Return the content security policy; `ancestors` are addresses of pages that may frame the lab."""
    frames = " ".join(["'self'", *(each for each in ancestors.replace(",", " ").split() if ";" not in each)])
    return "; ".join(f"{name} {sources}" for name, sources in {**POLICY, "frame-ancestors": frames}.items())
