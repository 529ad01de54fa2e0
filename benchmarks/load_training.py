"""All of a class training at once: how much is done, how evenly, and whether the server still answers."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from benchmarks.load_marks import new_mark
from benchmarks.load_rows import Row, at_least, at_most, failures, isolated, logged, none_of, share_within
from benchmarks.load_server import Server
from benchmarks.load_session import PATIENCE, Session
from mnistlab.engine.config import TrainConfig

SETTINGS = {"dataset": "generated", "num_epochs": "1000"}  # for the rest the Notebook preset
STEPS = TrainConfig().num_steps  # in an epoch
AT_ONCE = 25  # tabs that are opened together
LOOK = 0.1  # seconds between two looks at what the tabs show


class Trained(NamedTuple):
    """What some sessions did while they were watched."""

    sessions: list[Session]
    paces: list[float]  # steps per second of each, as its page shows them
    health: list[float]  # seconds of the answers
    web: float  # of a processor, used by the web process
    log: tuple[str, ...] = ()

    def with_log(self, complaints: Sequence[str]) -> "Trained":
        """Return it with what the server's log complained of."""
        return self._replace(log=tuple(complaints))


async def training(server: Server, num_sessions: int, seconds: float) -> Trained:
    """Have sessions train, and watch them for some seconds from when each has done steps."""
    sessions = await opened(server, num_sessions)
    pressed = await asyncio.gather(
        *(session.act("train_start") for session in sessions), return_exceptions=True
    )
    for session, error in zip(sessions, pressed, strict=True):
        if isinstance(error, Exception):
            session.complaints.append(f"Train was not answered: {error!r}")
    await until(lambda: all(pace_is_known(session) for session in sessions), 3 * PATIENCE)
    health: list[float] = []
    watch = asyncio.create_task(server.watch_health(health))
    begin, used = time.perf_counter(), server.processor_seconds()
    await asyncio.sleep(seconds)
    end, used = time.perf_counter(), server.processor_seconds() - used
    watch.cancel()
    await asyncio.wait([watch])
    paces = [steps_per_second(session, begin, end) for session in sessions]
    await tell_names(sessions)
    await asyncio.gather(*(session.close() for session in sessions))
    return Trained(sessions, paces, health, used / (end - begin))


async def opened(server: Server, num_sessions: int, page: str = "train", **settings: str) -> list[Session]:
    """Return tabs on a page, each with a mark and a seed of its own."""
    sessions = [Session(server.port, new_mark()) for _ in range(num_sessions)]
    doors = asyncio.Semaphore(AT_ONCE)

    async def enter(session: Session) -> None:
        async with doors:
            await session.open(page, {**SETTINGS, **settings, **session.mark.query})

    await enter(sessions[0])
    await asyncio.gather(*map(enter, sessions[1:]))
    return sessions


async def tell_names(sessions: Sequence[Session]) -> None:
    """Give each session's run its mark as a name."""
    for session in sessions:
        try:
            await session.act("train_tabs", "Runs")
            if not await until(partial(name_field, session)):  # a tick may have been taken for the answer
                raise TimeoutError
            await session.act(name_field(session), session.mark.word)
        except TimeoutError:
            session.complaints.append(f"no answer within {PATIENCE:g} s")
            return  # the others would wait as long


def name_field(session: Session) -> str:
    """Return the key of the field for the name of a session's run; "" before the tab with it is drawn."""
    return next((key for key in session.widgets if key.startswith("train_name_")), "")


async def until(true, patience: float = PATIENCE) -> bool:
    """Wait until something is true, at most so long; return whether it is."""
    deadline = time.monotonic() + patience
    while not true() and time.monotonic() < deadline:
        await asyncio.sleep(LOOK)
    return true()


def pace_is_known(session: Session) -> bool:
    """Return whether a session has done steps, or never will."""
    return bool(session.complaints) or bool(session.progress and session.progress[-1][1] > 0)


def steps_per_second(session: Session, begin: float, end: float) -> float:
    """Return the pace of a session between the first and the last time that its page was told of it."""
    seen = [mark for mark in session.progress if begin <= mark[0] <= end]
    if len(seen) < 2 or seen[-1][0] == seen[0][0]:
        return 0.0
    return STEPS * (seen[-1][1] - seen[0][1]) / (seen[-1][0] - seen[0][0])


def fairness(paces: Sequence[float]) -> float:
    """Return Jain's index: 1 where all have the same, 1 / n where one has all."""
    squares = len(paces) * sum(pace * pace for pace in paces)
    return sum(paces) ** 2 / squares if squares else 0.0


def compared(alone: Sequence[Trained], one: Trained, many: Trained) -> list[Row]:
    """Return the rows: one session with one worker, all with one, and all with as many as there are cores.

    One session is measured before and after the others: a machine's speed may change meanwhile.
    """
    single = [sum(trained.paces) for trained in alone]
    mean = sum(many.paces) / len(many.paces)
    idle = [
        f"a session did no step: {session.complaints}"
        for session, pace in zip(many.sessions, many.paces, strict=True)
        if not pace
    ]
    return [
        Row("steps/s, one session, one worker, before and after", " and ".join(f"{p:.0f}" for p in single)),
        Row(
            f"steps/s, {len(one.paces)} sessions, one worker",
            f"{sum(one.paces):.0f}, web {one.web:.2f} cores",
        ),
        Row(f"steps/s, {len(many.paces)} sessions", f"{sum(many.paces):.0f}, web {many.web:.2f} cores"),
        none_of("failures", [*idle, *failures(many.sessions)]),
        at_least("steps/s over the same with one worker", sum(many.paces) / max(sum(one.paces), 1e-9), 1.3),
        at_least(
            "steps/s over one session, one worker",
            sum(many.paces) / max(sum(single) / len(single), 1e-9),
            1.3,
        ),
        at_least("Jain's index of fairness", fairness(many.paces), 0.95, form=".4f"),
        at_least("slowest over mean", min(many.paces) / max(mean, 1e-9), 0.8),
        at_most("health, p95", share_within(many.health), 1.0, " s"),
        at_most("health, slowest", max(many.health), 1.0, " s"),
        *isolated(many.sessions),
        logged(many.log),
    ]
