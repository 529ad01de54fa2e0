"""The command line and what may go wrong around it: endless files, poor terminals, signals at any moment."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from mnistlab.__main__ import main
from mnistlab.runs import checkpoints
from tests.conftest import REPOSITORY
from tests.runs.test_checkpoints import trained_run

PATIENCE = 120  # seconds


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    path = tmp_path_factory.mktemp("networks") / "net"
    checkpoints.save(trained_run(epochs=1), path)
    return path


@pytest.fixture
def picture(tmp_path):
    ink = np.full((280, 280), 255, np.uint8)
    ink[60:220, 120:160] = 0
    Image.fromarray(ink).save(tmp_path / "zwölf.png")
    return tmp_path / "zwölf.png"


def pipe(path):
    os.mkfifo(path)


def without_end(path):
    path.symlink_to("/dev/zero")


def ten_gigabytes(path):
    path.touch()
    os.truncate(path, 10**10)


HOSTILE = [pipe, without_end, ten_gigabytes]


@pytest.mark.parametrize("make", HOSTILE)
def test_a_file_that_could_be_read_for_ever_is_refused_at_once(make, network, picture, tmp_path, capsys):
    hostile = tmp_path / "hostile"
    make(hostile)
    for arguments in (("evaluate", hostile), ("predict", hostile, picture), ("predict", network, hostile)):
        assert main([str(argument) for argument in arguments]) == 1
        (sentence,) = capsys.readouterr().err.splitlines()
        assert sentence.startswith("mnistlab: ")
        assert " must be a file. Got a folder, a device or a pipe." in sentence or (
            " must have at most " in sentence and "Got 10,000,000,000." in sentence
        )


@pytest.mark.parametrize("make", HOSTILE)
def test_nothing_is_saved_in_place_of_one(make, tmp_path, capsys):
    hostile = tmp_path / "network-01.safetensors"
    make(hostile)
    for arguments in (("train", "--save", hostile), ("sweep", "--save", tmp_path)):
        with pytest.raises(SystemExit) as stop:
            main([*map(str, arguments), "--dataset", "generated"])
        assert stop.value.code == 2
        assert "error: --save must be a" in capsys.readouterr().err.splitlines()[-1]


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        **{"stdout": subprocess.PIPE} | options,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize(
    "terminal",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
)
def test_a_terminal_that_knows_only_ascii_gets_all_that_there_is(terminal, network, picture):
    done = run("-m", "mnistlab", "predict", network, picture, picture.parent, env=os.environ | terminal)
    (line,) = done.stdout.splitlines()
    assert line.startswith(str(picture.parent / "zw\\"))
    assert line.split("\t")[0].endswith("lf.png")
    assert done.stderr == (
        f"mnistlab: {picture.parent}: A picture must be a file. Got a folder, a device or a pipe.\n"
    )
    assert done.returncode == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full disk at hand")
def test_a_full_disk_behind_the_output_ends_in_a_sentence(network, picture):
    with open("/dev/full", "w") as full:
        done = run("-m", "mnistlab", "predict", network, picture, "--json", stdout=full)
    assert (done.returncode, done.stderr) == (1, "mnistlab: No space left on device\n")


# The lab run as by `python -m mnistlab`, that gets a signal while it imports a module.
INTERRUPTED = """
import os, runpy, signal, sys

_, module, number, *arguments = sys.argv

class Finder:
    def find_spec(name, path=None, target=None):
        if name == module:
            os.kill(os.getpid(), int(number))

signal.signal(signal.SIGINT, signal.default_int_handler)  # in a shell's background it would be ignored
sys.meta_path.insert(0, Finder)
sys.argv[1:] = arguments
runpy.run_module("mnistlab", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("module", "number"),
    [
        ("argparse", signal.SIGINT),
        ("argparse", signal.SIGTERM),
        ("jax", signal.SIGINT),
        ("mnistlab.sweeps.cli", signal.SIGTERM),
        ("mnistlab.data.datasets", signal.SIGINT),
        ("mnistlab.data.synthetic.handwriting", signal.SIGTERM),
    ],
)
def test_a_signal_at_any_moment_ends_in_a_sentence(module, number, network):
    arguments = ("evaluate", network, "--dataset", "generated")
    done = run("-c", INTERRUPTED, module, int(number), *arguments)
    assert (done.returncode, done.stdout) == (128 + number, "")
    assert done.stderr == f"\nmnistlab: Ended by {number.name}.\n"


def test_a_signal_waits_until_a_file_is_whole_and_a_second_one_does_not():
    program = """
import os, signal, sys
from mnistlab import interruption
signal.signal(signal.SIGINT, signal.default_int_handler)
interruption.watch()
with interruption.postponed():
    for _ in range(int(sys.argv[1])):
        os.kill(os.getpid(), signal.SIGINT)
    interruption.kept = "It is whole."
print("never")
"""
    once, twice = (run("-c", program, count) for count in (1, 2))
    assert (once.returncode, once.stdout) == (twice.returncode, twice.stdout) == (130, "")
    assert once.stderr == "\nmnistlab: Ended by SIGINT. It is whole.\n"
    assert twice.stderr == "\nmnistlab: Ended by SIGINT.\n"


def test_a_signal_that_the_shell_has_ignored_stays_so():
    program = """
import os, signal
from mnistlab import interruption
signal.signal(signal.SIGINT, signal.SIG_IGN)
interruption.watch()
os.kill(os.getpid(), signal.SIGINT)
print("goes on")
"""
    assert run("-c", program).stdout == "goes on\n"
