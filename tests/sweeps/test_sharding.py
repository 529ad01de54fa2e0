"""A sweep over several devices and several processes against the same sweep on one device."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time

import jax
import numpy as np
import psutil
import pytest

from mnistlab.__main__ import main
from mnistlab.runs import checkpoints
from mnistlab.sweeps.distributed import done_by_child
from mnistlab.sweeps.sharding import Spread
from mnistlab.sweeps.sweep import members, sweep
from tests.conftest import REPOSITORY
from tests.engine.test_training import some_data
from tests.sweeps.test_sweep import BASE

PATIENCE = 240
SWEEP = (
    *("sweep", "--dataset", "generated", "--hidden", "8", "--train-size", "1000", "--batch-size", "50"),
    *("--scaling", "unit", "--learning-rates", "0.01,0.1,0.3", "--seed", "5"),
)
ON_EIGHT = """
    import sys
    import jax, numpy as np
    from mnistlab.sweeps.sharding import Spread
    from mnistlab.sweeps.sweep import members, sweep
    from tests.sweeps.test_sweep import BASE
    from tests.engine.test_training import some_data

    assert len(jax.devices()) == 8
    spread = Spread()
    rates, seeds = [0.01, 0.05, 0.02], [1, 2, 3]
    *_, last = sweep(members(BASE, rates, seeds), some_data(200), spread)
    placed = spread.divided(np.zeros((9, 3), np.float32), 9)
    assert {shard.data.shape for shard in placed.addressable_shards} == {(2, 3)}
    arrays = {str(n): array for n, array in enumerate(jax.tree.leaves(last.params))}
    np.savez(sys.argv[1], costs=[each.test.cost for each in last.metrics], **arrays)
"""


def environment(**more):
    return os.environ | {"PYTHONPATH": str(REPOSITORY), "JAX_PLATFORMS": "cpu", **more}


@pytest.mark.slow
def test_nine_networks_on_eight_devices_are_those_of_one_device(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ON_EIGHT), tmp_path / "eight.npz"],
        env=environment(XLA_FLAGS="--xla_force_host_platform_device_count=8"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    *_, one = sweep(members(BASE, [0.01, 0.05, 0.02], [1, 2, 3]), some_data(200), Spread())
    with np.load(tmp_path / "eight.npz") as eight:
        np.testing.assert_allclose(eight["costs"], [each.test.cost for each in one.metrics], rtol=1e-5)
        for number, array in enumerate(jax.tree.leaves(one.params)):
            assert eight[str(number)].shape == array.shape
            np.testing.assert_allclose(eight[str(number)], array, rtol=2e-4, atol=2e-6)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "mnistlab", *map(str, arguments)],
        env=environment(),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def two_processes(*arguments):
    """Start the two processes of a sweep on this machine; the first is the one that prints."""
    place = ("--coordinator", f"127.0.0.1:{free_port()}", "--num-processes", 2)
    return [started(*SWEEP, *arguments, *place, "--process-id", number) for number in (0, 1)]


def table(text):
    """Return the rows of the printed table: number -> settings, cost, read right."""
    rows = re.findall(r"^ +(\d+)  +(\w+) +([\d.e-]+) +(\d+) +([\d.]+) +(\d+) / 10000$", text, re.MULTILINE)
    return {
        int(number): (spread, rate, seed, float(cost), int(right))
        for number, spread, rate, seed, cost, right in rows
    }


@pytest.mark.slow
def test_two_processes_print_and_save_what_one_does(tmp_path, generated):
    together = two_processes("--epochs", 2, "--seeds", "1,2", "--save", tmp_path / "two")
    (said, complaint), (silence, other_complaint) = [each.communicate(timeout=PATIENCE) for each in together]
    assert [each.returncode for each in together] == [0, 0], complaint + other_complaint
    assert (silence, complaint, other_complaint) == ("", "", "")
    alone = started(*SWEEP, "--epochs", 2, "--seeds", "1,2", "--save", tmp_path / "one")
    said_alone, _ = alone.communicate(timeout=PATIENCE)
    assert "6 networks of 784-8-10 on 2 devices of 2 processes, 2 epochs" in said
    assert "6 networks of 784-8-10 on 1 device, 2 epochs" in said_alone
    rows, rows_alone = table(said), table(said_alone)
    assert rows.keys() == rows_alone.keys() == set(range(1, 7))
    for number, row in rows.items():
        assert row[:3] == rows_alone[number][:3]
        assert row[3] == pytest.approx(rows_alone[number][3], abs=2e-6)
        two, one = (
            checkpoints.load(tmp_path / folder / f"network-{number:02}.safetensors")
            for folder in ("two", "one")
        )
        assert two.config == one.config
        assert len(two.history) == len(one.history) == 3
        for ours, theirs in zip(jax.tree.leaves(two.params), jax.tree.leaves(one.params), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1])
def test_a_lost_process_ends_the_sweep_with_a_sentence_and_the_finished_epochs_saved(
    victim, tmp_path, generated
):
    processes = two_processes("--epochs", 1000, "--save", tmp_path)
    try:
        for line in processes[0].stdout:
            if line.startswith("epoch 2 "):
                break
        (child,) = psutil.Process(processes[victim].pid).children()
        child.send_signal(signal.SIGKILL)
        start = time.monotonic()
        _, complaint = processes[1 - victim].communicate(timeout=PATIENCE)
        assert time.monotonic() - start < 60
        assert processes[1 - victim].returncode == 1
        assert complaint == (
            "mnistlab: The sweep ended because another process of it was lost. "
            f"The epochs that were finished are saved in {tmp_path}.\n"
        )
        epochs = [checkpoints.load(path).epoch for path in sorted(tmp_path.glob("*.safetensors"))]
        assert len(epochs) == 3
        assert min(epochs) >= 2
    finally:
        for each in processes:
            each.kill()
            each.communicate()


def test_a_process_that_fails_says_why_and_does_not_keep_the_other(tmp_path, generated):
    place = ("--coordinator", f"127.0.0.1:{free_port()}", "--num-processes", 2)
    missing = ("--data-dir", tmp_path, "--dataset", "mnist")
    lonely = started(*SWEEP, *missing, *place, "--process-id", 1)
    _, complaint = lonely.communicate(timeout=PATIENCE)
    assert lonely.returncode == 1
    assert complaint.startswith("mnistlab: ")
    assert "Traceback" not in complaint


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--coordinator", "127.0.0.1:1"), "must be given together"),
        (("--coordinator", "here", "--num-processes", 2, "--process-id", 0), "must be HOST:PORT. Got here."),
        (("--coordinator", "a:1", "--num-processes", 2, "--process-id", 2), "must be from 0 to 1. Got 2."),
        (("--learning-rates", "0.1,-1"), "learning_rate must be > 0"),
        (("--learning-rates", "0.1;1"), "must be values with commas between. Got 0.1;1."),
        (("--seeds", ",".join(map(str, range(65)))), "A sweep must have 1 to 64 networks. Got 195."),
        (("--initializations", "zero"), "initialization must be one of notebook, scaled. Got zero."),
    ],
)
def test_bad_arguments_end_with_status_2_and_a_sentence(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in (*SWEEP, *arguments)])
    assert end.value.code == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]


def test_a_log_is_added_to_what_somebody_else_has_in_a_file_of_its_name(tmp_path, capsys):
    log = tmp_path / "process-0.log"
    log.write_text("my notes\n")
    assert done_by_child(["nonsense"], log, "It was ended.") == 2
    assert log.read_text().startswith("my notes\n")
    assert "nonsense" in log.read_text()
    assert "my notes" not in capsys.readouterr().err
