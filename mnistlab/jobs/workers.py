"""A worker process as the lab sees it: started, asked, ended."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mnistlab.jobs.messages import Ready, read_message, write_message

START_SECONDS = 120.0  # a cold disk can take long to import everything
ANSWER_SECONDS = 300.0  # one step of the largest network with the largest batch stays far below
GRACE_SECONDS = 5.0  # for a step that nobody waits for any more
GLANCE_SECONDS = 0.5
END_SECONDS = 2.0


class WorkerDied(Exception):
    """The worker process ended, or gave no answer."""


class WorkerProcess:
    """One `python -m mnistlab.jobs.worker`.

    Args:
        module: What to run; the seam for tests.
    """

    def __init__(self, module: str = "mnistlab.jobs.worker"):
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=worker_environment(),
            start_new_session=True,  # Ctrl-C in the terminal is for the lab alone
        )
        self._answers: queue.SimpleQueue = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="mnistlab-worker-answers", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def _read(self) -> None:
        try:
            while True:
                self._answers.put(read_message(self._process.stdout))
        except Exception:  # the pipe ended, or what came through it was no message: either way it is over
            self._answers.put(None)

    def wait_until_ready(self) -> None:
        """Wait until the process has imported what it needs.

        Raises:
            WorkerDied: It did not come up.
        """
        try:
            ready = self._answer(START_SECONDS)
        except queue.Empty as error:
            self._process.kill()
            raise WorkerDied(self._last_words()) from error
        if not isinstance(ready, Ready):
            raise WorkerDied("The worker process did not start.")

    def ask(self, turn: Any, wanted: Callable[[], bool] = lambda: True) -> Any:
        """Send a turn and wait for its answer.

        Args:
            turn: The message.
            wanted: Whether anybody still waits; if not, the process gets some seconds to end its step.

        Raises:
            WorkerDied: The process ended, or took too long and was ended.
        """
        try:
            write_message(self._process.stdin, turn)
        except (OSError, ValueError) as error:
            raise WorkerDied(self._last_words()) from error
        patience = GRACE_SECONDS
        for _ in range(int(ANSWER_SECONDS / GLANCE_SECONDS)):
            with contextlib.suppress(queue.Empty):
                return self._answer(GLANCE_SECONDS)
            patience = GRACE_SECONDS if wanted() else patience - GLANCE_SECONDS
            if patience <= 0:
                break
        self._process.kill()
        raise WorkerDied(self._last_words())

    def _answer(self, seconds: float) -> Any:
        """Return the next answer; queue.Empty when there is none in time, WorkerDied when none will come."""
        answer = self._answers.get(timeout=seconds)
        if answer is None:
            raise WorkerDied(self._last_words())
        return answer

    def _last_words(self) -> str:
        """Reap the process and return how it ended."""
        code = self._ended(END_SECONDS)
        return f"A worker process ended ({'signal' if code < 0 else 'exit code'} {abs(code)})."

    def _ended(self, patience: float) -> int:
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def kill(self) -> None:
        """End the process at once; whoever waits for an answer gets WorkerDied."""
        self._process.kill()

    def close(self) -> None:
        """Let the process end by closing its pipe; leave neither zombie nor open file."""
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.close()
        self._ended(END_SECONDS)
        self._reader.join(END_SECONDS)
        self._process.stdout.close()


def worker_environment() -> dict[str, str]:
    """Return the environment of a worker: ours, with this package on its path whatever the working folder.

    Where the web process is kept off an accelerator by JAX_PLATFORMS, MNISTLAB_WORKER_PLATFORMS can give it
    to the workers.
    """
    package_home = str(Path(__file__).resolve().parents[2])
    paths = [package_home, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
    if platforms := os.environ.get("MNISTLAB_WORKER_PLATFORMS"):
        environment["JAX_PLATFORMS"] = platforms
    return environment
