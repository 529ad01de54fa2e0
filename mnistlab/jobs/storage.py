"""Where labs lie on the disk, under which names, and which of them go."""

import contextlib
import hashlib
import os
import shutil
import time
from pathlib import Path

import platformdirs

from mnistlab.files.atomic_file import UNFINISHED

MAX_FOLDERS = 2000
MAX_BYTES = 4 * 2**30
STALE_SECONDS = 3600.0
DAY = 86_400.0  # seconds
EXPIRY_DAYS = 30


def state_folder() -> Path:
    """Return the folder for what must survive: MNISTLAB_STATE_DIR, or the user's."""
    return Path(os.environ.get("MNISTLAB_STATE_DIR") or platformdirs.user_state_dir("mnistlab")).expanduser()


def folder_name(token: str) -> str:
    """Return the name of a lab's folder; the token cannot be found from it."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def sweep_folders(home: Path, in_use: set[str]) -> None:
    """Remove labs that are too old, and the oldest where there are too many.

    A lab is too old when others were left on so many later days. A clock that was set wrong for a while
    counts as a day, and removes nothing.

    Args:
        home: The folder of all labs.
        in_use: Names of folders that stay.
    """
    folders = sorted(_folders(home), key=lambda folder: folder[0], reverse=True)
    room, later_days = MAX_BYTES, []
    for place, (changed, size, path) in enumerate(folders):
        room -= size
        if (day := changed // DAY) not in later_days:
            later_days.append(day)
        expired = len(later_days) > EXPIRY_DAYS or place >= MAX_FOLDERS or room < 0
        if path.name in in_use:
            continue
        if expired:
            shutil.rmtree(path, ignore_errors=True)
        else:
            _remove_unfinished(path)


def _remove_unfinished(path: Path) -> None:
    """Remove what killed processes left in a lab; what a living one still writes is younger."""
    for unfinished in path.glob(f"*{UNFINISHED}"):
        with contextlib.suppress(OSError):
            if time.time() - unfinished.stat().st_mtime > STALE_SECONDS:
                unfinished.unlink()


def _folders(home: Path) -> list[tuple[float, int, Path]]:
    """Return when each lab was last changed, its size, and where it is."""
    found = []
    for path in home.glob("*/"):
        try:
            sizes = [entry.stat().st_size for entry in path.iterdir()]
            found.append((path.stat().st_mtime, sum(sizes), path))
        except OSError:
            continue  # another process removes it just now
    return found
