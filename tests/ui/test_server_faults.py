"""The app with a training in a tab: killed, killed in its saves, asked to end, and started again."""

import random
import re
import signal
import threading

import jax
import numpy as np
import psutil
import pytest
from playwright.sync_api import expect

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.training import train
from mnistlab.runs.checkpoints import load
from tests.browser import listen, until
from tests.server import Server

pytest_plugins = ("tests.browser",)
pytestmark = [pytest.mark.browser, pytest.mark.slow]

CONFIG = TrainConfig(
    dataset="generated",
    hidden=(20,),
    train_size=10_000,
    num_epochs=1000,
    scaling="unit",
    initialization="scaled",
    learning_rate=0.01,
)
ADDRESS = (
    "/train?hidden=20&train_size=10000&num_epochs=1000&scaling=unit&initialization=scaled&learning_rate=0.01"
)
SAVED_SECONDS = 5.0  # after which an epoch that was shown is on the disk, also on a busy machine
EXIT_SECONDS = 5.0
ORPHAN_SECONDS = 10.0  # that workers may outlive a server that was killed


@pytest.fixture
def mortal(tmp_path, generated):
    """A server of the test's own, which it may kill."""
    folder = tmp_path / "Zoë 数"
    folder.mkdir()
    server = Server(folder)
    yield server
    server.process.kill()
    server.process.wait()


@pytest.fixture
def training(mortal, browser):
    """A tab that trains, and has done an epoch."""
    page = listen(browser.new_context(base_url=mortal.url), complaints=[]).new_page()
    page.goto(ADDRESS)
    button(page, "start").click()
    expect_epoch(page, 1)
    yield page
    page.context.close()


def button(page, name):
    return page.locator(f".st-key-train_{name} button:visible")


def expect_epoch(page, least: int) -> int:
    """Wait until the sidebar counts so many epochs, and return how many."""

    def epoch() -> int:
        found = re.search(r"epoch (\d+)[,\n]", page.locator(".st-key-network_state").inner_text())
        return int(found[1]) if found else 0

    return until(page, epoch, lambda done: done >= least)


def children(server) -> list[psutil.Process]:
    """The workers, and whatever else the server has started."""
    return psutil.Process(server.process.pid).children(recursive=True)


def are_gone(processes) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=ORPHAN_SECONDS)
    return not alive


def back_again(server, page, workers, least: int) -> int:
    """Start a killed server and resume what its tab trained; return the epoch that came back."""
    assert workers
    assert are_gone(workers)
    server.start()
    page.reload()
    epoch = expect_epoch(page, least)
    button(page, "resume").click()
    return epoch


def assert_undisturbed(page, dataset, path) -> None:
    """Fail unless the run is, to the last bit, what a training makes that nobody kills."""
    button(page, "stop").click()
    expect(button(page, "resume")).to_be_enabled()
    page.get_by_role("radio", name="Export and import").click()
    with page.expect_download() as download:
        button(page, "download_safetensors").click()
    download.value.save_as(path)
    run = load(path)
    assert run.config == CONFIG
    assert [metrics.epoch for metrics in run.history] == list(range(run.epoch + 1))
    for metrics, epoch in zip(run.history, train(CONFIG, dataset), strict=False):
        assert metrics.test.cost == epoch.metrics.test.cost
    for array, counterpart in zip(jax.tree.leaves(run.params), jax.tree.leaves(epoch.params), strict=True):
        assert np.array_equal(array, counterpart)


def test_a_killed_server_loses_no_epoch_that_was_saved_and_goes_on_to_the_same_numbers(
    mortal, training, generated, tmp_path
):
    reached = 1
    for _ in range(2):
        seen = expect_epoch(training, reached + 1)
        training.wait_for_timeout(1000 * SAVED_SECONDS)
        workers = children(mortal)
        mortal.end(signal.SIGKILL)
        reached = back_again(mortal, training, workers, seen)
    expect_epoch(training, reached + 1)
    assert_undisturbed(training, generated, tmp_path / "network.safetensors")


def kill_in_a_save(server, delay: float) -> None:
    """Kill a server a little after it has begun to write a file."""

    def names() -> set:
        return {str(path) for path in server.state.rglob("*")}

    before = names()
    while names() <= before:
        assert server.process.poll() is None
    threading.Event().wait(delay)
    server.end(signal.SIGKILL)


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=pytest.mark.soak)])
def test_a_server_killed_in_its_saves_leaves_a_whole_lab_each_time(
    mortal, training, generated, tmp_path, kills
):
    order, reached = random.Random(4), 1
    for _ in range(kills):
        expect_epoch(training, reached + 1)
        workers = children(mortal)
        kill_in_a_save(mortal, order.choice((0.0, 0.0, 0.001, 0.003)))
        reached = back_again(mortal, training, workers, reached)
    expect_epoch(training, reached + 1)
    assert_undisturbed(training, generated, tmp_path / "network.safetensors")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_asked_to_end_saves_and_is_gone_with_its_workers_in_five_seconds(
    mortal, training, how
):
    seen = expect_epoch(training, 2)
    workers = children(mortal)
    assert workers
    mortal.end(how, EXIT_SECONDS)
    assert are_gone(workers)
    mortal.start()
    training.reload()
    expect_epoch(training, seen)
