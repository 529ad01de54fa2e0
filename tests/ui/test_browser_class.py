"""A class at one server: all train at once, click at random, lose their connection, send two bytes."""

import asyncio
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psutil
import pytest

from tests.bare_tab import CLEAR_CACHE, BareTab
from tests.browser import chromium_path
from tests.cable import Cable
from tests.classroom import Wanderer, at_once, train
from tests.server import serving

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.browser

SETTINGS = "hidden=20&train_size=2000&scaling=unit&initialization=scaled&learning_rate=0.01"
FIRST_BATCH_SECONDS = 10.0
BACK_SECONDS = 20.0
LAST_ON_HOME = "A link for your class"


@pytest.fixture(scope="module")
def room(generated):
    """The server of a class, with nobody else on it."""
    chromium_path()
    with serving() as server:
        yield server
        assert server.complaints() == []


def test_six_tabs_train_at_once(room):
    at_once(room.url, [partial(train, address=f"/train?num_epochs=3&{SETTINGS}")] * 6)


@pytest.mark.soak
def test_eight_tabs_train_the_notebooks_network_at_once_five_times(room):
    for _ in range(5):
        at_once(room.url, [partial(train, address="/train?num_epochs=5")] * 8)


@pytest.mark.soak
def test_twenty_tabs_train_at_once_and_each_soon_counts_its_first_mini_batch(room):
    for _ in range(2):
        visit = partial(train, address="/train?num_epochs=5", ready=asyncio.Barrier(20))
        results = at_once(room.url, [visit] * 20)
        assert max(result.begun for result in results) <= FIRST_BATCH_SECONDS


@pytest.mark.parametrize(("tabs", "seconds"), [(3, 15), pytest.param(10, 120, marks=pytest.mark.soak)])
def test_what_is_clicked_while_all_train_counts_exactly_once(room, tabs, seconds):
    address = f"/train?num_epochs=1000&{SETTINGS}"
    visits = [lambda page, seed=seed: Wanderer(page, seed).wander(address, seconds) for seed in range(tabs)]
    assert all(at_once(room.url, visits))


@pytest.mark.parametrize("tabs", [6, pytest.param(60, marks=pytest.mark.soak)])
def test_connections_dropped_together_are_soon_back_with_labs_of_their_own(room, tabs):
    cable = Cable(room.url)
    seeds = range(1000, 1000 + tabs)

    def opened(seed: int) -> BareTab:
        tab = BareTab(cable.url)
        tab.draw(LAST_ON_HOME, query=f"seed={seed}")
        return tab

    def back(seed: int, lost: BareTab) -> BareTab:
        tab = BareTab(cable.url, lost.session)
        tab.draw(LAST_ON_HOME, f"seed={seed}")  # the server gives the address of its lab
        return tab

    with ThreadPoolExecutor(tabs) as everybody:
        before = list(everybody.map(opened, seeds))
        cable.pull_out()
        cable.plug_in()
        start = time.monotonic()
        after = list(everybody.map(back, seeds, before))
        assert time.monotonic() - start <= BACK_SECONDS
    for tab in after:
        tab.close()
    assert len({tab.session for tab in after}) == tabs


def test_two_bytes_that_clear_the_cache_start_nothing_twice_and_leave_pages_as_fast(generated):
    with serving() as server:
        tab = BareTab(server.url)
        before, threads, workers = use_of(server, tab)
        for _ in range(8):
            stranger = BareTab(server.url)
            stranger.send(CLEAR_CACHE)
            stranger.draw(LAST_ON_HOME)
            stranger.close()
        after, threads_after, workers_after = use_of(server, tab)
        assert workers_after <= workers
        assert threads_after <= threads
        assert after <= 2 * before
        assert server.complaints() == []


def use_of(server, tab) -> tuple[float, int, set[int]]:
    """Seconds that a page takes, and the threads and the children of the server then."""
    process = psutil.Process(server.process.pid)
    times = []
    for _ in range(7):
        start = time.monotonic()
        tab.draw(LAST_ON_HOME)
        times.append(time.monotonic() - start)
    children = {child.pid for child in process.children(recursive=True)}
    return statistics.median(times[2:]), process.num_threads(), children
