"""A run as texts to take away: its history as a table, the notebook's log, and a script that repeats it."""

import base64
import csv
import io
import textwrap
import zlib
from dataclasses import fields
from typing import NamedTuple

import numpy as np

from mnistlab.analysis.formatting import count
from mnistlab.engine.config import BOUNDS, NUM_CLASSES
from mnistlab.engine.evaluation import EpochMetrics, Score, Tally
from mnistlab.runs.run import OwnDigits, RestoredWeights, Run, SettingChange, settings_in

MOST_EPOCHS = BOUNDS["num_epochs"][1]
NOTHING = Score(0.0, np.zeros((NUM_CLASSES, NUM_CLASSES), int))
LINE = 100  # characters of a line of encoded images

SCRIPT = '''\
# {title}, {epochs}. It gives the same numbers on the same platform.
# Needs mnistlab on the path, and its data: python -m mnistlab data
from dataclasses import replace

{imports}
from mnistlab.engine.config import TrainConfig
from mnistlab.data.datasets import load_dataset
{own_import}from mnistlab.engine.training import train

config = TrainConfig(
{settings}
)
dataset = load_dataset(config.dataset)


def trained(params, epoch, num_epochs, learning_rate):
    """Train on from an epoch, print the figures of each, and return the network."""
    stage = replace(config, num_epochs=num_epochs, learning_rate=learning_rate)
    for metrics, params in train(stage, dataset, params, epoch):
        if metrics.epoch > epoch:
            print(metrics.epoch, metrics.train.cost, metrics.test.cost, metrics.test.num_correct)
    return params

{own_function}
metrics, params = next(train(config, dataset))
print(metrics.epoch, metrics.train.cost, metrics.test.cost, metrics.test.num_correct)
{stages}
'''

OWN_IMPORTS = """import base64
import zlib

import numpy as np
"""

OWN_FUNCTION = '''
def taught(params, epoch, number, num_steps, learning_rate, labels, pixels):
    """Train some steps on own digits mixed with training images, and return the network."""
    images = np.frombuffer(zlib.decompress(base64.b64decode(pixels)), np.uint8).reshape(-1, 28, 28)
    steps = own_digit_steps(
        params,
        images,
        np.array(labels, np.uint8),
        dataset.train,
        replace(config, learning_rate=learning_rate),
        epoch=epoch,
        number=number,
        num_steps=num_steps,
    )
    for step in steps:
        params = step.params
    return params

'''


def history_csv(run: Run) -> str:
    """Return the figures of every epoch as a table; no digit of a number is lost."""
    text = io.StringIO()
    each_layer = (0.0,) * len(run.params)
    untrained = EpochMetrics(0, NOTHING, NOTHING, each_layer, each_layer, 0.0, 0.0)
    titles = _row(run.history[0] if run.history else untrained)
    table = csv.DictWriter(text, titles, lineterminator="\n", extrasaction="ignore")
    table.writeheader()
    table.writerows(map(_row, run.history))
    return text.getvalue()


def log_text(run: Run) -> str:
    """Return the log that the notebook would have printed; its episode 0 is epoch 1."""
    return "".join(f"{line}\n" for metrics in run.history for line in log_lines(metrics))


def script(run: Run) -> str:
    """Return a Python script that repeats the run: settings, changes on the way, own digits."""
    taught = any(isinstance(change, OwnDigits) for change in run.schedule)
    settings = "\n".join(
        f"    {field.name}={getattr(run.config, field.name)!r}," for field in fields(run.config)
    )
    text = SCRIPT.format(
        title=run.title,
        epochs=count(run.epoch, "epoch"),
        imports=OWN_IMPORTS if taught else "",
        own_import="from mnistlab.data.user_digits import own_digit_steps\n" if taught else "",
        settings=settings,
        own_function=OWN_FUNCTION if taught else "",
        stages="\n".join(map(_call, stages(run))),
    )
    return text.replace("replace\n\n\nfrom mnistlab", "replace\n\nfrom mnistlab").rstrip() + "\n"


