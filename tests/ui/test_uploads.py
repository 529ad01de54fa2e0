"""What visitors upload: the server holds little of it, and that not for long."""

import asyncio
import http.client

import numpy as np
import psutil
import pytest

from benchmarks.load_marks import Mark
from benchmarks.load_session import Session
from mnistlab.data import image_loading as pictures
from mnistlab.ui import uploads
from mnistlab.ui.uploads import MAX_HELD_BYTES, UploadLimit
from tests.attacks.pictures import as_file, seven
from tests.server import in_own_thread, serving

MEGABYTE = 1_000_000
BOUNDARY = b"part"


class Holder:
    """An app that holds what it is sent, until it is told to delete it, as Streamlit does."""

    def __init__(self):
        self.files, self.deleted = {}, asyncio.Event()

    async def __call__(self, scope, receive, send):
        if scope["method"] == "DELETE":
            assert scope["headers"] == [(b"x-xsrftoken", b"theirs")]
            del self.files[scope["path"]]
            self.deleted.set()
        elif scope["path"].endswith("refused"):
            return await send({"type": "http.response.start", "status": 400})
        else:
            body = b""
            while (message := await receive())["more_body"]:
                body += message["body"]
            self.files[scope["path"]] = body
        await send({"type": "http.response.start", "status": 204})


async def put(limit, path, megabytes):
    """Upload a file of so many pieces of a megabyte."""
    pieces = [{"body": bytes(MEGABYTE), "more_body": True}] * megabytes + [{"body": b"", "more_body": False}]
    messages = iter(pieces)

    async def receive():
        return {"type": "http.request", **next(messages)}

    async def send(message):
        pass

    headers = [(b"x-xsrftoken", b"theirs")]
    await limit({"type": "http", "method": "PUT", "path": path, "headers": headers}, receive, send)


@pytest.mark.parametrize("base", ["", "/lab"])
def test_a_session_holds_thirty_megabytes_the_newest_and_nobody_else_loses_any(base):
    async def hold():
        holder = Holder()
        limit = UploadLimit(holder)
        path = f"{base}/_stcore/upload_file"
        for name, megabytes in [("a/1", 20), ("b/1", 10), ("b/2", 10), ("b/refused", 9), ("b/3", 15)]:
            await put(limit, f"{path}/{name}", megabytes)
        await put(limit, f"{path}/a/1", 29)  # sent once more under its name
        assert list(holder.files) == [f"{path}/{name}" for name in ("a/1", "b/2", "b/3")]
        assert {name: held.num_bytes for name, held in limit.held.items()} == {
            name: len(data) for name, data in holder.files.items()
        }
        await put(limit, f"{path}/b/4", 30)
        assert list(holder.files) == [f"{path}/{name}" for name in ("a/1", "b/4")]

    in_own_thread(asyncio.run, hold())


def test_no_file_is_held_for_longer_than_its_time(monkeypatch):
    async def hold():
        holder = Holder()
        await put(UploadLimit(holder), "/_stcore/upload_file/a/1", 1)
        await asyncio.wait_for(holder.deleted.wait(), 60)
        assert not holder.files

    assert uploads.HELD_SECONDS < 180
    monkeypatch.setattr(uploads, "HELD_SECONDS", 0.0)
    in_own_thread(asyncio.run, hold())


def test_a_photograph_is_unpacked_small(monkeypatch):
    sizes, turned = [], pictures.turned
    monkeypatch.setattr(pictures, "turned", lambda picture: sizes.append(picture.size) or turned(picture))
    pixels = pictures.read_picture(as_file(seven(size=4400), "JPEG", quality=90))
    assert sizes == [(1100, 1100)]
    assert pixels.shape == (1100, 1100, 4)


@pytest.fixture(scope="module")
def server():
    with serving() as app:
        yield app


def sent(server, session: str, name: str, megabytes: int) -> int:
    """Upload a file as the page does and return the status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", "/_stcore/health")
    answer = connection.getresponse()
    answer.read()
    cookie = next(
        value.split(";")[0] for value in answer.headers.get_all("Set-Cookie") if "_streamlit_xsrf" in value
    )
    content = np.random.default_rng(1).bytes(megabytes * MEGABYTE)
    head = b'Content-Disposition: form-data; name="f"; filename="f"\r\nContent-Type: image/png'
    body = b"--%b\r\n%b\r\n\r\n%b\r\n--%b--\r\n" % (BOUNDARY, head, content, BOUNDARY)
    headers = {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}",
        "X-Xsrftoken": cookie.split("=", 1)[1],
        "Cookie": cookie,
    }
    connection.request("PUT", f"/_stcore/upload_file/{session}/{name}", body, headers)
    return connection.getresponse().status


@pytest.mark.slow
def test_a_visitor_who_uploads_a_lot_takes_up_little_of_the_server(server):
    async def opened() -> Session:
        session = Session(server.port, Mark("mark", 1))
        await session.open("predict")
        return session

    async def upload() -> int:
        session = await opened()
        resident = psutil.Process(server.process.pid).memory_info
        statuses = [await asyncio.to_thread(sent, server, session.id, "first", 20)]
        before = resident().rss
        for number in range(20):
            statuses.append(await asyncio.to_thread(sent, server, session.id, f"{number}", 20))
        assert statuses == [204] * 21
        grown = resident().rss - before
        await session.close()
        return grown

    assert in_own_thread(asyncio.run, upload()) < 2 * MAX_HELD_BYTES
