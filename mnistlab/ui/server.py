"""What surrounds the script: what starts and stops with the server, whom it answers, and its headers."""

import gc
import logging
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryFile

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnistlab.data.mnist.originals import import_tensorflow_datasets
from mnistlab.engine.compilation_cache import keep_compiled_operations
from mnistlab.jobs.labs import labs, stop_labs
from mnistlab.operating_system import return_freed_memory
from mnistlab.ui.log import limit_log
from mnistlab.ui.session_token import connected
from mnistlab.ui.uploads import UploadLimit

logger = logging.getLogger(__name__)

HOSTS, ANCESTORS = "MNISTLAB_HOSTS", "MNISTLAB_FRAME_ANCESTORS"  # environment: names, spaces between
CLOUD = ".streamlit.app"  # Streamlit Community Cloud: nobody else can give a name below it to this machine
METRICS, DOWNLOADS = "/_stcore/metrics", "/media/"  # wherever in a path: the server may have a base path
FOREIGN_HOST = f"This lab must be opened by localhost, an IP address or a name in {HOSTS}. Got another host."
FOREIGN_PAGE = f"This lab must be used from its own pages, or those of a name in {HOSTS}. Got another origin."
ADDRESS = re.compile(r"(?:https?://)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::[0-9]*)?")
SOURCE = re.compile("[!-+.-:<-~-]+")  # of a policy: no space, comma or semicolon, which would end it
POLICY = {
    "default-src": "'self'",
    "connect-src": "'self' data:",  # the websocket; the camera's picture, before it is uploaded
    # Beyond its own files: components come as modules that the browser makes of a text (blob:), protobuf
    # compiles a few numbers of WebAssembly, and Streamlit's page has this one inline script.
    "script-src": "'self' blob: 'wasm-unsafe-eval' 'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='",
    "style-src": "'self' 'unsafe-inline'",  # Streamlit makes its styles as it goes; figures and canvas too
    "img-src": "'self' data: blob:",  # digits and icons are in the page; Plotly saves a figure through a blob
    "font-src": "'self' data:",  # one font is in a style sheet of Streamlit
    "frame-src": "'none'",
    "worker-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


@asynccontextmanager
async def lifespan(app) -> AsyncIterator[None]:
    """Start what all visits share, and at the end save every lab and stop the workers."""
    return_freed_memory()
    limit_log()
    keep_compiled_operations()
    import_tensorflow_datasets()
    tell_unless_writable(labs().folder)
    gc.freeze()  # what was imported stays: no collection looks at it again
    try:
        yield
    finally:
        stop_labs()


def tell_unless_writable(folder: Path) -> None:
    """Log a sentence when labs cannot be saved in their folder; all else works."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        TemporaryFile(dir=folder).close()
    except OSError as error:
        logger.error(
            "MNISTLAB_STATE_DIR must be a folder that can be written to. Got %s: %s. Networks are not saved.",
            folder,
            error.strerror,
        )


class Guard:
    """Refuse foreign hosts and pages, hide the metrics, set security headers, note which tabs are connected.

    What it lets through has no Origin any more: Streamlit would ask the internet for this machine's own
    address to judge one that it does not know, and nobody else is answered meanwhile.
    """

    def __init__(self, app: ASGIApp):
        self.app = app
        self.names = {host_name(each) for each in listed(HOSTS)}
        self.policy = policy(listed(ANCESTORS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one websocket as long as it is open."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        host = host_name(headers.get("host", ""))
        if not is_welcome(host, self.names):
            return await refuse(421, FOREIGN_HOST, scope, receive, send)
        if "origin" in headers and host_name(headers["origin"]) not in {host, *self.names}:
            return await refuse(403, FOREIGN_PAGE, scope, receive, send)
        scope = {**scope, "headers": [each for each in scope["headers"] if each[0] != b"origin"]}
        if scope["type"] == "websocket":
            return await self._stay_connected(headers.get("sec-websocket-key", ""), scope, receive, send)
        if METRICS in scope["path"]:
            return await refuse(404, "Not found.", scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _add_headers(self, headers: MutableHeaders, path: str) -> None:
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Content-Security-Policy"] = self.policy
        if DOWNLOADS in path:
            headers["Cache-Control"] = "no-store"

    async def _stay_connected(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        connected.add(key)
        try:
            await self.app(scope, receive, send)
        finally:
            connected.discard(key)


MIDDLEWARE = [Middleware(Guard), Middleware(UploadLimit)]


def listed(variable: str) -> list[str]:
    """Return the names in a variable of the environment, with spaces or commas between them."""
    return os.environ.get(variable, "").replace(",", " ").split()


def host_name(address: str) -> str:
    """Return the host in a Host header or an origin, in lower case, without port; "" where there is none."""
    parts = ADDRESS.fullmatch(address.lower())
    return parts[1].strip("[]") if parts else ""


def is_welcome(host: str, names: set[str]) -> bool:
    """Return whether this server answers to a host.

    A name that somebody else can point at this machine would let a page of theirs speak to the lab.

    Args:
        host: As `host_name` returns it.
        names: Those in MNISTLAB_HOSTS.
    """
    return (
        host == "localhost"
        or host.endswith((".localhost", CLOUD))
        or is_ip_address(host)
        or host in names - {""}
    )


def is_ip_address(host: str) -> bool:
    """Return whether a host is named by its address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def refuse(status: int, sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a sentence; a websocket is closed before it is accepted."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await PlainTextResponse(sentence, status)(scope, receive, send)


def policy(ancestors: list[str]) -> str:
    """Return the content security policy.

    Args:
        ancestors: Addresses of pages that may show the lab in a frame; what cannot be one is left out.
    """
    frames = ["'self'", *(each for each in ancestors if SOURCE.fullmatch(each))]
    return "; ".join(
        f"{name} {each}" for name, each in {**POLICY, "frame-ancestors": " ".join(frames)}.items()
    )