def _row(metrics: EpochMetrics) -> dict[str, float | int | str]:
    """Return the figures of an epoch, by the titles of their columns."""
    row: dict[str, float | int | str] = {"epoch": metrics.epoch}
    for part, score in (("train", metrics.train), ("test", metrics.test)):
        row[f"{part}_cost"] = score.cost
        row[f"{part}_correct"] = score.num_correct
        row[f"{part}_images"] = score.num_images
    if metrics.generated:
        row["generated_correct"], row["generated_images"] = metrics.generated
    for digit, recall in enumerate(metrics.test.recall):
        row[f"test_recall_{digit}"] = "" if np.isnan(recall) else float(recall)
    for figure, values in (("gradient_norm", metrics.gradient_norms), ("saturation", metrics.saturation)):
        row |= {f"{figure}_{layer}": value for layer, value in enumerate(values, start=1)}
    return row | {"learning_rate": metrics.learning_rate, "seconds": metrics.seconds}


class Epochs(NamedTuple):
    """Epochs of a run with one learning rate."""

    done: int  # before them
    number: int
    learning_rate: float


class Taught(NamedTuple):
    """Steps of a run on own digits."""

    change: OwnDigits
    number: int  # how many times this was done after the same epoch before


class Kept(NamedTuple):
    """The network after an epoch, whose weights are restored later on."""

    epoch: int


Stage = Epochs | Kept | Taught | RestoredWeights


def stages(run: Run) -> list[Stage]:
    """Return what was done to a network, in its order."""
    restored = {change.from_epoch for change in run.schedule if isinstance(change, RestoredWeights)}
    done_so_far = 0
    found: list[Stage] = [Kept(0)] if 0 in restored else []
    changes = [change for change in run.schedule if not isinstance(change, SettingChange)]
    for place, change in enumerate(changes):
        found += _epochs(run, done_so_far, change.epoch, restored)
        done_so_far = change.epoch
        earlier = [each for each in changes[:place] if isinstance(each, OwnDigits)]
        number = sum(each.epoch == change.epoch for each in earlier)
        found.append(Taught(change, number) if isinstance(change, OwnDigits) else change)
    return [*found, *_epochs(run, done_so_far, run.epoch, restored)]


def _epochs(run: Run, done: int, until: int, kept: set[int]) -> list[Stage]:
    """Return the epochs from one to another, those with one learning rate together."""
    found: list[Stage] = []
    while done < until:
        rate = _rate(run, done + 1)
        end = done + 1
        while end < until and end - done < MOST_EPOCHS and end not in kept and _rate(run, end + 1) == rate:
            end += 1
        found.append(Epochs(done, end - done, rate))
        found += [Kept(end)] if end in kept else []
        done = end
    return found


def call(stage: Epochs | Kept | RestoredWeights) -> str:
    """Return a stage as a line of Python."""
    if isinstance(stage, Epochs):
        return f"params = trained(params, {stage.done}, {stage.number}, {stage.learning_rate!r})"
    if isinstance(stage, Kept):
        return f"after_{stage.epoch} = params"
    return f"params = after_{stage.from_epoch}"


def _call(stage: Stage) -> str:
    """Return a stage as a call in the script."""
    if not isinstance(stage, Taught):
        return call(stage)
    change = stage.change
    pixels = base64.b64encode(zlib.compress(change.images.tobytes(), 9)).decode()
    lines = "\n".join(f'    "{line}"' for line in textwrap.wrap(pixels, LINE))
    labels = [int(label) for label in change.labels]
    numbers = f"{change.epoch}, {stage.number}, {change.num_steps}, {change.learning_rate!r}"
    return f"params = taught(\n    params, {numbers},\n    {labels},\n{lines},\n)"


def _rate(run: Run, epoch: int) -> float:
    return settings_in(run.config, run.schedule, epoch).learning_rate


def log_lines(metrics: EpochMetrics) -> list[str]:
    """Return what the notebook prints for one epoch; epoch 0 is the untrained network."""
    if metrics.epoch == 0:
        return score_lines(metrics.test, metrics.generated, "Initial cost")
    return [f"Episode {metrics.epoch - 1}", *score_lines(metrics.test, metrics.generated)]


def score_lines(test: Score, generated: Tally | Score | None, title: str = "Current cost") -> list[str]:
    """Return what the notebook prints about test images, and a line about generated ones beside them."""
    lines = [
        f"{title}: {test.cost:.6f}",
        f"Correctly predicted labels: {test.num_correct} / {test.num_images}",
    ]
    if generated:
        lines.append(f"Of generated digits: {generated.num_correct} / {generated.num_images}")
    return lines
