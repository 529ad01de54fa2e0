"""What a test puts between a browser and the app: a cable to pull out, a gate that holds answers back."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.server import free_port


class Cable:
    """A port that passes everything on to the server with a URL, as long as it is plugged in."""

    def __init__(self, url: str):
        self._target = urlsplit(url)
        self._port, self._listener = free_port(), None
        self._open: list[socket.socket] = []
        self.plug_in()
        self.url = f"http://127.0.0.1:{self._port}"

    def plug_in(self) -> None:
        """Take connections, again at the same port."""
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self._port))
        self._listener.listen()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def pull_out(self) -> None:
        """Break all connections and take no more."""
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((self._target.hostname, self._target.port))
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=pass_on, args=(source, sink), daemon=True).start()


class Gate:
    """Holds back what the server tells a page, while it is shut; what the page asks goes through."""

    def __init__(self, page):
        self.is_shut, self.num_asked = False, 0
        self._held: list[bytes] = []
        page.route_web_socket("**/_stcore/stream", self._route)

    @property
    def num_answers(self) -> int:
        """Runs of the page, or of a part of it, whose end is held back."""
        return self.num_pages + self._num_ended(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)

    @property
    def num_pages(self) -> int:
        """Runs of the whole page whose end is held back."""
        return self._num_ended(ForwardMsg.FINISHED_SUCCESSFULLY)

    @property
    def num_held(self) -> int:
        """Messages held back."""
        return len(self._held)

    def let_through(self, number: int) -> None:
        """Let the oldest messages through."""
        gone, self._held = self._held[:number], self._held[number:]
        for each in gone:
            self._page.send(each)

    def _num_ended(self, how: int) -> int:
        told = [ForwardMsg.FromString(each) for each in self._held]
        return sum(
            each.WhichOneof("type") == "script_finished" and each.script_finished == how for each in told
        )

    def _route(self, page) -> None:
        self._page, server = page, page.connect_to_server()
        server.on_message(lambda message: self._held.append(message) if self.is_shut else page.send(message))
        page.on_message(lambda message: self._ask(server, message))

    def _ask(self, server, message: bytes) -> None:
        self.num_asked += 1
        server.send(message)


def pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until either end is closed, then close the other."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for each in (source, sink):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
