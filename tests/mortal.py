"""A server that a test can kill and start again at the same address, with the same state."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress

from tests.conftest import REPOSITORY


class Mortal:
    """A server that can be killed and started again at the same address, with the same state."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url, self.folder = f"http://127.0.0.1:{self.port}", folder
        self.start()

    def start(self):
        environment = {
            "MNISTLAB_STATE_DIR": str(self.folder / "state"),
            "MNISTLAB_MIRROR": "http://127.0.0.1:9",
        }
        flags = {"server.port": self.port, "server.address": "127.0.0.1", "server.headless": "true"}
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *(f"--{name}={value}" for name, value in flags.items())],
                cwd=REPOSITORY, env={**os.environ, **environment}, stdout=log, stderr=log,
            )  # fmt: skip
        while self.process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5):
                return
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.2)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def log(self):
        return (self.folder / "log.txt").read_text(errors="replace")

    def complaints(self):
        return []
