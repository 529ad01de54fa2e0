"""The app as a process: on a port of its own and with a state of its own, ended and started again at will."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Got = TypeVar("Got")
REPOSITORY = Path(__file__).resolve().parent.parent
START_SECONDS = 120.0
STOP_SECONDS = 20.0
NOBODY = "http://127.0.0.1:9"  # where nothing listens: the server of MNIST, as seen by these tests
CLIENT_PORTS = 32768  # from here on the system gives ports to whoever connects to something
ALARMS = ("traceback", "error", "warning", "exception", "critical")


class Server:
    """The app, or another script that Streamlit runs; it starts when it is made.

    Args:
        folder: Where its state and its log go; a second server on it goes on with the state of the first.
        script: Relative to the repository.
        **environment: Further variables, such as MNISTLAB_DATA_DIR.
    """

    def __init__(self, folder: Path, script: str = "streamlit_app.py", **environment: str):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state, self.log_path = folder / "state", folder / "log.txt"
        flags = {"server.port": self.port, "server.address": "127.0.0.1", "server.headless": "true"}
        self._command = [sys.executable, "-m", "streamlit", "run", script]
        self._command += [f"--{name}={value}" for name, value in flags.items()]
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "MNISTLAB_STATE_DIR": str(self.state),
            "MNISTLAB_CACHE_DIR": str(cache_without_mnist(folder)),
            "TFDS_DATA_DIR": str(folder / "tfds"),
            "MNISTLAB_MIRROR": NOBODY,
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.start()

    def start(self) -> None:
        """Start it, also again, at the same address; return as soon as it answers."""
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, cwd=REPOSITORY, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5):
                return
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.1)
        raise AssertionError(f"The app did not start, exit status {self.process.poll()}:\n{self.log()}")

    def end(self, how: int = signal.SIGTERM, seconds: float = STOP_SECONDS) -> None:
        """End it with a signal.

        Raises:
            subprocess.TimeoutExpired: It was still there after so many seconds; it is killed then.
        """
        self.process.send_signal(how)
        try:
            self.process.wait(seconds)
        finally:
            self.process.kill()
            self.process.wait()

    def log(self) -> str:
        """Return all that it has written so far."""
        return self.log_path.read_bytes().decode(errors="replace")

    def complaints(self, after: int = 0) -> list[str]:
        """Return the lines of the log, from a character on, that tell of something gone wrong."""
        return [
            line for line in self.log()[after:].splitlines() if any(word in line.lower() for word in ALARMS)
        ]


def cache_without_mnist(folder: Path) -> Path:
    """Return a cache with all that this one has, but for MNIST, which another test may have put there."""
    cache = folder / "cache"
    cache.mkdir(exist_ok=True)
    for path in Path(os.environ["MNISTLAB_CACHE_DIR"]).glob("*"):
        if not path.name.startswith("mnist") and not (cache / path.name).exists():
            (cache / path.name).symlink_to(path)
    return cache


def free_port() -> int:
    """Return a port that nobody listens at, and that the system will not give to a client meanwhile."""
    for port in random.sample(range(20_000, CLIENT_PORTS), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@contextmanager
def serving(script: str = "streamlit_app.py", **environment: str) -> Iterator[Server]:
    """Start the app in a folder whose name is not all ASCII, and end it at the end."""
    with tempfile.TemporaryDirectory(prefix="Zoë 数 ") as folder:
        server = Server(Path(folder), script, **environment)
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.end()


def in_own_thread(function: Callable[P, Got], *args: P.args, **keywords: P.kwargs) -> Got:
    """Return what a function returns in a thread without an event loop: in this one Playwright's may run."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function, *args, **keywords).result()
