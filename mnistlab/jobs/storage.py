"""Where labs lie on the disk, under which names, which of them go, and which server has the folder."""

import contextlib
import hashlib
import logging
import os
import re
from pathlib import Path

import filelock
import platformdirs

from mnistlab.jobs.lab_files import INDEX, NAME, read_index, remove_lab

logger = logging.getLogger(__name__)

MAX_FOLDERS = 2000
MAX_BYTES = 4 * 2**30
DAY = 86_400.0  # seconds
EXPIRY_DAYS = 30
FOLDER_NAME = re.compile("[0-9a-f]{32}")
LOCK_NAME = ".mnistlab.lock"
MAX_SERVERS = 100
IN_USE = "The state folder {} must belong to one server. Another one uses it"


class StateFolderInUse(RuntimeError):
    """Another server has the state folder, and this one is not to take another."""


def state_folder() -> Path:
    """Return the folder for what must survive: MNISTLAB_STATE_DIR, or the user's."""
    return Path(os.environ.get("MNISTLAB_STATE_DIR") or platformdirs.user_state_dir("mnistlab")).expanduser()


def locked_folder(folder: Path) -> tuple[Path, filelock.BaseFileLock | None]:
    """Return the state folder, or the first sibling -2, -3 ... that no other server has, and its lock.

    Where no lock can be made the folder is taken without: it cannot be written to, and its server says so.

    Raises:
        StateFolderInUse: Another server has it, and MNISTLAB_STATE_LOCK is "refuse".
    """
    folder = folder.absolute()  # "." has no name
    siblings = (folder.with_name(f"{folder.name}-{number}") for number in range(2, MAX_SERVERS))
    for place in (folder, *siblings):
        lock = filelock.FileLock(place / LOCK_NAME, thread_local=False)
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock.acquire(timeout=0)
        except filelock.Timeout:
            if os.environ.get("MNISTLAB_STATE_LOCK") == "refuse":
                raise StateFolderInUse(f"{IN_USE.format(folder)}.") from None
            continue
        except (OSError, NotImplementedError):
            if (place / LOCK_NAME).is_symlink() or (place / LOCK_NAME).is_dir():  # somebody else's
                continue
            return place, None
        if place != folder:
            logger.warning("%s, so this one keeps its labs in %s.", IN_USE.format(folder), place)
        return place, lock
    raise StateFolderInUse(f"{IN_USE.format(folder)}, and so do all its siblings.")


def folder_name(token: str) -> str:
    """Return the name of a lab's folder; the token cannot be found from it."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def sweep_folders(home: Path, in_use: set[str]) -> None:
    """Remove labs that are too old, the oldest where there are too many, and where room is short the largest.

    A lab is as old as there are later days on which others were left: a clock that was set wrong for a while
    counts as a day, and removes nothing. For room, bytes times age decide, so that whoever fills the disk
    removes little but his own. What is not a lab, or not a lab's own file, is never touched.

    Args:
        home: The folder of all labs.
        in_use: Names of folders that stay.
    """
    folders = sorted(_folders(home), key=lambda folder: folder[0], reverse=True)
    days = sorted({changed // DAY for changed, _, _ in folders}, reverse=True)
    at_rest = [
        (place, days.index(changed // DAY), size, path)
        for place, (changed, size, path) in enumerate(folders)
        if path.name not in in_use
    ]
    room, num_removed = MAX_BYTES, 0
    for place, age, size, path in sorted(at_rest, key=lambda lab: (lab[1] + 1) * lab[2]):
        room -= size
        if age >= EXPIRY_DAYS or place >= MAX_FOLDERS or room < 0:
            with contextlib.suppress(OSError, ValueError):
                remove_lab(path)
                num_removed += 1
    if num_removed:
        logger.info("Labs removed from %s, being too old, too many or too large: %d.", home, num_removed)


def _folders(home: Path) -> list[tuple[float, int, Path]]:
    """Return when each lab was last changed, its size, and where it is; a folder without an index is none."""
    found = []
    for path in home.glob("*/"):
        if not FOLDER_NAME.fullmatch(path.name) or path.is_symlink():
            continue
        with contextlib.suppress(OSError, ValueError):  # another process removes it just now
            read_index(path)
            own = [each for each in path.iterdir() if each.name == INDEX or NAME.fullmatch(each.name)]
            found.append((path.stat().st_mtime, sum(each.stat().st_size for each in own), path))
    return found
