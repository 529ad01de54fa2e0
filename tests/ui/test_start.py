"""`streamlit run` as people type it: from elsewhere, on a copy in any folder, without a network."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.bare_tab import BareTab
from tests.server import NOBODY, REPOSITORY, START_SECONDS, free_port

pytestmark = pytest.mark.slow
ACCENT = "#5146B8"  # in .streamlit/config.toml and nowhere in Streamlit
HOME = "Train a network for me"


@pytest.fixture
def copy(tmp_path, generated):
    """A copy of the source that cannot be written to, in a folder whose name is not all ASCII."""
    folder = tmp_path / "Zoë 数 lab"
    ignored = shutil.ignore_patterns(".git", "__pycache__", ".*_cache", "*venv")
    shutil.copytree(REPOSITORY, folder, ignore=ignored)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in [folder, *folder.rglob("*/")]:
        path.chmod(0o755)


@pytest.fixture
def internet():
    """Where all requests to other machines go; it can be asked whether there was one."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        yield proxy


@contextmanager
def running(command: list[str], cwd: Path, home: Path, internet: socket.socket):
    """Run the app as a server without a screen; yields its address."""
    port = free_port()
    proxy = "http://{}:{}".format(*internet.getsockname())
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")},
        "HOME": str(home),
        "MNISTLAB_STATE_DIR": str(home / "state"),
        "MNISTLAB_MIRROR": NOBODY,
        "TFDS_DATA_DIR": str(home / "tfds"),
        "HTTP_PROXY": proxy,
        "HTTPS_PROXY": proxy,
        "NO_PROXY": "127.0.0.1",
    }
    log_path = home / "log.txt"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--server.port={port}", "--server.headless=true"],
            cwd=cwd,
            env=environment,
            stdout=log,
            stderr=log,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(process, url)
        yield url
    except BaseException as error:
        error.add_note(log_path.read_text(errors="replace"))
        raise
    finally:
        process.kill()
        process.wait()


def wait_until_healthy(process: subprocess.Popen, url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    raise AssertionError("The app did not start.")


def files(folder: Path) -> dict[Path, float]:
    """All but what Python compiles, with the times of their last changes."""
    return {path: path.stat().st_mtime for path in folder.rglob("*") if "__pycache__" not in path.parts}


def without_rights() -> list[str]:
    """What has root heed the permissions of files, as everybody does."""
    if os.geteuid() or not shutil.which("setpriv"):
        return []
    return ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]


@pytest.mark.parametrize("place", ["elsewhere", "beside it"])
def test_a_read_only_copy_in_any_folder_runs_with_its_settings_and_asks_nobody(
    copy, place, tmp_path, internet
):
    before, home = files(copy), tmp_path / "home"
    home.mkdir()
    script = "streamlit_app.py" if place == "beside it" else str(copy / "streamlit_app.py")
    command = [*without_rights(), sys.executable, "-m", "streamlit", "run", script]
    with running(command, copy if place == "beside it" else Path("/"), home, internet) as url:
        tab = BareTab(url)
        tab.draw(ACCENT, HOME)
        tab.close()
    with pytest.raises(BlockingIOError):
        internet.accept()
    assert files(copy) == before
