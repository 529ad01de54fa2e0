"""The server's doors: whom it answers, what it tells with each answer, how it starts and how it ends."""

import asyncio
import http.client
import logging
import re
import signal
import socket
import subprocess
import sys

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from mnistlab.engine.config import TrainConfig
from mnistlab.jobs.labs import labs, new_token, stop_labs
from mnistlab.jobs.storage import LOCK_NAME
from mnistlab.jobs.trainer import Trainer
from mnistlab.ui.server import Guard, host_name, is_welcome, lifespan, policy
from mnistlab.ui.session_token import is_connected
from tests.server import REPOSITORY, Server, in_own_thread, serving

PATIENCE = 300.0  # seconds; the machine may be busy with others
PLAIN_APP = "import streamlit as st\n\napp = st.App('script.py')\n"


@pytest.fixture(scope="module")
def server():
    """The app, which also answers to a name of a school and may be framed by its pages."""
    with serving(
        MNISTLAB_HOSTS="lab.school.example, Second.Example.",
        MNISTLAB_FRAME_ANCESTORS="https://school.example http://evil;script-src\n* 数,https://*.school.example",
    ) as app:
        yield app


def ask(server, path="/", host="localhost", **headers):
    """An answer of the server and its body, to a request with this Host."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.putrequest("GET", path, skip_host=True)
    for name, value in {"Host": host, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    return answer, answer.read().decode()


def opens(server, host="localhost", origin=None) -> bool:
    """Whether the server takes a websocket for this Host from a page of this origin."""
    try:
        connect(
            f"ws://{host}/_stcore/stream",
            sock=socket.create_connection(("127.0.0.1", server.port)),
            origin=origin,
            subprotocols=["streamlit"],
        ).close()
    except InvalidStatus:
        return False
    return True


WELCOME = [
    "localhost",
    "localhost:8501",
    "LocalHost.",
    "lab.localhost",
    "127.0.0.1",
    "127.0.0.1:8501",
    "192.168.1.5:80",
    "[::1]",
    "[::1]:8501",
    "[2001:DB8::5]:443",
    "some-lab.streamlit.app",
    "lab.school.example",
    "LAB.school.example.:443",
    "second.example",
]
FOREIGN = [
    "",
    ".",
    ":",
    ":8501",
    "evil.com",
    "localhost.evil.com",
    "127.0.0.1.evil.com",
    "evil-localhost",
    "notstreamlit.app",
    "streamlit.app.evil.com",
    "school.example",
    "evil.lab.school.example",
    "localhost@evil.com",
    "evil.com@localhost",
    "localhost:http",
    "local\thost",
    "evil.com/localhost",
    "[::1",
    "[",
    "::1]",
    "[::1].evil.com",
    "[localhost]",
    "a[b]c",
    "ℒocalhost.℀",
    "1.2.3",
    "1.2.3.4.5",
    "999.0.0.1",
]
NAMES = {"lab.school.example", "second.example"}


@pytest.mark.parametrize("host", WELCOME)
def test_the_lab_answers_to_this_machine_addresses_and_the_names_it_was_given(host):
    assert is_welcome(host_name(host), NAMES)


@pytest.mark.parametrize("host", FOREIGN)
def test_no_other_name_is_welcome_and_none_raises(host):
    assert not is_welcome(host_name(host), NAMES)
    assert not is_welcome(host_name(host), {""})


@pytest.mark.parametrize("ancestor", ["a;script-src", "a,b", "a b", "a\nb", "数", ""])
def test_what_is_no_address_adds_nothing_to_the_policy(ancestor):
    assert policy([ancestor]) == policy([])
    assert policy([]).endswith("frame-ancestors 'self'")


def test_addresses_of_pages_stand_in_the_policy():
    ancestors = ["https://school.example:8443", "https://*.school.example/courses"]
    assert policy(ancestors) == f"{policy([])} {' '.join(ancestors)}"


async def answered(path: str, **scope) -> list[dict]:
    """What the guard sends around an app that answers everything and would have it kept."""

    async def app(scope, receive, send):
        if scope["type"] == "websocket":
            assert is_connected("its key")
        headers = [(b"cache-control", b"public"), (b"asked-with", repr(scope["headers"]).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"from the app"})

    async def send(message):
        sent.append(message)

    sent: list[dict] = []
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost"), (b"sec-websocket-key", b"its key")]
    await Guard(app)({"type": "http", "path": path, "headers": headers, **scope}, None, send)
    return sent


@pytest.mark.parametrize(
    ("path", "kept"), [("/", "public"), ("/media/a", "no-store"), ("/lab/media/a", "no-store")]
)
def test_downloads_are_not_stored_also_below_a_base_path(path, kept):
    begin, _ = in_own_thread(asyncio.run, answered(path))
    assert dict(begin["headers"])[b"cache-control"].decode() == kept


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/lab/_stcore/metrics", "/lab/_stcore/metrics/"])
def test_metrics_are_hidden_also_below_a_base_path(path):
    begin, body = in_own_thread(asyncio.run, answered(path))
    assert begin["status"] == 404
    assert body["body"] == b"Not found."


def test_the_app_sees_no_origin_and_a_tab_counts_as_connected_while_its_websocket_is_open():
    begin, _ = in_own_thread(asyncio.run, answered("/_stcore/stream", type="websocket"))
    assert b"origin" not in dict(begin["headers"])[b"asked-with"]
    assert not is_connected("its key")


def test_every_answer_says_what_the_browser_may_do(server):
    for path in ("/", "/train", "/_stcore/health", "/media/nothing", "/nothing.js"):
        headers = ask(server, path)[0].headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers.get_all("Content-Security-Policy") == [
            policy(["https://school.example", "*", "https://*.school.example"])
        ]
    assert ask(server, "/media/nothing")[0].headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "/_stcore/metrics?families=cache_memory_bytes",
        "//_stcore/metrics",
        "/_stcore//metrics",
        "/_stcore/%6Detrics",
        "/./_stcore/metrics",
        "/data/../_stcore/metrics",
        "/_STCORE/metrics",
    ],
)
def test_nobody_reads_the_metrics(server, path):
    answer, body = ask(server, path)
    assert "cache_memory" not in body
    assert answer.status in (400, 404) or body.startswith(ask(server)[1][:100])  # as any unknown path


@pytest.mark.parametrize("host", ["localhost", "lab.school.example", "second.example:80", "x.streamlit.app"])
def test_page_and_websocket_open_by_a_welcome_name(server, host):
    assert ask(server, "/", host)[0].status == 200
    for origin in (None, f"http://{host}", f"https://{host}", "https://lab.school.example:8443"):
        assert opens(server, host, origin)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example"])
def test_another_name_gets_a_sentence_that_names_the_setting(server, host):
    for path in ("/", "/_stcore/health", "/media/nothing", "/_stcore/metrics"):
        answer, body = ask(server, path, host)
        assert answer.status == 421
        assert "MNISTLAB_HOSTS" in body
    assert not opens(server, host)
    assert not opens(server, host, f"http://{host}")
    assert ask(server, "/", "[")[0].status == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "https://192.168.7.7", "null", "http://[", ""])
def test_a_page_of_another_origin_cannot_use_the_lab(server, origin):
    answer, body = ask(server, "/_stcore/health", "127.0.0.1", Origin=origin)
    assert answer.status == 403
    assert "MNISTLAB_HOSTS" in body
    assert not opens(server, "127.0.0.1", origin)


def test_no_request_left_a_trace_in_the_log(server):
    assert server.complaints() == []


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_the_status_of_any_app_of_streamlit(tmp_path, how):
    (tmp_path / "app.py").write_text(PLAIN_APP)
    (tmp_path / "script.py").touch()
    statuses = []
    for script in ("streamlit_app.py", str(tmp_path / "app.py")):
        server = Server(tmp_path, script)
        server.end(how, seconds=5)
        statuses.append(server.process.returncode)
    assert statuses[0] == statuses[1]
    assert not re.search("Traceback|warning", server.log())


@pytest.fixture
def small():
    return TrainConfig(dataset="generated", hidden=(5,), train_size=1000, num_epochs=1)


@pytest.fixture
def nothing_runs_yet():
    """End the labs that pages left in this process when they were tested without a server."""
    stop_labs()


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_runs_yet")
def test_what_has_ended_starts_again_in_the_same_process(tmp_path, monkeypatch, generated, small):
    monkeypatch.setenv("MNISTLAB_STATE_DIR", str(tmp_path))
    token, reached = new_token(), []

    async def live_once() -> None:
        async with lifespan(None):
            trainer = labs().open(token, small)
            reached.append(trainer.snapshot().run.epoch)
            Trainer.start(trainer)
            while trainer.snapshot().run.epoch == reached[-1] or trainer.snapshot().active:
                await asyncio.sleep(0.05)

    in_own_thread(asyncio.run, asyncio.wait_for(live_once(), PATIENCE))
    in_own_thread(asyncio.run, asyncio.wait_for(live_once(), PATIENCE))
    assert reached == [0, 1]


@pytest.mark.usefixtures("nothing_runs_yet")
def test_a_state_folder_that_cannot_be_written_is_told_once_and_the_lab_works(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MNISTLAB_STATE_DIR", str(tmp_path / "file" / "state"))

    async def live() -> None:
        async with lifespan(None):
            assert labs().open(new_token()).snapshot().run.epoch == 0

    with caplog.at_level(logging.WARNING, "mnistlab"):
        in_own_thread(asyncio.run, live())
    (told,) = caplog.messages
    assert "MNISTLAB_STATE_DIR must be" in told
    assert str(tmp_path) in told


@pytest.mark.usefixtures("nothing_runs_yet")
def test_a_state_folder_that_can_be_written_is_not_a_word_worth(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("MNISTLAB_STATE_DIR", str(tmp_path / "new" / "state"))

    async def live() -> None:
        async with lifespan(None):
            pass

    with caplog.at_level(logging.WARNING, "mnistlab"):
        in_own_thread(asyncio.run, live())
    assert caplog.messages == []
    assert [path.name for path in (tmp_path / "new" / "state").iterdir()] == [LOCK_NAME]


USES = """
import asyncio, sys
from mnistlab.data.mnist import originals
from mnistlab.ui.server import lifespan

def note(frame, event, argument):
    if event == "call" and frame.f_code.co_name == "lazy_imports":
        print("replaced by", frame.f_back.f_back.f_code.co_filename)

async def serve():
    async with lifespan(None):
        sys.setprofile(note)
        for file in originals.registered_originals().values():
            file.name_in_tfds, file.registration()
        originals._hashed_order("test", 3)
        from tensorflow_datasets.core.download import resource
        resource.epath.Path("none")

asyncio.run(serve())
"""


def test_while_people_are_served_nobody_replaces_the_import_of_python():
    # etils does while tensorflow-datasets is imported: a page that opened in that moment was lost for good.
    done = subprocess.run(
        [sys.executable, "-c", USES], cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
