"""How much memory this process can still get: the machine's, within the limits of its control groups."""

from pathlib import Path

UNLIMITED = 2**60  # bytes; control groups without a limit name a number beyond it


def free_bytes(root: Path = Path("/")) -> int | None:
    """Return the memory that is free for this process, in bytes; None: the system does not tell.

    Args:
        root: Where `proc` and `sys` are; the seam for tests.
    """
    found = [_machine(root), *(_control_group(folder) for folder in _control_groups(root))]
    known = [free for free in found if free is not None]
    return max(0, min(known)) if known else None


def _machine(root: Path) -> int | None:
    for line in _read(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


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
