"""A class at once: python -m benchmarks.load [--sessions 25] [--seconds 30] [training mixed dropped closed].

Starts the app on this machine and visits it with as many tabs as a class has, each over a websocket as a
browser's: all of them training; five training and the others drawing and moving sliders; sixty connections
lost at once; four classes that come and go. Each session plants marks that nobody else has and looks for
those of others in all that it receives.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Callable, Coroutine

from benchmarks.__main__ import machine
from benchmarks.load_connections import closed, dropped
from benchmarks.load_drawing import mixed
from benchmarks.load_pool import without_pages
from benchmarks.load_rows import Row, logged, table
from benchmarks.load_server import Server, serving
from benchmarks.load_training import Trained, compared, training
from mnistlab.data.datasets import load_dataset
from mnistlab.data.mnist.originals import cache_folder

PARTS = ("training", "mixed", "dropped", "closed")
DROPPED = 60  # connections


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=25, help="in a class")
    parser.add_argument("--seconds", type=float, default=30.0, help="that are measured in each part")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; none: all")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"part must be one of {', '.join(PARTS)}. Got {', '.join(sorted(unknown))}.")
    os.environ.setdefault("MNISTLAB_CACHE_DIR", str(cache_folder()))  # each server has a home of its own
    load_dataset("generated")  # drawn once, before anything is timed
    print(machine())
    for part in given.parts or PARTS:
        begin = time.monotonic()
        rows = measured(part, given.sessions, given.seconds)
        print(f"\n{part}, {time.monotonic() - begin:.0f} s\n{table(rows)}", flush=True)


def measured(part: str, sessions: int, seconds: float) -> list[Row]:
    """Return the rows of one part, measured on servers of its own."""
    if part == "training":
        before = one_worker(1, seconds)
        one = one_worker(sessions, seconds)
        many = on_server(lambda server: training(server, sessions, seconds))
        after = one_worker(1, seconds)
        return [*compared((before, after), one, many), *without_pages(sessions, seconds)]
    if part == "mixed":
        return on_server(lambda server: mixed(server, sessions, seconds))
    if part == "dropped":
        return on_server(lambda server: dropped(server, DROPPED))
    return on_server(lambda server: closed(server, 4 * sessions))


def one_worker(sessions: int, seconds: float) -> Trained:
    """Return what some sessions do in half of the time with one worker process."""
    return on_server(lambda server: training(server, sessions, seconds / 2), MNISTLAB_WORKERS="1")


def on_server(visit: Callable[[Server], Coroutine], **environment: str):
    """Start the app, have it visited, and return what came of it, with what the log complained of."""
    with serving(**environment) as server:
        found = asyncio.run(visit(server))
        complaints = server.complaints()
        return [*found, logged(complaints)] if isinstance(found, list) else found.with_log(complaints)


if __name__ == "__main__":
    main()
