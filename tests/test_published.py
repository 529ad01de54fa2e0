"""What is published: the bounds in SECURITY.md are those of the code, and README's checks are there."""

import re

from mnistlab.data.image_loading import MAX_BYTES, MAX_PIXELS, MAX_SCANS
from mnistlab.engine.config import MAX_HIDDEN_LAYERS, MAX_STEP_WORK, MAX_WIDTH
from mnistlab.jobs.labs import FREE_SECONDS, MAX_LABS, PAUSE_SECONDS
from mnistlab.jobs.pool import SLICE_SECONDS
from mnistlab.runs import run_store
from mnistlab.runs.safetensors_io import MAX_FILE_BYTES, MAX_HEADER_BYTES, MAX_PARAMETERS, MAX_TENSORS
from mnistlab.sweeps import sweep_run as sweeping
from mnistlab.sweeps.sweep import MAX_NETWORKS
from mnistlab.ui.canvas import SIDE
from mnistlab.ui.log import EVERY_SECONDS
from mnistlab.ui.query_params import LONGEST, MAX_NOTE
from mnistlab.ui.uploads import HELD_SECONDS, MAX_HELD_BYTES
from tests.conftest import REPOSITORY

MEGABYTE, BINARY_MEGABYTE = 1e6, 2**20
BOUNDS = [
    f"{MAX_HELD_BYTES / BINARY_MEGABYTE:g} MB, the oldest let go; each for {HELD_SECONDS:g} s",
    f"{MAX_BYTES / MEGABYTE:g} MB, {MAX_PIXELS / MEGABYTE:g} megapixels, a JPEG of {MAX_SCANS} scans; "
    f"kept: {SIDE} pixels of it",
    f"{MAX_TENSORS} tensors, a header of {MAX_HEADER_BYTES / BINARY_MEGABYTE:g} MB, "
    f"{MAX_FILE_BYTES / BINARY_MEGABYTE:.1f} MB in all",
    f"{MAX_HIDDEN_LAYERS} hidden layers of {MAX_WIDTH:,}, {MAX_PARAMETERS:,} parameters",
    f"parameters x mini-batch of {MAX_STEP_WORK:,}: about a second",
    f"{MAX_NETWORKS} networks, {sweeping.MAX_PARAMETERS:,} parameters in all",
    "an equal share of what is free, refused beforehand",
    f"{run_store.MAX_RUNS}, {run_store.MAX_BYTES / BINARY_MEGABYTE:g} MB of networks in all",
    f"{MAX_LABS}",
    f"paused after {PAUSE_SECONDS:g} s, out of memory after {FREE_SECONDS:g} s",
    f"{SLICE_SECONDS:g} s or a step; whoever had least is next",
    f"{LONGEST} characters; a note {MAX_NOTE}, shown as plain text",
    f"one in {EVERY_SECONDS:g} s",
]


def text_of(name):
    return (REPOSITORY / name).read_text()


def test_the_bounds_in_security_are_those_of_the_code():
    assert re.findall(r"^\| (?!of what).* \| (.*) \|$", text_of("SECURITY.md"), re.MULTILINE) == BOUNDS


def test_every_promise_in_the_readme_names_a_check_that_is_there():
    promises = text_of("README.md").split("## What it promises")[1].split("\n## ")[0]
    for row in promises.splitlines()[4:]:
        if row.startswith("|"):
            (command,) = re.findall(r"`([^`]+)` \|$", row)
            for path in re.findall(r"tests/[\w/]+\.py", command):
                assert (REPOSITORY / path).exists(), row
            if module := re.search(r"python -m (benchmarks\.\w+)", command):
                assert (REPOSITORY / f"{module[1].replace('.', '/')}.py").exists(), row
            assert command.startswith(("pytest ", "python -m benchmarks")), row
