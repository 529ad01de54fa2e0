"""The truths of a run, and what is said against them, on short histories with answers worked out by hand."""

import math

import pytest

from benchmarks.diagnosis_statements import Statement, contradiction, first_subjects, required
from benchmarks.diagnosis_truths import Figures, Snapshot, WholeRun, snapshots, truth_of


def whole_run(train, test=None, **changes):
    """A run with these costs, 95 % and 94 % accuracy, all classes well read; it ends after the last."""
    test = train if test is None else test
    figures = [
        Figures(a, b, 0.95, 0.94, (0.94,) * 10, (0.99,) * 10) for a, b in zip(train, test, strict=True)
    ]
    values = {
        "figures": figures,
        "ended": len(figures) - 1,
        "stopped": False,
        "diverged_at": 0,
        "larger_rate": 1.0,
        "smaller_rate": 1.0,
    }
    return WholeRun(**values | changes)


def at(run, epoch, **state):
    return truth_of(run, Snapshot(epoch, **state))


def with_figures(run, epochs, **changes):
    figures = list(run.figures)
    for epoch in epochs:
        figures[epoch] = figures[epoch]._replace(**changes)
    return run._replace(figures=figures)


def said(truth, subject, **details):
    return contradiction(truth, Statement(subject, **details))


TURNED = whole_run(
    train=[1.0, 0.5, 0.3, 0.2, 0.15, 0.1, 0.08, 0.06],
    test=[1.0, 0.6, 0.4, 0.42, 0.43, 0.45, 0.46, 0.47],
)


def test_the_test_cost_turns_up_at_its_lowest_so_far():
    before, soon, late = at(TURNED, 2), at(TURNED, 4), at(TURNED, 5)
    assert [t.lowest_epoch for t in (before, soon, late)] == [2, 2, 2]
    assert late.rise == pytest.approx(0.125)  # 0.45 / 0.40
    assert (before.overfitting, soon.overfitting, late.overfitting) == (False, None, True)
    assert said(late, "overfitting", epoch=2) == ""
    assert "epoch 2" in said(late, "overfitting", epoch=3)
    assert said(before, "overfitting", epoch=2)
    assert said(soon, "nothing_wrong") == ""  # 7.5 % above the lowest
    assert said(late, "nothing_wrong") == "rise"
    assert required(late) == {"overfitting": {"overfitting"}}
    assert "gap" in first_subjects(late)
    assert "silent" not in first_subjects(late)


def test_a_test_cost_that_falls_again_had_not_turned():
    run = whole_run(
        train=[1.0, 0.5, 0.3, 0.2, 0.15, 0.1], test=[1.0, 0.6, 0.40, 0.46, 0.39, 0.37]
    )  # 0.37 is 7.5 % under 0.40
    assert at(run, 3).overfitting is False
    assert at(run, 3).lowest_epoch == 2
    assert said(at(run, 3), "overfitting", epoch=2)


def test_costs_that_rise_together_are_no_overfitting():
    run = whole_run(train=[1.0, 0.4, 0.5], test=[1.0, 0.5, 0.6])
    assert at(run, 2).overfitting is False
    assert at(run, 2).rise == pytest.approx(0.2)
    assert said(at(run, 2), "nothing_wrong") == "rise"


def test_the_gap_is_in_points():
    run = with_figures(whole_run([1.0, 0.5]), [1], train_accuracy=1.0, test_accuracy=0.736)
    truth = at(run, 1)
    assert truth.gap == pytest.approx(26.4)
    assert said(truth, "nothing_wrong") == "gap"
    assert required(truth) == {"gap": {"gap", "overfitting"}}
    assert said(truth, "gap") == ""
    assert said(at(run, 0), "gap") == "the gap is 1.0 points"


