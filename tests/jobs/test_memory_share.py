"""A network that would not fit in its share of memory is refused before it is built, whatever asks."""

import subprocess
import sys
import tracemalloc
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from mnistlab import __main__ as entry
from mnistlab.data.combined import Mixture
from mnistlab.data.datasets import Split
from mnistlab.data.synthetic.handwriting import CHUNK
from mnistlab.engine.config import PRESETS, TrainConfig
from mnistlab.jobs import labs as registries
from mnistlab.jobs.labs import Labs, new_token
from mnistlab.jobs.memory_limit import (
    LEAST,
    MEGABYTE,
    digit_bytes,
    kept_bytes,
    require_memory,
    working_bytes,
)
from mnistlab.operating_system import free_bytes
from mnistlab.runs.checkpoints import dumps
from mnistlab.sweeps import cli as commands
from tests.conftest import REPOSITORY
from tests.registry_bench import Clock, QuietPool, real_initial
from tests.runs.test_checkpoints import trained_run
from tests.test_attacks import assert_clear
from tests.ui.test_page_train import in_tab, opened, run_of, shown

HUGE = TrainConfig(hidden=(1024,) * 6, batch_size=800)
LARGE = TrainConfig(hidden=(1024,) * 6)
GIGABYTE = 1024 * MEGABYTE
LIMIT = 900 * MEGABYTE
# What the memory of a worker grows by, over a small network's, for the last step of an epoch and its figures.
PEAK = """
import re, sys
from pathlib import Path
import jax
import numpy as np
from mnistlab.engine.config import TrainConfig
from mnistlab.data.datasets import load_dataset
from mnistlab.jobs.tasks import EpochTask
from mnistlab.jobs.worker import stepped
from mnistlab.sweeps.sweep import SweepTask, members, stacked
from mnistlab.engine.training import initial_params

def peak():  # of this program alone: what getrusage tells begins with the peak of the process that started it
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

def task(config, networks):
    configs = members(config, [0.001] * networks, [1])
    params = [jax.tree.map(np.asarray, initial_params(each)) for each in configs]
    first = config.num_steps - 1
    if networks > 1:
        return SweepTask(configs[0], stacked(params), configs, 1, step=first)
    return EpochTask(config, params[0], 0, step=first)

def done(config, networks):
    after, last = stepped(task(config, networks), dataset, 60.0)
    assert last
    after.result(dataset)

widths, batch_size, networks = sys.argv[1:]
dataset = load_dataset("generated")
done(TrainConfig(dataset="generated", batch_size=100), 1)
before = peak()
hidden = tuple(map(int, widths.split(",")))
done(TrainConfig(dataset="generated", hidden=hidden, batch_size=int(batch_size)), int(networks))
print(peak() - before)
"""


