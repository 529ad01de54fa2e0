"""Judge what the diagnosis says about the snapshots of the corpus: python -m benchmarks.diagnosis_judge.

It prints what share of the snapshots is contradicted and what share of the truths is missing, with the worst
ten, and in how many runs and snapshots each truth holds; `--table` has a line for each snapshot. Runs that
are held out are left aside, unless they alone are asked for.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from benchmarks.diagnosis_corpus import CORPUS, RecordedRun, runs_of
from benchmarks.diagnosis_statements import Statement, contradiction, faults, first_subjects, required
from benchmarks.diagnosis_truths import Snapshot, Truth, snapshots, truth_of
from mnistlab.analysis.diagnosis import Finding, diagnose
from mnistlab.runs.run import new_run

Said = Callable[[RecordedRun, Snapshot], Sequence[Statement]]  # of a snapshot, the most telling one first
MAX_CONTRADICTED = 1 / 200  # of the snapshots
MAX_MISSING = 1 / 20  # of the truths that must be told
WORST = 10
SUBJECTS = {  # of the kinds of findings; of another kind nothing is judged but its advice
    "divergence": "diverged",
    "no progress": "not_falling",
    "silent output": "silent",
    "low recall": "weak_class",
    "jumping cost": "jumps",
    "overfitting": "overfitting",
    "generalization gap": "gap",
    "early stopping": "stopped",
    "learning": "falling",
    "all well": "nothing_wrong",
}
THREE_VALUED = (
    "overfitting",
    "not_falling",
    "leaves_later",
    "falls_later",
    "jumps",
    "larger_rate_helps",
    "smaller_rate_helps",
)


class Case(NamedTuple):
    """A snapshot that is judged, or what is wrong about what was said of it."""

    run: int
    snapshot: Snapshot
    subject: str = ""  # of the statement, or the name of the truth
    reason: str = ""

    def __str__(self) -> str:
        state = " diverged" * self.snapshot.diverged + " stopped" * self.snapshot.stopped
        return f"run {self.run}, epoch {self.snapshot.epoch}{state}: {self.subject}: {self.reason}"


class Judgement(NamedTuple):
    """What the truths make of what was said."""

    judged: list[Case]  # every snapshot
    said: Counter[str]  # subject -> snapshots
    contradicted: list[Case]  # each statement that is not true
    asked: Counter[str]  # truth -> snapshots in which it must be told
    missing: list[Case]  # each truth that was not told
    misplaced: list[Case]  # what stands first and should not

    @property
    def contradicted_share(self) -> float:
        """Share of the snapshots with a statement that is not true; at most MAX_CONTRADICTED."""
        return len({(case.run, case.snapshot) for case in self.contradicted}) / max(1, len(self.judged))

    @property
    def missing_share(self) -> float:
        """Share of the truths to be told that were not; at most MAX_MISSING."""
        return len(self.missing) / max(1, self.asked.total())


def judge(said: Said, runs: Iterable[RecordedRun]) -> Judgement:
    """Return what is wrong about what is said of the snapshots of some runs."""
    result = Judgement([], Counter(), [], Counter(), [], [])
    for run, snapshot, truth in truths_of(runs):
        statements, case = said(run, snapshot), Case(run.number, snapshot)
        subjects = {statement.subject for statement in statements}
        result.judged.append(case)
        result.said.update(subjects)
        for statement in statements:
            if reason := contradiction(truth, statement):
                result.contradicted.append(case._replace(subject=statement.subject, reason=reason))
        asked = required(truth)
        result.asked.update(asked.keys())
        for name, any_of in asked.items():
            if not any_of & subjects:
                result.missing.append(case._replace(subject=name, reason=f"none of {sorted(any_of)}"))
        first = first_subjects(truth)
        if statements and first and statements[0].subject not in first:
            wrong = case._replace(subject=statements[0].subject, reason=f"first, before {sorted(first)}")
            result.misplaced.append(wrong)
    return result


def diagnosis_of(run: RecordedRun, snapshot: Snapshot) -> list[Statement]:
    """Return what the lab's diagnosis says of a snapshot."""
    broken = run.whole.diverged_at if snapshot.diverged else 0
    seen = replace(
        new_run(run.config, (), "recorded"), history=run.history[: snapshot.epoch + 1], broken_in=broken
    )
    return [statement for finding in diagnose(seen) for statement in statements_of(finding)]


