"""What may be said of a snapshot of a training run and what must be, by the truths alone.

Whoever judges a diagnosis puts each of its findings into a `Statement` and asks `contradiction`, asks
`required` which subjects must be among them, and `first_subjects` which should come first.
"""

from typing import NamedTuple

from benchmarks.diagnosis_truths import CLEARLY, GAP, HARDLY, RISE, Truth

SETTLED = 3  # epochs, before which a weak class or a silent output may be a matter of a moment
MANY = 5  # classes
RATES = "larger_rate", "smaller_rate"
COURSE = {"falling", "jumps", *RATES}  # what a cost does, and why


class Statement(NamedTuple):
    """Something said about a snapshot.

    Subjects: "overfitting" (since `epoch`), "gap", "weak_class" (`classes`), "silent" (`classes`: these
    outputs stay near 0), "not_falling" (the training cost), "falling" (it still falls), "train_on"
    (advice), "stopped" (by early stopping), "diverged" (at `epoch`), "jumps" (the training cost goes up and
    down), "larger_rate" and "smaller_rate" (advice), "nothing_wrong".
    """

    subject: str
    epoch: int | None = None  # that it names
    classes: tuple[int, ...] = ()  # that it names
    for_good: bool = False  # "never", "will not": no "so far"


def faults(truth: Truth) -> dict[str, bool]:
    """Rule 15: beside which of these nobody may say that nothing is wrong."""
    return {
        "diverged": truth.diverged_at > 0,
        "not_falling": truth.not_falling is True,
        "silent": bool(truth.silent_outputs),
        "weak_class": bool(truth.weak_classes),
        "rise": truth.rise > RISE,
        "gap": truth.gap > GAP,
    }


def first_subjects(truth: Truth) -> frozenset[str]:
    """Rule 16: the subjects of which one should come first; empty where any may.

    What makes all other figures meaningless comes before what explains a failure, that before what
    limits a success. A learning rate may always come first: it is a cause, and judged as advice.
    """
    ranks = (
        ({"diverged"}, truth.diverged_at > 0),
        (
            {"not_falling", "silent", "weak_class"} | COURSE,
            truth.not_falling is True or bool(truth.weak_later or truth.silent_later),
        ),
        (
            {"overfitting", "gap", "stopped", *RATES},
            truth.overfitting is True or truth.gap > GAP or truth.stopped,
        ),
    )
    return next((frozenset(subjects) for subjects, holds in ranks if holds), frozenset())


def contradiction(truth: Truth, said: Statement) -> str:
    """Return why a statement about a snapshot is not true, or "" where nothing speaks against it.

    Raises:
        ValueError: There is no such subject.
    """
    if said.subject not in RULES:
        raise ValueError(f"subject must be one of {', '.join(RULES)}. Got {said.subject!r}.")
    return next((reason for wrong, reason in RULES[said.subject](truth, said) if wrong), "")


RULES = {
    "overfitting": lambda t, said: (
        (t.overfitting is False, "the test cost has not turned up while the training cost fell"),
        (
            said.epoch not in (None, t.lowest_epoch),
            f"the lowest test cost so far is that of epoch {t.lowest_epoch}",
        ),
    ),
    "gap": lambda t, said: ((t.gap < GAP / 2, f"the gap is {t.gap:.1f} points"),),
    "weak_class": lambda t, said: (
        (not t.weak_classes, "no class is under 20 %"),
        (not set(said.classes) <= set(t.weak_classes), f"under 20 % are {t.weak_classes}"),
    ),
    "silent": lambda t, said: (
        (not set(said.classes) <= set(t.silent_outputs), f"near 0 on all images are {t.silent_outputs}"),
        (not t.silent_outputs, "no output is near 0 on all images"),
        (
            said.for_good and not set(said.classes or t.silent_outputs) <= set(t.silent_later),
            "it wakes later",
        ),
    ),
    "not_falling": lambda t, said: (
        (t.progress > CLEARLY, f"the training cost fell by {t.progress:.0%}"),
        (said.for_good and t.leaves_later is True, "it falls again later"),
    ),
    "falling": lambda t, said: ((t.epoch > 0 and t.progress < HARDLY, "the training cost does not fall"),),
    "train_on": lambda t, said: (
        (t.stopped, "early stopping has ended the run"),
        (t.diverged_at > 0, "it has diverged"),
        (t.falls_later is False, "the test cost does not fall any more"),
    ),
    "stopped": lambda t, said: ((not t.stopped, "early stopping has not come"),),
    "diverged": lambda t, said: (
        (not t.diverged_at, "it has not diverged"),
        (said.epoch not in (None, t.diverged_at), f"it diverged at epoch {t.diverged_at}"),
    ),
    "jumps": lambda t, said: ((t.jumps is False, "the training cost did not go up"),),
    "larger_rate": lambda t, said: (
        (t.rate_too_large, "a smaller learning rate does better"),
        (t.larger_rate_helps is False, "a larger learning rate does worse"),
    ),
    "smaller_rate": lambda t, said: (
        (t.rate_too_small, "the learning rate is too small already"),
        (t.smaller_rate_helps is False, "a smaller learning rate does worse"),
    ),
    "nothing_wrong": lambda t, said: tuple((holds, name) for name, holds in faults(t).items()),
}


def required(truth: Truth) -> dict[str, frozenset[str]]:
    """Rule 17: what must be said of a snapshot: the name of a truth -> the subjects of which one says it.

    Where a training diverged, that alone is asked for. A weak class or a silent output must be told from
    epoch 3 on, where it stays so; before, and where it wakes by itself, it may be. Where half of the classes
    are weak, the network as a whole reads badly, and what its cost does tells that as well.
    """
    if truth.diverged_at:
        return {"diverged": frozenset({"diverged"})}
    asked = {
        "stopped": (truth.stopped, {"stopped"}),
        "not_falling": (
            truth.not_falling is True and truth.leaves_later is not True,
            {"not_falling", "silent", "jumps", *RATES},
        ),
        "overfitting": (truth.overfitting is True, {"overfitting"}),
        "gap": (truth.gap > GAP, {"gap", "overfitting"}),
        "silent": (truth.epoch >= SETTLED and bool(truth.silent_later), {"silent", "not_falling"}),
        "weak_class": (
            truth.epoch >= SETTLED and bool(truth.weak_later),
            {"weak_class", "silent", "not_falling"} | (COURSE if len(truth.weak_classes) >= MANY else set()),
        ),
    }
    return {name: frozenset(subjects) for name, (holds, subjects) in asked.items() if holds}
