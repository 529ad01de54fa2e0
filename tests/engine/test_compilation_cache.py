"""The folder of compiled operations: private, bounded, and no condition for anything."""

import os
import stat
import subprocess
import sys

from mnistlab.engine.compilation_cache import forget_oldest
from tests.conftest import REPOSITORY

SCRIPT = """
import jax
from mnistlab.engine.compilation_cache import keep_compiled_operations
keep_compiled_operations()
print(float(jax.numpy.tanh(jax.numpy.ones(7)).sum()), jax.config.jax_compilation_cache_dir)
"""


def run_with(cache):
    environment = os.environ | {"MNISTLAB_CACHE_DIR": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_operations_are_kept_in_a_private_folder_and_give_the_same_numbers(tmp_path):
    first = run_with(tmp_path / "Ünï cödé")
    folder = tmp_path / "Ünï cödé" / "jax"
    assert first[1].startswith(str(tmp_path))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir())
    assert run_with(tmp_path / "Ünï cödé") == first


def test_without_a_folder_everything_is_compiled_anew(tmp_path):
    (tmp_path / "file").write_text("in the way")
    number, folder = run_with(tmp_path / "file")
    assert (float(number) > 5, folder) == (True, "None")


def test_the_oldest_go_when_there_are_too_many(tmp_path):
    stranger = tmp_path / "thesis.pdf"
    stranger.write_bytes(bytes(5000))
    os.utime(stranger, (0, 0))
    for age in range(10):
        path = tmp_path / f"jit_{age}-{'0' * 64}-cache"
        path.write_bytes(bytes(100))
        os.utime(path, (1000 - age, 1000 - age))
    forget_oldest(tmp_path, 1000)
    assert len(list(tmp_path.iterdir())) == 11
    forget_oldest(tmp_path, 999)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [name.partition("-")[0] for name in names] == ["jit_0", "jit_1", "jit_2", "jit_3", "thesis.pdf"]