def statements_of(finding: Finding) -> Iterator[Statement]:
    """Yield what a finding says that can be judged: of its kind, and its advice."""
    if subject := SUBJECTS.get(finding.kind):
        yield Statement(subject, finding.epoch, finding.digits)
    if finding.advice:
        yield Statement(finding.advice.replace(" ", "_"))


def truths_of(runs: Iterable[RecordedRun]) -> Iterator[tuple[RecordedRun, Snapshot, Truth]]:
    """Yield what is true of each snapshot of some runs; an untrained network is not judged."""
    for run in runs:
        for snapshot in snapshots(run.whole):
            if snapshot.epoch or snapshot.diverged:
                yield run, snapshot, truth_of(run.whole, snapshot)


def names_of(truth: Truth) -> set[str]:
    """Return the names of what holds of a snapshot."""
    threes = {name: getattr(truth, name) for name in THREE_VALUED}
    return {
        *(f"{name}: {value}" for name, value in threes.items()),
        *(f"fault: {name}" for name, holds in faults(truth).items() if holds),
        *(f"must be told: {name}" for name in required(truth)),
        *(name for name in ("stopped", "rate_too_small", "rate_too_large") if getattr(truth, name)),
        "no fault" if not any(faults(truth).values()) else "a fault",
    }


def counts(runs: Iterable[RecordedRun]) -> dict[str, tuple[int, int]]:
    """Return in how many runs, and in how many snapshots, each truth holds."""
    found = [(run.number, names_of(truth)) for run, _, truth in truths_of(runs)]
    in_snapshots = Counter(chain.from_iterable(names for _, names in found))
    in_runs = Counter(name for _, name in {(number, name) for number, names in found for name in names})
    return {name: (in_runs[name], in_snapshots[name]) for name in sorted(in_snapshots)} | {
        "all": (len({number for number, _ in found}), len(found))
    }


def line_of(run: RecordedRun, snapshot: Snapshot, truth: Truth) -> str:
    """Return what is true of a snapshot as a line."""
    what = " ".join(sorted(name for name in names_of(truth) if not name.endswith((": False", ": None"))))
    return (
        f"{run.number:4} {snapshot.epoch:3}  test cost {run.whole.figures[snapshot.epoch].test_cost:.4f}, "
        f"lowest {truth.lowest_cost:.4f} at {truth.lowest_epoch}, gap {truth.gap:.1f}, "
        f"weak {truth.weak_classes}, silent {truth.silent_outputs}, progress {truth.progress:.1%}; {what}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis_judge", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--held-out", action="store_true", help="only the runs that are held out")
    parser.add_argument("--table", action="store_true", help="a line for each snapshot")
    given = parser.parse_args()
    runs = [run for run in runs_of(given.corpus) if run.held_out == given.held_out]
    if given.table:
        for each in truths_of(runs):
            print(line_of(*each))
    found = judge(diagnosis_of, runs)
    print(f"contradicted: {found.contradicted_share:.2%} of {len(found.judged):,} snapshots")
    print(f"missing: {found.missing_share:.2%} of {found.asked.total():,} truths that must be told")
    print(f"not the most telling first: {len(found.misplaced) / len(found.judged):.2%} of the snapshots")
    for case in (found.contradicted + found.missing + found.misplaced)[:WORST]:
        print(f"  {case}")
    print(f"{'truth':32} {'runs':>5} {'snapshots':>9}")
    for name, (in_runs, in_snapshots) in counts(runs).items():
        print(f"{name:32} {in_runs:5} {in_snapshots:9}")


if __name__ == "__main__":
    main()
