"""What the Train page says in words, and the small records behind it, without Streamlit."""

import base64
import re
import string

import numpy as np
import pytest

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.evaluation import EpochMetrics, Score
from mnistlab.engine.network import Layer
from mnistlab.figures.learning_curves import EDGE, SPARK_HEIGHT, plot_sparkline
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.runs.run import new_run, with_epoch
from mnistlab.ui.formatting import (
    count,
    duration,
    epochs_ahead,
    expected_words,
    percent,
    plain,
    progress_fraction,
    progress_words,
)


def network() -> tuple[Layer, ...]:
    return (Layer(np.zeros((10, 784), np.float32), np.zeros(10, np.float32)),)


def run(epochs: int = 0, **settings):
    record = new_run(TrainConfig(**{"hidden": (), **settings}), network(), "Run 1")
    confusion = np.eye(10, dtype=int) * 9 + 1
    for epoch in range(epochs + 1):
        score = Score(1.0 / (1 + epoch), confusion)
        record = with_epoch(
            record, EpochMetrics(epoch, score, score, (1.0,), (0.0,), 0.001, 2.0 * (epoch > 0)), network()
        )
    return record


def snapshot(record=None, **values) -> Snapshot:
    rest = {
        "state": "running", "run": record or run(), "runs": (), "doing": "training",
        "step": 0, "num_steps": 468, "target_epoch": 10, "images_per_second": 0.0, "seconds_left": 0.0,
        "ahead": 0, "sharing": 1, "message": "", "unsaved": "", "can_undo_reset": False,
        "can_undo_train_on": False,
    }  # fmt: skip
    return Snapshot(**{**rest, **values})


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (59.4, "59 s"), (59.6, "1 min"), (200, "3 min 20 s"),
     (1234, "21 min"), (3600, "1 h"), (7500, "2 h 5 min")],
)  # fmt: skip
def test_a_time_is_said_as_people_say_it(seconds, words):
    assert duration(seconds) == words


def test_numbers_agree_with_their_nouns():
    assert (count(1, "epoch"), count(1200, "epoch")) == ("1 epoch", "1,200 epochs")
    assert percent(0.91943) == "91.94%"


def test_progress_says_epoch_pace_and_time_left():
    words = progress_words(snapshot(run(2), step=117, images_per_second=45_678.0, seconds_left=8.2))
    assert words == "epoch 3 of 10, 45,700 images/s, 8.2 s left in all"
    moving = snapshot(run(2), step=117, images_per_second=45_678.0, seconds_left=8.2, sharing=3)
    assert progress_words(moving, short=True) == "epoch 3 of 10, 8.2 s left in all"
    assert progress_fraction(snapshot(step=117)) == 0.25


def test_progress_counts_mini_batches_until_the_pace_is_known():
    begun = snapshot(run(2), step=117)
    assert progress_words(begun) == "epoch 3 of 10, mini-batch 117 of 468"
    assert progress_words(begun, short=True) == "epoch 3 of 10"
    assert progress_words(snapshot(run(2))) == "epoch 3 of 10"


def test_whoever_waits_for_the_first_turn_reads_how_many_are_ahead():
    waiting = snapshot(state="queued", ahead=2, sharing=20)
    assert progress_words(waiting) == "epoch 1 of 10, queued, 2 ahead"


def test_turns_within_an_epoch_are_not_a_queue():
    moving = snapshot(step=117, ahead=14, sharing=20)
    assert progress_words(moving) == "epoch 1 of 10, mini-batch 117 of 468, in turns with 19 others"


def test_a_pause_says_that_it_comes_at_the_end_of_the_epoch():
    assert progress_words(snapshot(state="pausing")) == "epoch 1 of 10, pausing at its end"


def test_first_figures_and_own_digits_are_called_what_they_are():
    assert progress_words(snapshot(doing="measuring", state="idle")) == "measuring the untrained network"
    assert progress_words(snapshot(doing="own digits", state="idle")) == "learning from your own digits"


@pytest.mark.parametrize(
    ("done", "state", "target", "ahead", "words"),
    [
        (0, "idle", 10, 10, "Untrained. 10 epochs will"),
        (4, "paused", 12, 8, "; 8 epochs to go. They will"),
        (4, "paused", 5, 1, "; 1 epoch to go. It will"),
        (4, "finished", 4, 6, ". 6 more will"),
        (10, "finished", 10, 10, ". 10 more will"),
    ],
)
def test_the_next_press_of_train_is_announced(done, state, target, ahead, words):
    at_rest = snapshot(run(done), state=state, target_epoch=target, doing="")
    assert epochs_ahead(at_rest) == ahead
    assert expected_words(at_rest, 3.0).endswith(f"{words} take about 3.0 s.")
    assert "will" not in expected_words(at_rest, 0.0), "nobody knows"


STRANGE = (
    "![x](http://a/b.png) **bold** __bold__ _it_ <b> $x$ :red[y] "
    ":smile: :material/home: :+1: www.a.b c@d.e 1. `c` \\ é – 数 😀"
)


def test_text_of_a_stranger_means_nothing_to_markdown():
    text = plain(STRANGE)
    assert re.sub(r"\\(.)", r"\1", text).replace("\u2060", "") == STRANGE
    assert not re.search(r"(?<!\\)[!\[\]()*<>$:`_~#|.]", text)
    assert set(re.findall(r"\\(.)", text)) <= set(string.punctuation)  # before others it would be shown
    shown = re.sub(r"\\(.)", r"\1", text)
    assert not re.search(r":[\w+-]|https?://|www\.|@\w", shown)  # emoji, icons and addresses


def drawn(values) -> list[tuple[float, float]]:
    address = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', plot_sparkline(values, "x")).group(1)
    points = re.search(r'points="([^"]*)"', base64.b64decode(address).decode())
    return [tuple(map(float, point.split(","))) for point in points.group(1).split()] if points else []


def test_a_sparkline_rises_where_the_values_rise():
    (x0, y0), (x1, y1), (x2, y2) = drawn([1.0, 3.0, 2.0])
    assert x0 < x1 < x2
    assert (y0, y1, y2) == (SPARK_HEIGHT - EDGE, EDGE, SPARK_HEIGHT / 2)


def test_a_sparkline_of_equal_values_is_level_and_of_one_value_has_no_course():
    assert {y for _, y in drawn([2.0, 2.0, 2.0])} == {SPARK_HEIGHT / 2}
    assert drawn([1.0]) == drawn([]) == []
    assert len(drawn([1.0, float("nan"), 2.0])) == 2
