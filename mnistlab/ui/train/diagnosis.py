"""The diagnosis on the page: the finding that matters most above the curves, the others below them."""

import streamlit as st

from mnistlab.analysis.diagnosis import Finding, diagnose
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import Run
from mnistlab.ui.formatting import plain
from mnistlab.ui.memo import remembered

HEADING = ":gray-badge[Diagnosis]"
BADGES = {"warning": ":red-badge[Warning]", "note": ":blue-badge[Note]", "good": ":green-badge[OK]"}
WAITING = "What can be said about it will stand here after the first epoch."


def draw_diagnosis(snapshot: Snapshot) -> None:
    """Draw the finding that matters most; as long as there is none, its place is held."""
    found = findings(snapshot.run)
    with st.container(key="train_diagnosis", gap="xsmall"):
        if snapshot.message:
            st.markdown(f":red-badge[Stopped] **{plain(snapshot.message)}**")
        if found:
            draw_finding(found[0])
        else:
            st.markdown(f"{HEADING} {WAITING}")
            st.caption("Each finding comes with the figures that show it, and with what helps.")


def draw_other_findings(run: Run) -> None:
    """Draw what else there is to say, in a line each; what shows it, and what helps, is told on hover."""
    for finding in findings(run)[1:]:
        st.markdown(
            f"{BADGES[finding.level]} {plain(finding.sentence)}",
            help=f"**{finding.kind.capitalize()}**: {told(finding)}",
        )


def draw_finding(finding: Finding) -> None:
    """Draw what is the case, what shows it, and what helps."""
    st.markdown(f"{HEADING} {BADGES[finding.level]} **{plain(finding.sentence)}**")
    st.caption(told(finding))


def told(finding: Finding) -> str:
    """Return what shows a finding, and what helps."""
    return plain(f"{finding.evidence} {finding.remedy}".strip())


def findings(run: Run) -> tuple[Finding, ...]:
    """Return what can be said about a run, what matters most first; worked out once for each epoch."""
    seen = str((run.id, len(run.history), run.weights_epoch, run.broken_in, run.settings))
    return remembered("train_findings", (seen,), lambda: diagnose(run))
