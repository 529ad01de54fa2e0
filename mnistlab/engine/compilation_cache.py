"""Where JAX keeps its compiled operations between processes: a folder that nobody else can write to."""

import contextlib
import re
import warnings
from pathlib import Path

import jax

from mnistlab.data.mnist.originals import cache_folder
from mnistlab.operating_system import is_foreign

MAX_BYTES = 512 * 2**20  # an architecture takes about half a megabyte
ENTRY = re.compile(".+-[0-9a-f]{64}-(cache|atime)")  # what JAX calls its files


def keep_compiled_operations() -> None:
    """Let JAX find operations that an earlier process compiled; without a folder it just compiles."""
    folder = cache_folder() / "jax"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if is_foreign(folder):
            return  # what somebody else put there would be run here
        with contextlib.suppress(FileNotFoundError):  # another process tidies up just now
            forget_oldest(folder)
        # An entry that another process is just writing cannot be read; JAX says so and compiles it itself.
        warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation cache entry")
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def forget_oldest(folder: Path, max_bytes: int = MAX_BYTES) -> None:
    """Remove the operations compiled first, down to half the room, once they take more than all of it."""
    entries = [
        (path.stat().st_mtime, path.stat().st_size, path)
        for path in folder.iterdir()
        if ENTRY.fullmatch(path.name)
    ]
    total = sum(size for _, size, _ in entries)
    room = max_bytes if total <= max_bytes else max_bytes // 2
    for _, size, path in sorted(entries):
        if total <= room:
            break
        path.unlink(missing_ok=True)
        total -= size
