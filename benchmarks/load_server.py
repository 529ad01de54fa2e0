"""The app under load: started as a child with a state of its own, asked how it is, and always ended."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests import server as app_server

REPOSITORY = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
HEALTH_SECONDS = 0.25  # between two questions
ALARMS = ("traceback", "error", "exception", "critical")


class Use(NamedTuple):
    """What the web process and its workers hold of the machine."""

    megabytes: float  # resident, all of them together
    web_megabytes: float  # of the web process alone
    threads: int  # of the web process
    children: int
    files: int  # open in the web process, sockets among them


class Server:
    """A running app."""

    def __init__(self, process: subprocess.Popen, port: int, log_path: Path):
        self.process, self.port, self.log_path = process, port, log_path

    def complaints(self) -> list[str]:
        """Return the lines of its log that tell of something gone wrong."""
        lines = self.log_path.read_text(errors="replace").splitlines()
        return [line for line in lines if any(word in line.lower() for word in ALARMS)]

    def log(self) -> str:
        """Return all that it has written."""
        return self.log_path.read_text(errors="replace")

    def use(self) -> Use:
        """Return what it holds now."""
        folder = Path(f"/proc/{self.process.pid}")
        children = [pid for task in (folder / "task").iterdir() for pid in _read(task / "children").split()]
        web, *others = (_megabytes(pid) for pid in (str(self.process.pid), *children))
        threads = len(list((folder / "task").iterdir()))
        return Use(web + sum(others), web, threads, len(children), len(list((folder / "fd").iterdir())))

    def processor_seconds(self) -> float:
        """Return what the web process has used of the processors so far, without its workers."""
        fields = _read(Path(f"/proc/{self.process.pid}/stat")).rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def health_seconds(self) -> float:
        """Return how long it takes to say that it is well."""
        begin = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        host = f"127.0.0.1:{self.port}"
        writer.write(f"GET /_stcore/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        status = await reader.readline()
        seconds = time.perf_counter() - begin
        writer.close()
        return seconds if b" 200 " in status else float("inf")

    async def watch_health(self, seconds: list[float]) -> None:
        """Ask again and again until cancelled, and append each answer's time."""
        while True:
            begin, place = time.perf_counter(), len(seconds)
            try:
                seconds.append(await self.health_seconds())
            finally:
                if len(seconds) == place:  # cancelled while it waited: so long there was no answer
                    seconds.append(time.perf_counter() - begin)
            await asyncio.sleep(HEALTH_SECONDS)


@contextmanager
def serving(**environment: str) -> Iterator[Server]:
    """Start the app with an empty state of its own, and end it at the end.

    Args:
        **environment: Further variables, such as MNISTLAB_WORKERS.
    """
    with app_server.serving(**environment) as app:
        yield Server(app.process, app.port, app.log_path)


def _read(path: Path) -> str:
    """Return what is in a file of /proc; nothing when what it is about has ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _megabytes(pid: str) -> float:
    for line in _read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
