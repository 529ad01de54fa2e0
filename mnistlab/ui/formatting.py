"""Words and numbers as pages say them: times, shares, changes, and how far a training is."""

import re
from typing import Literal, TypedDict

from mnistlab.analysis.formatting import count, signed
from mnistlab.jobs.snapshot import Snapshot

WORD_JOINER = "\u2060"


def duration(seconds: float) -> str:
    """Return a time as people say it: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes + (rest >= 30)} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def percent(share: float, digits: int = 2) -> str:
    """Return a share of one as a percentage, as in 91.94%."""
    return f"{100 * share:.{digits}f}%"


def progress_fraction(snapshot: Snapshot) -> float:
    """Return how much of the running epoch is done, 0..1."""
    return min(1.0, snapshot.step / max(1, snapshot.num_steps))


def progress_words(snapshot: Snapshot, short: bool = False) -> str:
    """Return what the trainer is doing right now, for the line beside its bar; short, on one line."""
    epoch = f"epoch {snapshot.run.epoch + 1} of {max(snapshot.target_epoch, snapshot.run.epoch + 1)}"
    if snapshot.doing == "own digits":
        return "learning from your own digits"
    if snapshot.doing == "measuring":
        waiting = f"queued, {snapshot.ahead} ahead: " if snapshot.ahead else ""
        return f"{waiting}measuring the untrained network"
    if snapshot.state == "pausing":
        return f"{epoch}, pausing at its end"
    if snapshot.state == "queued" and snapshot.ahead:
        return f"{epoch}, queued, {snapshot.ahead} ahead"
    if snapshot.doing == "drawing":
        return f"{epoch}, waiting for its generated images"
    return ", ".join([epoch, *pace_words(snapshot, short)])


def pace_words(snapshot: Snapshot, short: bool) -> list[str]:
    """Return images per second, time left and who else shares the machine; short: only the time left.

    In the first moments, when nobody knows the pace yet, the mini-batches that are done take its place.
    """
    words = [f"{duration(snapshot.seconds_left)} left in all"] if snapshot.images_per_second else []
    if short:
        return words
    if words:
        words.insert(0, f"{round(snapshot.images_per_second, -2):,.0f} images/s")
    elif snapshot.step:
        words.append(f"mini-batch {snapshot.step:,} of {snapshot.num_steps:,}")
    if snapshot.sharing > 1:
        words.append(f"in turns with {count(snapshot.sharing - 1, 'other')}")
    return words


def rest_words(snapshot: Snapshot) -> str:
    """Return how a network stands that is not being trained."""
    run = snapshot.run
    if run.epoch == 0:
        return "Untrained"
    trained = f"Trained for {count(run.epoch, 'epoch')} in {duration(run.seconds)}"
    if snapshot.state == "paused" and run.epoch < snapshot.target_epoch:
        return f"{trained}; {count(snapshot.target_epoch - run.epoch, 'epoch')} to go"
    return trained


def expected_words(snapshot: Snapshot, seconds: float) -> str:
    """Return how a resting network stands, and how long Train would take; 0 seconds: nobody knows."""
    epochs, rest = epochs_ahead(snapshot), rest_words(snapshot)
    if rest.endswith("to go"):
        ahead = "It" if epochs == 1 else "They"
    else:
        ahead = f"{epochs:,} more" if snapshot.run.epoch else count(epochs, "epoch").capitalize()
    return f"{rest}. {ahead} will take about {duration(seconds)}." if seconds else f"{rest}."


def epochs_ahead(snapshot: Snapshot) -> int:
    """Return how many epochs the next press of Train or Resume would run."""
    run = snapshot.run
    if snapshot.state == "paused" and snapshot.target_epoch > run.epoch:
        return snapshot.target_epoch - run.epoch
    planned = run.settings.num_epochs
    return planned - run.epoch if run.epoch < planned else planned


def plain(text: str) -> str:
    """Return somebody's text as it has to stand in Markdown to be shown as it is.

    A backslash takes its meaning from each ASCII mark, and would be shown before any other. Names of icons
    and emoji, and addresses, are replaced even so, unless something that cannot be seen parts them.
    """
    parted = re.sub(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)", WORD_JOINER, text, flags=re.IGNORECASE)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", parted)


class Change(TypedDict, total=False):
    """Settings of a metric: the words under it, their color and arrow; without them it shows no change."""

    delta: str
    delta_color: Literal["green", "red", "off"]
    delta_arrow: Literal["up", "down", "off"]


def changed(words: str, change: float, good: bool) -> Change:
    """Return the settings of a metric that has changed.

    By itself it would read the direction off a hyphen; it is told, and the minus can be a real one.
    """
    if not change:
        return {"delta": words, "delta_color": "off", "delta_arrow": "off"}
    return {
        "delta": words.replace("-", "−"),
        "delta_color": "green" if good else "red",
        "delta_arrow": "up" if change > 0 else "down",
    }


def change_of_cost(value: float, digits: int = 4) -> Change:
    """Return the settings of a metric of the cost that has changed: down is good."""
    return changed(signed(value, digits), value, value < 0)