def group(root, folder, files):
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Return a function that makes up a system with 8,000 MB to spare, in these control groups."""

    def make(groups="0::/\n"):
        free = SimpleNamespace(available=8000 * MEGABYTE)
        monkeypatch.setattr("psutil.virtual_memory", lambda: free)
        (tmp_path / "proc/self").mkdir(parents=True)
        (tmp_path / "proc/self/cgroup").write_text(groups)
        return tmp_path

    return make


def test_without_limits_what_the_machine_has_is_free(system):
    root = system()
    assert free_bytes(root) == 8000 * MEGABYTE
    group(root, "", {"memory.max": "max\n", "memory.current": "5\n"})
    assert free_bytes(root) == 8000 * MEGABYTE


def test_where_there_are_no_control_groups_what_the_machine_has_is_free(tmp_path, monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=7))
    assert free_bytes(tmp_path) == 7


def test_the_limit_of_a_container_counts_without_files_that_can_be_read_again(system):
    used = {"memory.current": f"{300 * MEGABYTE}", "memory.stat": f"anon 7\ninactive_file {100 * MEGABYTE}\n"}
    root = system()
    group(root, "", {"memory.max": f"{LIMIT}\n", **used})
    assert free_bytes(root) == 700 * MEGABYTE


@pytest.mark.parametrize("folder", ["system.slice/lab.service", "system.slice"])
def test_the_limit_of_a_service_or_of_what_it_is_part_of_counts(system, folder):
    root = system("0::/system.slice/lab.service\n")
    group(root, folder, {"memory.max": f"{LIMIT}", "memory.current": f"{LIMIT}"})
    assert free_bytes(root) == 0


def test_the_limits_of_older_systems_count(system):
    root = system("5:cpu,memory:/docker/1\n0::/\n")
    usage = {"memory.usage_in_bytes": "0", "memory.stat": "total_inactive_file 0\n"}
    group(root, "memory", {"memory.limit_in_bytes": "9223372036854771712", **usage})
    assert free_bytes(root) == 8000 * MEGABYTE
    group(root, "memory/docker/1", {"memory.limit_in_bytes": f"{LIMIT}", **usage})
    assert free_bytes(root) == LIMIT


def test_this_machine_tells():
    assert 0 < free_bytes() <= psutil.virtual_memory().total


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_are_never_refused(name):
    require_memory(PRESETS[name], free=0, num_labs=400, num_workers=32)


def test_what_stays_is_shared_by_all_labs_and_what_computes_by_the_workers():
    kept, working = kept_bytes(LARGE), working_bytes(LARGE)
    assert LEAST < kept < working
    alone = (kept + working) * 2
    require_memory(LARGE, alone, num_labs=1, num_workers=2)
    with pytest.raises(ValueError, match="must fit in its share"):
        require_memory(LARGE, alone, num_labs=2, num_workers=2)
    require_memory(LARGE, 2 * alone, num_labs=2, num_workers=2)
    require_memory(LARGE, 2 * alone, num_labs=3, num_workers=2)
    with pytest.raises(ValueError, match="must fit in its share"):
        require_memory(LARGE, 2 * alone, num_labs=40, num_workers=2)


@pytest.mark.parametrize(
    ("config", "networks", "free", "share"), [(HUGE, 1, 256, 204), (LARGE, 16, 2048, 1638)]
)
def test_the_sentence_has_the_figures_and_says_what_to_do(config, networks, free, share):
    with pytest.raises(ValueError, match=f"share of memory, {share:,} MB") as refusal:
        require_memory(config, free * MEGABYTE, 1, 2, networks)
    assert_clear(str(refusal.value))
    assert "784-1024-1024-1024-1024-1024-1024-10" in str(refusal.value)
    assert "smaller mini-batches" in str(refusal.value)


def test_a_mixture_takes_no_more_than_was_reckoned_for_its_images_nor_much_less(monkeypatch):
    chunk = Split(np.zeros((CHUNK, 28, 28), np.uint8), np.zeros(CHUNK, np.uint8))
    whole = Split(np.broadcast_to(np.uint8(0), (60_000, 28, 28)), np.zeros(60_000, np.uint8))  # takes no room
    monkeypatch.setattr("mnistlab.data.combined.kept_chunk", lambda seed, number: chunk)
    tracemalloc.start()
    mixture = Mixture(whole, whole)
    for epoch in range(4):
        mixture.of_epoch(1, epoch, 60_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    reckoned = digit_bytes(PRESETS["drawing"])
    assert reckoned / 2 < peak < reckoned
    require_memory(PRESETS["drawing"], 1000 * MEGABYTE, num_labs=2, num_workers=2)
    larger = replace(PRESETS["drawing"], hidden=(1024, 1024))
    require_memory(replace(larger, dataset="mnist"), 1000 * MEGABYTE, num_labs=2, num_workers=2)
    with pytest.raises(ValueError, match=r"share of memory, 400 MB\. Got \d+ MB"):
        require_memory(larger, 1000 * MEGABYTE, num_labs=2, num_workers=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("widths", "batch_size", "networks"),
    [("100", 60_000, 1), ("1024,1024", 2_600, 1), ("100", 128, 32)],
)
def test_no_training_takes_more_than_was_reckoned_nor_much_less(generated, widths, batch_size, networks):
    command = [sys.executable, "-c", PEAK, widths, str(batch_size), str(networks)]
    measured = int(subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE).stdout)
    hidden = tuple(map(int, widths.split(",")))
    config = TrainConfig(hidden=hidden, batch_size=batch_size)
    reckoned = kept_bytes(config, networks) + working_bytes(config, networks)
    assert reckoned / 3 < measured < reckoned


class Builds:
    """Counts the networks that are built."""

    def __init__(self):
        self.count = 0

    def __call__(self, config):
        self.count += 1
        return real_initial(config)


@pytest.fixture
def small_machine(monkeypatch):
    """Half a gigabyte that is free."""
    monkeypatch.setattr(registries, "free_bytes", lambda: 512 * MEGABYTE)


def test_a_lab_refuses_what_would_not_fit_before_it_is_built_and_stays_as_it_was(tmp_path, small_machine):
    builds = Builds()
    labs = Labs(tmp_path, QuietPool(), Clock(), builds)
    token = new_token()
    trainer, sweeping = labs.open(token), labs.sweeping(token)
    trainer.new(TrainConfig())
    before, built = trainer.snapshot(), builds.count
    for config in (HUGE, TrainConfig(batch_size=60_000)):
        with pytest.raises(ValueError, match="must fit in its share of memory"):
            trainer.new(config)
    with pytest.raises(ValueError, match=r"Training 40 networks of 784-200-10 .* must fit in its share"):
        sweeping.start([TrainConfig(hidden=(200,))] * 40)
    assert trainer.snapshot() == before
    assert builds.count == built
    assert sweeping.snapshot().state == "none"


def test_a_run_from_elsewhere_or_of_a_larger_machine_is_not_trained(tmp_path, monkeypatch):
    monkeypatch.setattr(registries, "free_bytes", lambda: 8 * GIGABYTE)
    config = TrainConfig(dataset="generated", hidden=(40,), batch_size=30_000)
    labs = Labs(tmp_path, QuietPool(), clock := Clock(), real_initial)
    token = new_token()
    labs.open(token).add(trained_run(config, epochs=1))
    labs.sweep()
    monkeypatch.setattr(registries, "free_bytes", lambda: 128 * MEGABYTE)
    trainer = Labs(tmp_path, QuietPool(), clock, real_initial).open(token)
    before = trainer.snapshot()
    assert before.run.epoch == 1
    for command in (trainer.start, trainer.one_epoch, lambda: trainer.more(3), trainer.resume):
        with pytest.raises(ValueError, match="must fit in its share of memory"):
            command()
    with pytest.raises(ValueError, match="must fit in its share of memory"):
        trainer.add(before.run)
    assert trainer.snapshot() == before


def test_a_link_to_what_would_not_fit_opens_a_lab_that_says_so(generated, small_machine):
    app = opened(hidden="1024,1024,1024,1024,1024,1024", batch_size="800")
    assert "must fit in its share of memory" in shown(app)
    assert run_of(app).title == "784-100-10"
    app.button(key="begin_new").click().run()
    assert not app.exception
    assert run_of(app).title == "784-100-10"
    app.button(key="back_to_network").click().run()
    assert "must fit" not in shown(app)


def test_a_file_that_would_not_fit_leaves_the_lab_as_it_was(generated, monkeypatch):
    app = in_tab(opened(), "Export and import")
    before = run_of(app)
    monkeypatch.setattr(registries, "free_bytes", lambda: 128 * MEGABYTE)
    config = TrainConfig(dataset="generated", hidden=(40,), batch_size=30_000)
    content = dumps(trained_run(config, epochs=1))
    app.file_uploader(key="train_upload").upload("network.safetensors", content).run()
    assert not app.exception
    assert "must fit in its share of memory" in shown(app)
    assert run_of(app) is before


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_the_command_line_refuses_what_would_not_fit(command, monkeypatch, capsys, generated):
    for place in (entry, commands):
        monkeypatch.setattr(place, "free_bytes", lambda: 200 * MEGABYTE)
    for name in ("one_thread_per_operation", "keep_freed_memory"):  # of a process of its own
        monkeypatch.setattr(entry, name, lambda: None)
    monkeypatch.setattr(commands, "keep_freed_memory", lambda: None)
    wide = [command, "--dataset", "generated", "--hidden", "1024,1024,1024,1024,1024", "--epochs", "1"]
    assert entry.main(wide) == 1
    told = capsys.readouterr()
    assert "must fit in its share of memory, 160 MB. Got" in told.err
    assert told.out == "", "it was refused before anything was trained"
