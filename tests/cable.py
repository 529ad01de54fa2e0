"""A cable between a browser and the app that a test can pull out and plug in again."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

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


def pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until either end is closed, then close the other."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for each in (source, sink):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