def test_a_class_under_a_fifth_and_an_output_that_wakes():
    run = whole_run([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    recall, maxima = [0.94] * 10, [0.99] * 10
    recall[3], recall[8], maxima[3], maxima[8] = 0.0, 0.2, 0.09, 0.02
    run = with_figures(run, range(4), recall=tuple(recall), output_maxima=tuple(maxima))
    recall[3], maxima[3] = 0.19, 0.5  # from epoch 4 on output 3 is awake, and its class still weak
    run = with_figures(run, range(4, 7), recall=tuple(recall), output_maxima=tuple(maxima))
    early, late = at(run, 3), at(run, 5)
    assert early.weak_classes == early.weak_later == (3,)  # 0.2 is not under 0.2
    assert (early.silent_outputs, early.silent_later) == ((3, 8), (8,))
    assert late.silent_outputs == (8,)
    assert said(early, "silent", classes=(3, 8)) == ""
    assert said(early, "silent", classes=(8,), for_good=True) == ""
    assert said(early, "silent", for_good=True) == "it wakes later"
    assert said(late, "silent", classes=(3,))
    assert said(late, "weak_class", classes=(3, 8))
    assert said(late, "weak_class", classes=(3,)) == ""
    assert set(required(early)) == {"silent", "weak_class"}
    assert required(at(run, 2)) == {}  # of the first epochs nothing is asked
    assert said(early, "nothing_wrong") == "silent"


@pytest.mark.parametrize(("weak", "told_by_its_rate"), [(4, False), (5, True)])
def test_where_half_of_the_classes_are_weak_what_the_cost_does_tells_it(weak, told_by_its_rate):
    run = whole_run([1.0, 0.9, 0.8, 0.7, 0.6])
    run = with_figures(run, range(5), recall=(0.1,) * weak + (0.9,) * (10 - weak))
    asked = required(at(run, 4))
    assert asked.keys() == {"weak_class"}
    assert ("larger_rate" in asked["weak_class"]) == told_by_its_rate


STILL_COSTS = [2.5, 1.0, 1.0, 0.999, 0.998, 0.997, 0.6, 0.4]
STILL = whole_run(STILL_COSTS)


def test_a_cost_that_lies_still_and_leaves():
    run = with_figures(STILL, range(8), train_accuracy=0.11)
    assert at(run, 0).progress == 0.0
    assert at(run, 1).progress == pytest.approx(0.6)
    assert at(run, 2).progress == 0.0  # the fall from 2.5 was the epoch before
    assert at(run, 4).progress == pytest.approx(0.002)  # the lowest of 2 to 4 against that of 0 and 1
    assert [at(run, k).not_falling for k in (1, 2, 3, 4, 5, 6)] == [False, None, None, True, True, False]
    assert at(run, 4).leaves_later is True
    assert at(whole_run(STILL_COSTS[:6]), 4).leaves_later is None  # one epoch more is too few
    assert said(at(run, 4), "not_falling") == ""
    assert said(at(run, 4), "not_falling", for_good=True) == "it falls again later"
    assert said(at(run, 6), "not_falling")
    assert said(at(run, 4), "falling")
    assert said(at(run, 6), "falling") == ""
    assert said(at(run, 4), "nothing_wrong") == "not_falling"
    assert required(at(run, 4)) == {}  # it leaves by itself
    end = at(run._replace(figures=run.figures[:6]), 5)
    assert "not_falling" in required(end)
    assert "not_falling" in first_subjects(end)


def test_a_cost_that_lies_still_at_the_goal_is_no_fault():
    assert at(STILL, 4).not_falling is None  # training accuracy 95 %


def test_training_on_helps_where_the_test_cost_falls_within_ten_epochs():
    falling = whole_run([1.0 * 0.9**epoch for epoch in range(12)])
    assert at(falling, 8).falls_later is True
    assert at(falling, 11).falls_later is None  # nothing is known of later
    assert said(at(falling, 8), "train_on") == ""
    flat = whole_run([1.0] + [0.5] * 11 + [0.1])
    assert at(flat, 1).falls_later is False  # epoch 12 is eleven epochs away
    assert at(flat, 2).falls_later is True
    assert at(flat._replace(figures=flat.figures[:4]), 1).falls_later is None  # two epochs are too few
    assert said(at(flat, 1), "train_on")


def test_early_stopping_ends_what_would_have_gone_on():
    run = whole_run([1.0 * 0.9**epoch for epoch in range(12)], ended=5, stopped=True)
    assert snapshots(run)[-2:] == (Snapshot(4), Snapshot(5, stopped=True))
    stopped = at(run, 5, stopped=True)
    assert stopped.falls_later is True
    assert said(stopped, "train_on") == "early stopping has ended the run"
    assert said(at(run, 4), "train_on") == ""
    assert said(at(run, 4), "stopped")
    assert required(stopped) == {"stopped": {"stopped"}}


def test_a_run_that_diverges_is_seen_once_more():
    run = whole_run([2.5, 0.9], ended=10, diverged_at=2, larger_rate=math.inf, smaller_rate=0.3)
    assert snapshots(run) == (Snapshot(0), Snapshot(1), Snapshot(1, diverged=True))
    before, after = at(run, 1), at(run, 1, diverged=True)
    assert (before.diverged_at, after.diverged_at) == (0, 2)
    assert before.falls_later is False
    assert said(before, "diverged")
    assert said(after, "diverged", epoch=2) == ""
    assert said(after, "diverged", epoch=1)
    assert said(after, "train_on") == "it has diverged"
    assert required(after) == {"diverged": {"diverged"}}
    assert first_subjects(after) == {"diverged"}
    assert after.rate_too_large
    assert after.larger_rate_helps is None  # both diverge


def test_a_run_that_diverges_after_its_end_was_never_seen_to():
    run = whole_run([2.5, 0.9, 0.8], ended=2, diverged_at=3)
    assert snapshots(run) == (Snapshot(0), Snapshot(1), Snapshot(2))
    assert at(run, 2).falls_later is False


@pytest.mark.parametrize(
    ("larger", "smaller", "wrong_advice", "right_advice"),
    [
        (0.3, 0.8, {"smaller_rate"}, {"larger_rate"}),  # own 0.5: too small
        (math.inf, 0.2, {"larger_rate"}, {"smaller_rate"}),  # too large
        (0.6, 0.7, {"larger_rate", "smaller_rate"}, set()),  # good as it is
        (0.52, 0.48, set(), set()),  # all the same
    ],
)
def test_the_learning_rate_is_judged_by_two_others(larger, smaller, wrong_advice, right_advice):
    truth = at(whole_run([1.0, 0.5], larger_rate=larger, smaller_rate=smaller), 1)
    assert {name for name in ("larger_rate", "smaller_rate") if said(truth, name)} == wrong_advice
    helps = {"larger_rate": truth.larger_rate_helps, "smaller_rate": truth.smaller_rate_helps}
    assert {name for name, yes in helps.items() if yes} == right_advice
    assert truth.rate_too_small == (right_advice == {"larger_rate"})
    assert truth.rate_too_large == (right_advice == {"smaller_rate"})


def test_a_cost_jumps_where_it_goes_up_twice_in_five_epochs():
    run = whole_run([1.0, 0.5, 0.6, 0.4, 0.5, 0.3, 0.29, 0.28, 0.27, 0.26])
    assert [at(run, k).jumps for k in (1, 3, 4, 6, 7, 9)] == [False, None, True, True, None, False]
    assert said(at(run, 9), "jumps")
    assert said(at(run, 7), "jumps") == ""


def test_a_subject_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match=r"subject must be one of overfitting, .* Got 'weather'"):
        said(at(TURNED, 1), "weather")
