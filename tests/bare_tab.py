"""A tab without a browser: the same talk with the server, of which it understands only the text."""

import re
import time
from urllib.parse import urlsplit

from websockets.sync.client import connect

SECONDS = 120.0
CLEAR_CACHE = bytes([40, 1])  # what Streamlit's menu for developers sends; anybody can
SESSION = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class BareTab:
    """A connection to the server.

    Args:
        url: Of the server.
        session: The session that this tab had before its connection was lost; "" for a new one.
    """

    def __init__(self, url: str, session: str = ""):
        self._socket = connect(
            f"ws://{urlsplit(url).netloc}/_stcore/stream",
            subprotocols=["streamlit", "xsrf", *filter(None, [session])],
            origin=url,
            max_size=None,
            max_queue=None,  # what nobody reads must not keep it from answering, and from closing
            ping_interval=None,  # a busy machine may be slow to answer, and this waits as long as it says
        )
        self.session = session

    def draw(self, *texts: str, query: str = "") -> None:
        """Have Home drawn and wait until these texts have come.

        Args:
            *texts: What the page says.
            query: What stands in the address behind the question mark.

        Raises:
            TimeoutError: They have not come.
        """
        address = bytes([10, len(query)]) + query.encode() if query else b""
        self.send(bytes([90, len(address)]) + address)  # "run the script again, for this address"
        missing, end = {text.encode() for text in texts}, time.monotonic() + SECONDS
        while missing:
            told = self.hear(end - time.monotonic())
            missing -= {text for text in missing if text in told}
            if not self.session:
                *_, session = SESSION.findall(told)  # the greeting: this run, this machine, this session
                self.session = session.decode()

    def hear(self, seconds: float = SECONDS) -> bytes:
        """Return the next message of the server."""
        return self._socket.recv(timeout=seconds)

    def send(self, message: bytes) -> None:
        """Send the server something."""
        self._socket.send(message)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
