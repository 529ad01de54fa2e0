"""Five of a class training, the others drawing, moving sliders and turning pages at a human pace."""

import asyncio
import json
import random
import time
from collections import defaultdict

from benchmarks.load_marks import drawing
from benchmarks.load_rows import Row, at_most, failures, isolated, none_of, share_within
from benchmarks.load_server import Server
from benchmarks.load_session import Session
from benchmarks.load_training import opened, pace_is_known, steps_per_second, until

TRAINING = 5
PAUSE = (2.0, 4.0)  # seconds between two things that one does
STROKES = 30  # for the server's part of one
SHARES = {"stroke": 6, "pen": 1, "slider": 2, "page": 1}  # of what one does
BOUNDS = {
    "stroke": 0.8,
    "pen": 0.5,
    "slider": 0.5,
    "page": 0.5,
}  # s; the canvas waits 0.2 s of a stroke's second
STROKE_SECONDS = 1.0
EVERY, LATE, RESTS = 0.125, 0.25, 6  # seconds, and times that a pause doubles, as in pen.js
WORDS = {
    "stroke": "stroke, from the canvas's message to the new answer",
    "pen": "slider beside the canvas",
    "slider": "slider of the sidebar",
    "page": "page switch",
}
RATES = ("0.001", "0.002", "0.005")
OTHER_PAGES = ("data", "architecture", "backprop", "train", "")
SMALL = {"train_size": "1000"}

Times = dict[str, list[float]]


async def mixed(server: Server, num_drawing: int, seconds: float) -> list[Row]:
    """Return the rows of a class in which five train and the others draw."""
    draw = await opened(server, num_drawing, "train", **SMALL)
    for session in draw:  # each has a network that has learnt a little
        await session.act("train_one_epoch")
    await until(lambda: all(session.progress and "train_reset" in session.widgets for session in draw))
    for session in draw:
        await session.visit("predict")
    await walk_once(draw[0])
    part = await server_part(server, draw[0])
    train = await opened(server, TRAINING)
    await asyncio.gather(*(session.act("train_start") for session in train))
    await until(lambda: all(pace_is_known(session) for session in train))
    times: Times = defaultdict(list)
    begin = time.perf_counter()
    results = await asyncio.gather(
        *(live(session, begin + seconds, times) for session in draw), return_exceptions=True
    )
    end = time.perf_counter()
    paces = [steps_per_second(session, begin, end) for session in train]
    broken = [repr(error) for error in results if error]
    everyone = [*draw, *train]
    await asyncio.gather(*(session.close() for session in everyone))
    return [
        Row("sessions drawing, training; steps/s of those", f"{len(draw)}, {len(train)}; {sum(paces):.0f}"),
        *(at_most(f"{WORDS[name]}, p95 of {len(times[name])}", share_within(times[name]), bound, " s")
          for name, bound in BOUNDS.items()),
        at_most(f"processor of the web process per stroke, mean of {STROKES}, alone", 1000 * part, 50, " ms"),
        Row(
            "sheets while the pen moves, per second of a stroke; their answers, p95",
            f"{len(times['sheet']) / max(1, len(times['stroke'])) / STROKE_SECONDS:.1f}; "
            f"{share_within(times['sheet']):.2f} s",
        ),
        none_of("failures", [*broken, *failures(everyone)]),
        *isolated(everyone),
    ]  # fmt: skip


async def walk_once(session: Session) -> None:
    """Do everything once, so that nothing that follows is a first time for the server."""
    times: Times = defaultdict(list)
    for kind in SHARES:
        await do(session, kind, times)
    for page in OTHER_PAGES:
        await session.visit(page)
    await session.visit("predict")


async def server_part(server: Server, session: Session) -> float:
    """Return the seconds of processor that the web process needs for a stroke, measured over some of them."""
    before = server.processor_seconds()
    for number in range(STROKES):
        await session.act("predict_canvas", drawing(session.mark, -1 - number))
    return (server.processor_seconds() - before) / STROKES


async def live(session: Session, end: float, times: Times) -> None:
    """Do something every few seconds, until the end."""
    chance = random.Random(session.mark.seed)
    await asyncio.sleep(chance.uniform(0.0, PAUSE[1]))
    while time.perf_counter() < end:
        await do(session, chance.choices(list(SHARES), SHARES.values())[0], times)
        await asyncio.sleep(chance.uniform(*PAUSE))


async def do(session: Session, kind: str, times: Times) -> None:
    """Do one thing and note how long the answer took; from another page one comes back to the drawing."""
    number = sum(map(len, times.values()))
    if kind == "stroke":
        drawn = drawing(session.mark, number)
        await sketch(session, json.loads(drawn)["drawing"]["data"], times["sheet"])
        times[kind].append(await session.act("predict_canvas", drawn))
    elif kind == "pen":
        times[kind].append(await session.act("predict_pen", 12.0 + 2 * (number % 10)))
    elif kind == "slider":
        times[kind].append(await session.act("set_learning_rate", RATES[number % len(RATES)]))
    else:
        times[kind].append(await session.visit(OTHER_PAGES[number % len(OTHER_PAGES)]))
        times[kind].append(await session.visit("predict"))


async def sketch(session: Session, picture: str, seconds: list[float]) -> None:
    """Send the sheet while the pen moves, as a browser does; what comes late makes its next pauses longer."""
    end = time.perf_counter() + STROKE_SECONDS
    while time.perf_counter() < end:
        sheet = {"number": time.time_ns() // 10**6, "picture": picture}
        seconds.append(took := await session.tell("predict_bars", "sheet", sheet))
        rests = session.rests + (1 if took > LATE else -1)
        session.rests = min(max(0, rests), RESTS)
        pause = EVERY * 2**session.rests - took
        await asyncio.sleep(max(0.0, min(pause, end - time.perf_counter())))
