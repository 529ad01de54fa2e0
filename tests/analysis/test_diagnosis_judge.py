"""The judge counts what is not true, what is missing and what should not come first; the corpus is whole."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.diagnosis_corpus import CORPUS, RecordedRun, drawn, expected_seconds, runs_of
from benchmarks.diagnosis_corpus import MAX_SECONDS as MOST_SECONDS
from benchmarks.diagnosis_judge import counts, judge
from benchmarks.diagnosis_statements import Statement
from mnistlab.engine.config import TrainConfig
from mnistlab.engine.training import train
from mnistlab.ui.sidebar import BATCH_SIZES, LEARNING_RATES, TRAIN_SIZES
from tests.analysis.test_diagnosis_truths import TURNED, with_figures


def recorded(whole, number=0):
    return RecordedRun(number, TrainConfig(), (), whole)


def test_the_judge_counts_what_is_wrong():
    """Of TURNED, epochs 1 to 7 are judged; it overfits clearly, since 2, from epoch 5 on."""
    said = {
        1: [Statement("nothing_wrong")],
        3: [Statement("overfitting", epoch=1), Statement("train_on")],  # two that are wrong, one snapshot
        5: [Statement("falling"), Statement("overfitting", epoch=2)],  # the other one should come first
        6: [Statement("overfitting", epoch=2)],
    }
    result = judge(lambda run, snapshot: said.get(snapshot.epoch, []), [recorded(TURNED)])
    assert len(result.judged) == 7
    assert [(case.snapshot.epoch, case.subject) for case in result.contradicted] == [
        (3, "overfitting"),
        (3, "train_on"),
    ]
    assert result.contradicted_share == pytest.approx(1 / 7)
    assert result.asked == {"overfitting": 3}
    assert [(case.snapshot.epoch, case.subject) for case in result.missing] == [(7, "overfitting")]
    assert result.missing_share == pytest.approx(1 / 3)
    assert [(case.snapshot.epoch, case.subject) for case in result.misplaced] == [(5, "falling")]
    assert str(result.misplaced[0]).startswith("run 0, epoch 5: falling: first, before")
    assert result.said["overfitting"] == 3


def test_truths_are_counted_in_runs_and_in_snapshots():
    gap = with_figures(TURNED, [6, 7], test_accuracy=0.5)
    found = counts([recorded(TURNED), recorded(gap, 1)])
    assert found["all"] == (2, 14)
    assert found["overfitting: True"] == (2, 6)
    assert found["fault: gap"] == (1, 2)


@pytest.mark.parametrize("number", [*range(8), *range(360, 368)])
def test_settings_are_drawn_from_the_number_alone_and_over_the_sidebar(number):
    config = drawn(number, seed=1)
    assert drawn(number, seed=1) == config
    assert drawn(number, seed=2) != config != drawn(number + 2, seed=1)
    assert config.learning_rate in LEARNING_RATES
    assert config.batch_size in BATCH_SIZES
    assert config.train_size in TRAIN_SIZES
    assert 5 <= config.num_epochs <= 40
    assert expected_seconds(config) <= MOST_SECONDS


@pytest.fixture(scope="module")
def corpus():
    return list(runs_of())


def test_the_corpus_is_large_small_on_disk_and_whole(corpus):
    assert [run.number for run in corpus] == list(range(len(corpus)))
    assert len(corpus) >= 400
    assert CORPUS.stat().st_size < 3_000_000
    assert Counter(run.config.dataset for run in corpus) == {"mnist": 180, "generated": 180, "combined": 40}
    assert sum(run.held_out for run in corpus) == len(corpus) // 3
    for run in corpus:
        ends = run.whole.ended, run.whole.diverged_at or run.whole.ended + 11
        assert len(run.history) == min(ends[0] + 11, ends[1])


def test_early_stopping_ended_the_runs_that_it_had_to_end(corpus):
    patient = [run for run in corpus if run.config.patience]
    assert any(run.whole.stopped for run in patient)
    assert any(not run.whole.stopped for run in patient)
    for run in patient:
        costs, patience, ended = [m.test.cost for m in run.history], run.config.patience, run.whole.ended
        due = [k for k in range(patience, ended + 1) if int(np.argmin(costs[: k + 1])) <= k - patience]
        assert due == ([ended] if run.whole.stopped else []), run.number
        assert run.whole.stopped or ended == run.config.num_epochs


def test_a_run_of_the_corpus_comes_out_again(corpus, generated):
    run = min(
        (r for r in corpus if r.config.dataset == "generated" and 1 <= len(r.config.hidden) <= 2),
        key=lambda r: expected_seconds(r.config) / r.config.num_epochs,
    )
    epochs = list(train(replace(run.config, num_epochs=2), generated))
    for (metrics, _), kept, figures in zip(epochs, run.history, run.whole.figures, strict=False):
        assert metrics.test.cost == pytest.approx(kept.test.cost, rel=1e-3)
        assert metrics.train.num_images == kept.train.num_images
        assert (figures.test_cost, figures.test_accuracy) == (kept.test.cost, kept.test.accuracy)
