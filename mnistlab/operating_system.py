"""What the lab asks of the operating system, and what it does on a system that has no such thing.

No other file of the package calls what only some systems have. What is missing elsewhere, or raises, is done
without; tests show it by taking each such call away.
"""

import contextlib
import ctypes
import os
import signal
import threading
import time
from pathlib import Path

import psutil

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # glibc's malloc.h
KEPT_BYTES = 256 * 2**20
LARGEST_BYTES = 32 * 2**20  # glibc takes no more
PICTURE_BYTES = 2 * 2**20  # what a step of framing a drawing holds, and more
LEFT_BYTES = 8 * 2**20
WINDOWS = os.name == "nt"
NO_GLIBC = OSError, AttributeError, TypeError  # what asking for it raises elsewhere; TypeError on Windows
NICENESS, NICEST = 10, 19  # under load about a tenth of what others get
GROUP = Path("/proc/self/autogroup")
LOOK_SECONDS = 1.0
UNLIMITED = 2**60  # bytes; control groups without a limit name a number beyond it
REPLACE_TRIES, REPLACE_SECONDS = 10, 0.05
ONE_THREAD = {
    "NPROC": "1",  # read by XLA when it starts the threads of a CPU
    "OPENBLAS_NUM_THREADS": "1",  # read by numpy when it is imported
}


def keep_freed_memory() -> None:
    """Have the C library keep what is freed, up to 256 MiB.

    Every operation of a training step makes new arrays. Given back to the system, their pages have to be
    fetched and cleared again for the next step, which takes as long as the arithmetic. Elsewhere than with
    glibc this does nothing.
    """
    set_options({M_TRIM_THRESHOLD: KEPT_BYTES, M_MMAP_THRESHOLD: LARGEST_BYTES})


def return_freed_memory() -> None:
    """Have the C library give back what is freed, and keep it in two heaps instead of one for each thread.

    Each run of a page is a thread, and what is left in the gaps of its heap belongs to nobody else: after
    some hundred runs a web process would hold twice of what it needs. What is no larger than the pictures
    that every stroke makes stays at hand. Elsewhere than with glibc this does nothing.
    """
    set_options({M_TRIM_THRESHOLD: LEFT_BYTES, M_MMAP_THRESHOLD: PICTURE_BYTES, M_ARENA_MAX: 2})


def release_free_heap() -> None:
    """Have the C library give back the pages that lie free between those in use; others have no such call."""
    with contextlib.suppress(*NO_GLIBC):
        ctypes.CDLL(None).malloc_trim(0)


def set_options(options: dict[int, int]) -> None:
    """Set options of glibc's malloc, by their numbers; other C libraries have none."""
    with contextlib.suppress(*NO_GLIBC):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in options.items():
            mallopt(option, value)


def lower_priority() -> None:
    """Lower the priority of this process for the rest of its life.

    A Linux that shares out the processor by sessions looks at the niceness of a process only against others
    of its own session; one that leads a session lowers that too. Where neither can be done, nothing happens.
    """
    with contextlib.suppress(OSError, AttributeError, psutil.Error):
        process = psutil.Process()
        if WINDOWS:
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            process.nice(min(process.nice() + NICENESS, NICEST))
        if os.getsid(0) == os.getpid():
            GROUP.write_text(str(NICENESS))


def leave_terminal() -> None:
    """Have Ctrl-C in the terminal, and its closing, be for the process alone that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, AttributeError):  # Windows has no sessions
        os.setsid()


def end_with(pid: int) -> None:
    """End this process soon after another one, whatever that dies of; a thread looks every second."""
    threading.Thread(target=_end_after, args=(pid,), name="mnistlab-end-with", daemon=True).start()


def _end_after(pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        other = psutil.Process(pid)
        while other.is_running() and other.status() != psutil.STATUS_ZOMBIE:
            time.sleep(LOOK_SECONDS)
    os._exit(0)


def one_thread_per_operation() -> None:
    """Have XLA and numpy compute each operation on one thread; to be called before either computes.

    The threads of a matrix product as small as those of the lab wait for each other about as long as they
    compute, numpy's spin for a while after each, and meanwhile what dispatches the next operation, or draws
    a page, waits for a core. Whoever sets these variables themselves is left alone. A GPU is not concerned.
    """
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)


def replace(source: Path, target: Path) -> None:
    """Put a file in the place of another one.

    Windows refuses that while somebody reads the other one, so it is tried again for half a second, and where
    the other one may not be written.

    Raises:
        OSError: It cannot be done.
    """
    for tries_left in reversed(range(REPLACE_TRIES)):
        try:
            source.replace(target)
            return
        except PermissionError:
            if not (WINDOWS and tries_left):
                raise
            with contextlib.suppress(OSError):
                target.chmod(0o600)
            time.sleep(REPLACE_SECONDS)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk; Windows opens no folders, and does that by itself."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_foreign(path: Path) -> bool:
    """Return whether a file or folder belongs to somebody else; where nobody can tell, it does not."""
    return hasattr(os, "getuid") and path.stat().st_uid != os.getuid()


def free_bytes(root: Path = Path("/")) -> int:
    """Return the memory that is free for this process, in bytes: the machine's, within its control groups.

    Args:
        root: Where `proc` and `sys` are; the seam for tests.
    """
    machine: int = psutil.virtual_memory().available
    groups = [_control_group(folder) for folder in _control_groups(root)]
    return max(0, min([machine, *(free for free in groups if free is not None)]))


def _control_groups(root: Path) -> list[Path]:
    """Return the folders of the groups that this process is in; in a container that is the mount itself."""
    mounts = {"": root / "sys/fs/cgroup", "memory": root / "sys/fs/cgroup/memory"}
    folders = list(mounts.values())
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        for mount in (mounts[name] for name in controllers.split(",") if name in mounts):
            inner = mount / path.lstrip("/")
            folders += [folder for folder in (inner, *inner.parents) if mount in folder.parents]
    return folders


def _control_group(folder: Path) -> int | None:
    """Return what a group may still take; files that it could read again do not count as taken."""
    for limit_file, used_file in (
        ("memory.max", "memory.current"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        limit, used = (_read(folder / name).strip() for name in (limit_file, used_file))
        if limit.isdecimal() and used.isdecimal() and int(limit) < UNLIMITED:
            statistics = dict(line.split() for line in _read(folder / "memory.stat").splitlines())
            files = statistics.get("total_inactive_file", statistics.get("inactive_file", "0"))
            return int(limit) - int(used) + int(files)
    return None


def _read(path: Path) -> str:
    """Return what is in a file of the system; nothing where there is none."""
    try:
        return path.read_text()
    except OSError:
        return ""
