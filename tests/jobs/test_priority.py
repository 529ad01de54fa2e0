"""Work that can wait steps back, within its session and, where it leads one, with its session."""

import os
import subprocess
import sys

import pytest

from mnistlab.operating_system import GROUP, NICENESS
from tests.conftest import REPOSITORY

SAY = """
import os
from mnistlab.operating_system import lower_priority
from tests.jobs.test_priority import niceness_of_the_session
before = os.nice(0)
lower_priority()
print(os.nice(0) - before, niceness_of_the_session())
"""
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "nice"), reason="this system knows no niceness"),
    pytest.mark.skipif(os.name == "posix" and os.nice(0) > 19 - NICENESS, reason="these tests are too nice"),
]


def niceness_of_the_session() -> str:
    """What the system holds for this process's session: "none" where it has put it in no group."""
    group = GROUP.read_text() if GROUP.exists() else ""
    return group.split("nice")[-1].strip() or "none"


def said(leads: bool) -> list[str]:
    """What a process of its own says about its niceness and that of its session."""
    command = [sys.executable, "-c", SAY]
    return subprocess.run(
        command, cwd=REPOSITORY, start_new_session=leads, capture_output=True, text=True, check=True
    ).stdout.split()


def test_a_process_is_nicer_than_before_and_leaves_the_session_of_others_alone():
    assert said(leads=False) == [str(NICENESS), niceness_of_the_session()]


def test_the_leader_of_a_session_lowers_its_session_too():
    own, session = said(leads=True)
    if session == "none":
        pytest.skip("this system does not share the processor out by sessions")
    assert (own, session) == (str(NICENESS), str(NICENESS))
