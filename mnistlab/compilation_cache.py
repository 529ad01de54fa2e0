"""Where JAX keeps its compiled operations between processes: a folder that nobody else can write to."""

import contextlib
import os

import jax

from mnistlab.originals import cache_folder


def keep_compiled_operations() -> None:
    """Let JAX find operations that an earlier process compiled; without a folder it just compiles."""
    folder = cache_folder() / "jax"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            return  # what somebody else put there would be run here
        jax.config.update("jax_compilation_cache_dir", str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
