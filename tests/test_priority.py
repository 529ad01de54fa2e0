"""Work that can wait steps back, within its session and, where it leads one, with its session."""

import os
import subprocess
import sys

import pytest

from mnistlab.priority import GROUP, NICENESS
from tests.conftest import REPOSITORY

SAY = """
import os
from mnistlab.priority import GROUP, let_others_go_first
before = os.nice(0)
let_others_go_first()
print(os.nice(0) - before, GROUP.read_text().split("nice")[-1].strip() if GROUP.exists() else "none")
"""
pytestmark = pytest.mark.skipif(not hasattr(os, "nice"), reason="this system knows no niceness")


def said(leads: bool) -> list[str]:
    """What a process of its own says about its niceness and that of its session."""
    command = [sys.executable, "-c", SAY]
    return subprocess.run(
        command, cwd=REPOSITORY, start_new_session=leads, capture_output=True, text=True, check=True
    ).stdout.split()


@pytest.mark.skipif(os.name == "posix" and os.nice(0) > 19 - NICENESS, reason="these tests are too nice")
def test_a_process_is_nicer_than_before_and_leaves_the_session_of_others_alone():
    mine = GROUP.read_text().split("nice")[-1].strip() if GROUP.exists() else "none"
    assert said(leads=False) == [str(NICENESS), mine]


@pytest.mark.skipif(not GROUP.exists(), reason="this system does not share the processor out by sessions")
def test_the_leader_of_a_session_lowers_its_session_too():
    assert said(leads=True)[1] == str(NICENESS)
