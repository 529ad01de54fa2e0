"""--save on the command line: checked before the first epoch, written after every one, kept by Ctrl-C."""

import signal
import subprocess
import sys

import pytest

from mnistlab.__main__ import main
from mnistlab.runs import checkpoints
from mnistlab.sweeps import cli
from tests.conftest import REPOSITORY
from tests.runs.test_checkpoints import trained_run

SMALL = ("--dataset", "generated", "--hidden", "4", "--train-size", "200", "--batch-size", "20", "--epochs")
PROGRAM = (  # a shell's background jobs ignore Ctrl-C, and so would what they start
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from mnistlab.__main__ import main; sys.exit(main())"
)


def ended_by(number, mark, *arguments):
    """Run a command, send it a signal once a line begins with the mark, and return status and complaint."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if line.startswith(mark):
            process.send_signal(number)
            break
    complaint = process.communicate()[1]
    return process.returncode, complaint.strip()


def test_a_training_that_is_ended_keeps_what_is_done(tmp_path, generated):
    path = tmp_path / "net.safetensors"
    ended = ended_by(signal.SIGINT, "Episode 2", "train", *SMALL, 1000, "--save", path)
    assert ended == (
        130,
        f"mnistlab: Ended by SIGINT. The epochs that were finished are saved in {path}.",
    )
    assert 2 <= checkpoints.load(path).epoch < 1000
    assert list(tmp_path.iterdir()) == [path]


def test_a_sweep_that_is_ended_keeps_what_is_done(tmp_path, generated):
    arguments = ("--learning-rates", "0.01,0.1", "--save", tmp_path)
    status, complaint = ended_by(signal.SIGTERM, "epoch 2 ", "sweep", *SMALL, 1000, *arguments)
    assert status == 143
    assert complaint.endswith(f"Ended by SIGTERM. The epochs that were finished are saved in {tmp_path}.")
    assert all(checkpoints.load(tmp_path / f"network-0{number}.safetensors").epoch >= 2 for number in (1, 2))


def test_without_save_nothing_is_said_to_be_kept(generated):
    ended = ended_by(signal.SIGINT, "Episode 0", "train", *SMALL, 1000)
    assert ended == (130, "mnistlab: Ended by SIGINT. Nothing was saved.")


@pytest.fixture
def untrained(monkeypatch):
    """Have any look at the data fail: the place is checked before."""
    monkeypatch.setattr("mnistlab.data.datasets.load_dataset", None)
    monkeypatch.setattr(cli, "load_dataset", None)


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main([*map(str, arguments)])
    assert stop.value.code == 2
    return capsys.readouterr().err.splitlines()[-1].partition("error: ")[2]


def test_a_place_that_will_not_do_is_refused_before_the_first_epoch(tmp_path, untrained, capsys, monkeypatch):
    (tmp_path / "thesis.doc").write_text("years of work")
    (tmp_path / "network-01.safetensors").write_text("of somebody else")
    checked = {
        ("train", tmp_path): f"--save must be a file. Got {tmp_path}, which is something else.",
        ("train", "/dev/null"): "--save must be a file. Got /dev/null, which is something else.",
        ("train", tmp_path / "no" / "net"): f"--save must be in a folder that exists. Got {tmp_path}/no/net.",
        ("train", tmp_path / "thesis.doc"): (
            f"--save must be a new file or a network of this lab. Got {tmp_path}/thesis.doc; "
            "--force takes its place."
        ),
        ("sweep", tmp_path): (
            f"--save must be a new file or a network of this lab. Got {tmp_path}/network-01.safetensors; "
            "--force takes its place."
        ),
        (
            "sweep",
            tmp_path / "thesis.doc",
        ): f"--save must be a folder. Got {tmp_path}/thesis.doc: File exists.",
    }
    for (command, path), sentence in checked.items():
        assert refused(capsys, command, *SMALL, 1, "--save", path) == sentence

    def read_only(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(cli, "TemporaryFile", read_only)
    path = tmp_path / "net"
    assert refused(capsys, "train", *SMALL, 1, "--save", path) == (
        f"--save must be where files can be written. Got {path}: Permission denied."
    )


def test_an_empty_file_a_network_of_ours_and_with_force_any_file_may_go(tmp_path):
    path = tmp_path / "net.safetensors"
    for content in (b"", checkpoints.dumps(trained_run(epochs=1))):
        path.write_bytes(content)
        cli.require_place(path, force=False)
    path.write_bytes(b"years of work")
    cli.require_place(path, force=True)
    with pytest.raises(ValueError, match="new file"):
        cli.require_place(path, force=False)
