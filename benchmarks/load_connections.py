"""Connections that are lost together and come back, and tabs that come and go."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.load_rows import Row, at_most, failures, isolated, none_of, share_within
from benchmarks.load_server import Server, Use
from benchmarks.load_session import Session
from benchmarks.load_training import opened

BACK_SECONDS = 20.0
GONE_SECONDS = 1.0  # between the loss and the return
FREE_SECONDS = 300.0
ROOM = 1.1  # of what was held before
LOOK = 5.0
PASSING_SECONDS = 65.0  # between two passers-by: Streamlit forgets old sessions when one leaves
PAGE = "predict"
AT_FIRST = 3  # tabs that come and go before anything is measured


async def dropped(server: Server, num_sessions: int) -> list[Row]:
    """Return the rows of connections that are lost at once; all come back with the tokens of their tabs."""
    sessions = await opened(server, num_sessions, PAGE)
    for session in sessions:  # a tab keeps its token as soon as anything is done in it
        await session.act("set_learning_rate", "0.01")
    tokens = [session.token for session in sessions]
    for session in sessions:
        session.drop()
    await asyncio.sleep(GONE_SECONDS)
    begin, used = time.perf_counter(), server.processor_seconds()
    took = await asyncio.gather(
        *(came_back(session, token, begin) for session, token in zip(sessions, tokens, strict=True))
    )
    used = server.processor_seconds() - used
    back = [times for times in took if times is not None]
    known, drawn = ([times[place] for times in back] for place in range(2))
    in_time = sum(seconds <= BACK_SECONDS for seconds in known)
    await asyncio.gather(*(session.close() for session in sessions))
    return [
        Row("different tokens", f"{len(set(tokens))}", f"{num_sessions}", len(set(tokens)) == num_sessions),
        Row("have their own lab again", f"{len(back)}", f"{num_sessions}", len(back) == num_sessions),
        Row(
            f"within {BACK_SECONDS:g} s",
            f"{in_time}, half after {share_within(known, 0.5):.1f} s, last {max(known, default=0.0):.1f} s",
            f"{num_sessions}",
            in_time == num_sessions,
        ),
        Row("their pages drawn, the last after", f"{max(drawn, default=0.0):.1f} s"),
        Row("processor of the web process for that", f"{used:.1f} s"),
        none_of("failures", failures(sessions)),
        *isolated(sessions),
    ]


async def came_back(session: Session, token: str, begin: float) -> tuple[float, float] | None:
    """Open a tab again, without its settings in the address.

    Returns:
        Seconds from the beginning until its own lab was found and until its page was drawn; None where it got
        another lab, or none.
    """
    try:
        await session.open(PAGE)
    except Exception as error:
        session.complaints.append(f"did not come back: {error!r}")
        return None
    own = session.token == token and session.settings().get("seed") == str(session.mark.seed)
    return (session.known_at - begin, time.perf_counter() - begin) if own else None


async def closed(server: Server, num_sessions: int) -> list[Row]:
    """Return the rows of what tabs leave behind that came and went."""
    await come_and_go(server, AT_FIRST)
    (visitor,) = await opened(server, 1, PAGE)  # somebody stays
    await asyncio.sleep(LOOK)
    before = server.use()
    sessions = await come_and_go(server, num_sessions)
    full, begin = server.use(), time.monotonic()
    passed = begin
    while not is_back(after := server.use(), before) and time.monotonic() - begin < FREE_SECONDS:
        await asyncio.sleep(LOOK)
        if time.monotonic() - passed > PASSING_SECONDS:
            passed = time.monotonic()
            await come_and_go(server, 1)
    seconds = time.monotonic() - begin
    await visitor.close()
    return [
        Row(
            "resident before, when all were gone, at the end",
            f"{before.megabytes:.0f}, {full.megabytes:.0f}, {after.megabytes:.0f} MB",
        ),
        at_most("resident at the end over before", after.megabytes / before.megabytes, ROOM),
        at_most("threads more than before", after.threads - before.threads, 0),
        at_most("children more than before", after.children - before.children, 0),
        at_most("open files more than before", after.files - before.files, 0),
        at_most("until all of it was back", seconds, FREE_SECONDS, " s"),
        none_of("failures", failures(sessions)),
    ]


async def come_and_go(server: Server, num_sessions: int) -> Sequence[Session]:
    """Open tabs that look at a few pages, and close all of them."""
    sessions = await opened(server, num_sessions, PAGE)
    for session in sessions:
        await session.visit("train")
    await asyncio.gather(*(session.close() for session in sessions))
    return sessions


def is_back(now: Use, before: Use) -> bool:
    """Return whether everything that was taken since is given back."""
    return (
        now.megabytes <= ROOM * before.megabytes
        and now.threads <= before.threads
        and now.children <= before.children
        and now.files <= before.files
    )
